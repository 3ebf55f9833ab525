"""A keyword among its neighbours before and after refinement."""

from collections.abc import Mapping

import numpy as np
import pytest

from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language, Word
from clime_core.data.marks import Constraint
from clime_core.errors import VocabularyError
from clime_core.model.refinement.refine import refine
from clime_core.model.words.neighborhood import Neighborhood, PlacedWord, Projection, neighborhood

KEYWORD = Word(Language.SOURCE, "doctor")
NEAR, FAR = Word(Language.TARGET, "t3"), Word(Language.TARGET, "t9")


@pytest.fixture(scope="module")
def before() -> BilingualEmbeddings:
    """Twenty words of each language, in eight dimensions."""
    rng = np.random.default_rng(0)
    source = rng.standard_normal((20, 8)).astype(np.float32)
    target = source + 0.5 * rng.standard_normal((20, 8)).astype(np.float32)
    return BilingualEmbeddings(
        Embeddings(["doctor", *(f"s{i}" for i in range(1, 20))], source),
        Embeddings([f"t{i}" for i in range(20)], target),
    )


@pytest.fixture(scope="module")
def after(before: BilingualEmbeddings) -> BilingualEmbeddings:
    """The same once one word was marked similar and one not."""
    marks = [Constraint(KEYWORD, NEAR, similar=True), Constraint(KEYWORD, FAR, similar=False)]
    return refine(before, marks, device="cpu").apply(before)


def found(
    before: BilingualEmbeddings, after: BilingualEmbeddings, marks: Mapping[Word, bool], by: Projection = "pca"
) -> Neighborhood:
    """The neighbourhood of the keyword among all words, three of each language and state."""
    return neighborhood(before, after, KEYWORD, marks, {}, by, k=3)


def cosine(embeddings: BilingualEmbeddings, one: Word, other: Word) -> float:
    """By hand."""
    a, b = (embeddings.vector(word).astype(float) for word in (one, other))
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))


def nearest_by_hand(embeddings: BilingualEmbeddings, language: Language) -> set[Word]:
    """The three nearest words of a language."""
    words = [Word(language, form) for form in embeddings.side(language).words]
    others = sorted((w for w in words if w != KEYWORD), key=lambda w: -cosine(embeddings, KEYWORD, w))
    return set(others[:3])


def test_the_words_are_the_nearest_of_both_states_and_the_marked_ones(
    before: BilingualEmbeddings, after: BilingualEmbeddings
) -> None:
    """Each once, of both languages, with what the marks say."""
    got = found(before, after, {NEAR: True, FAR: False})
    expected = {NEAR, FAR}
    for state in (before, after):
        for language in Language:
            expected |= nearest_by_hand(state, language)
    assert sorted(one.word for one in got.words) == sorted(expected)
    assert {one.word: one.similar for one in got.words if one.similar is not None} == {NEAR: True, FAR: False}
    assert (got.keyword.word, got.keyword.similar) == (KEYWORD, None)


def test_cosines_are_those_of_each_state_and_the_nearest_comes_first(
    before: BilingualEmbeddings, after: BilingualEmbeddings
) -> None:
    """Similar words come closer, others go away."""
    got = found(before, after, {NEAR: True, FAR: False})
    for one in got.words:
        assert one.cosine_before == pytest.approx(cosine(before, KEYWORD, one.word), abs=1e-5)
        assert one.cosine_after == pytest.approx(cosine(after, KEYWORD, one.word), abs=1e-5)
    assert [one.cosine_after for one in got.words] == sorted((w.cosine_after for w in got.words), reverse=True)
    by_word = {one.word: one for one in got.words}
    assert by_word[NEAR].cosine_after > by_word[NEAR].cosine_before
    assert by_word[FAR].cosine_after < by_word[FAR].cosine_before


@pytest.mark.parametrize("by", ["pca", "tsne"])
def test_only_what_refinement_touched_moves(
    before: BilingualEmbeddings, after: BilingualEmbeddings, by: Projection
) -> None:
    """Every other word stands at one place in the common plane, whatever the projection."""
    got = found(before, after, {NEAR: True, FAR: False}, by)
    moved = {one.word for one in (got.keyword, *got.words) if one.moved}
    assert moved == {KEYWORD, NEAR, FAR}
    assert np.isfinite([[*one.before, *one.after] for one in (got.keyword, *got.words)]).all()


def test_the_plane_of_the_pca_is_the_best_one(before: BilingualEmbeddings, after: BilingualEmbeddings) -> None:
    """It holds as much of the variance of all points as the two largest singular values."""
    got = found(before, after, {NEAR: True, FAR: False})
    words = [KEYWORD, *(one.word for one in got.words)]
    states = [(before, words), (after, [KEYWORD, NEAR, FAR])]
    points = np.array([v / np.linalg.norm(v) for state, some in states for v in map(state.vector, some)], dtype=float)
    centred = points - points.mean(axis=0)
    values = np.linalg.svd(centred, compute_uv=False) ** 2
    assert got.explained == pytest.approx(values[:2].sum() / values.sum(), abs=1e-4)
    placed = np.array([one.before for one in (got.keyword, *got.words)] + [one.after for one in _moved(got)])
    assert np.var(placed, axis=0).sum() * len(placed) == pytest.approx(values[:2].sum(), rel=1e-3)


def _moved(got: Neighborhood) -> list[PlacedWord]:
    return [one for one in (got.keyword, *got.words) if one.moved]


def test_t_sne_is_the_same_every_time(before: BilingualEmbeddings, after: BilingualEmbeddings) -> None:
    """No chance in it, and no claim about variance."""
    one, other = (found(before, after, {NEAR: True}, "tsne") for _ in range(2))
    assert one == other
    assert one.explained is None


def test_neighbours_are_looked_for_among_the_candidates(
    before: BilingualEmbeddings, after: BilingualEmbeddings
) -> None:
    """Marked words are shown all the same."""
    rows = {Language.SOURCE: np.array([4, 5]), Language.TARGET: np.array([6])}
    got = neighborhood(before, after, KEYWORD, {FAR: False}, rows, k=3)
    assert {one.word.form for one in got.words} == {"s4", "s5", "t6", "t9"}


@pytest.mark.parametrize("by", ["pca", "tsne"])
def test_a_tiny_vocabulary_has_a_map_too(by: Projection) -> None:
    """One neighbour, nothing marked."""
    one = np.eye(1, 3, dtype=np.float32)
    tiny = BilingualEmbeddings(Embeddings(["doctor"], one), Embeddings(["t"], one + 0.5))
    got = neighborhood(tiny, tiny, KEYWORD, {}, {}, by)
    assert [w.word.form for w in got.words] == ["t"]
    assert not got.keyword.moved


def test_a_word_without_a_vector_is_refused(before: BilingualEmbeddings) -> None:
    """Of marked words those without one are left out."""
    with pytest.raises(VocabularyError):
        neighborhood(before, before, Word(Language.TARGET, "doctor"), {}, {})
    got = neighborhood(before, before, KEYWORD, {Word(Language.TARGET, "unheard"): True}, {}, k=1)
    assert all(one.similar is None for one in got.words)
