"""How far annotators agree."""

from collections.abc import Sequence
from itertools import permutations

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clime_core.data.labels import DocumentLabel
from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark
from clime_core.evaluation.agreement import Agreement, ShownWords, label_agreement, mark_agreement

FLU, ILL = Word(Language.SOURCE, "flu"), Word(Language.SOURCE, "ill")
SICK, FEVER, CAR = (Word(Language.TARGET, form) for form in ("enfermo", "fiebre", "coche"))

Ratings = Sequence[Sequence[int | None]]
"""By annotator, by document."""


def labels_of(ratings: Ratings) -> list[DocumentLabel[int]]:
    """The labels of such a table."""
    return [
        DocumentLabel(f"annotator {i}", document, label)
        for i, row in enumerate(ratings)
        for document, label in enumerate(row)
        if label is not None
    ]


def agreement_of(ratings: Ratings, categories: int = 5) -> Agreement:
    """The agreement in such a table."""
    found = label_agreement(labels_of(ratings), categories)
    assert found is not None
    return found


def alpha_by_hand(ratings: Ratings) -> float | None:
    """1 - observed / expected disagreement, pair of judgements by pair of judgements."""
    units = [[row[d] for row in ratings if row[d] is not None] for d in range(len(ratings[0]))]
    units = [unit for unit in units if len(unit) > 1]
    judgements = [label for unit in units for label in unit]
    n = len(judgements)
    observed = sum(sum(a != b for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in units) / n
    expected = sum(a != b for a, b in permutations(judgements, 2)) / (n * (n - 1))
    return None if expected == 0 else 1 - observed / expected


@pytest.mark.parametrize(
    ("ratings", "alpha"),
    [
        # Krippendorff 2011, sections A, B and D
        ([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]], 0.095),
        ([[0, 0, 1, 1, 3, 2, 2, 2, 4, 3, 3, 0], [1, 0, 1, 1, 1, 2, 2, 2, 4, 3, 3, 3]], 0.692),
        (
            [
                [0, 1, 2, 2, 1, 0, 3, 0, 1, None, None, None],
                [0, 1, 2, 2, 1, 1, 3, 0, 1, 4, None, 2],
                [None, 2, 2, 2, 1, 2, 3, 1, 1, 4, 0, None],
                [0, 1, 2, 2, 1, 3, 3, 0, 1, 4, 0, None],
            ],
            0.743,
        ),
    ],
)
def test_the_published_examples(ratings: Ratings, alpha: float) -> None:
    """Two annotators and two categories, two and five, and four with judgements missing."""
    assert agreement_of(ratings).value == pytest.approx(alpha, abs=5e-4)


tables = st.integers(1, 8).flatmap(
    lambda documents: st.lists(
        st.lists(st.sampled_from([None, 0, 1, 2]), min_size=documents, max_size=documents), min_size=2, max_size=4
    )
)


@given(tables)
def test_alpha_is_that_of_other_implementations(ratings: Ratings) -> None:
    """Pair by pair, and by the library of that name; with every gap that there may be."""
    found = label_agreement(labels_of(ratings), 3, draws=20)
    counts = np.array([[[row[d] for row in ratings].count(c) for c in range(3)] for d in range(len(ratings[0]))])
    shared = int((counts.sum(axis=1) > 1).sum())
    assert (found is None) == (shared == 0)
    if found is not None:
        alpha = alpha_by_hand(ratings)
        assert found.units == shared
        assert found.value == (None if alpha is None else pytest.approx(alpha))
        if found.value is not None:
            published = krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")
            assert found.value == pytest.approx(published)


def test_what_is_counted() -> None:
    """Documents with one annotator are left out; three of four pairs of labels are alike."""
    ratings: Ratings = [[0, 1, 1, 0, 1, None], [0, 1, 1, 1, None, None], [None] * 6]
    found = agreement_of(ratings, 2)
    assert (found.units, found.annotators, found.observed) == (4, 2, 0.75)


def test_the_latest_label_counts() -> None:
    """A change of mind is no second annotator."""
    labels = [DocumentLabel("ada", 1, 1, at=2), DocumentLabel("ada", 1, 0, at=1)]
    assert label_agreement(labels, 2) is None
    found = label_agreement([*labels, DocumentLabel("ben", 1, 1)], 2)
    assert found is not None
    assert found.observed == 1


def test_one_category_has_no_alpha() -> None:
    """Nobody knows whether they agree or never look; what was observed is told, and why there is no more."""
    found = agreement_of([[1, 1, 1], [1, 1, 1]])
    assert (found.value, found.low, found.high, found.observed) == (None, None, None, 1.0)
    assert found.note is not None
    assert "one category" in found.note


def test_one_document_has_no_interval() -> None:
    """There is nothing to draw from."""
    found = agreement_of([[1], [0]])
    assert (found.value, found.low, found.high) == (0.0, None, None)
    assert found.note == "too little for an interval"


def test_the_interval_is_that_of_drawing_documents() -> None:
    """Its bounds are those of a plain bootstrap, but for chance, and the same for the same seed."""
    rng = np.random.default_rng(5)
    truth = rng.integers(2, size=60)
    ratings = [[int(t) if rng.random() < 0.85 else 1 - int(t) for t in truth] for _ in range(2)]
    found = agreement_of(ratings, 2)
    samples = [rng.integers(60, size=60) for _ in range(400)]
    plain = [alpha_by_hand([[row[d] for d in sample] for row in ratings]) for sample in samples]
    expected = np.quantile(np.array(plain, dtype=float), [0.025, 0.975])
    assert found.low == pytest.approx(expected[0], abs=0.06)
    assert found.high == pytest.approx(expected[1], abs=0.06)
    assert found == agreement_of(ratings, 2)
    assert found != label_agreement(labels_of(ratings), 2, seed=1)


def test_few_documents_that_all_agree_are_no_proof() -> None:
    """The lower bound is far away with four, near with a hundred: 1 - 0.025^(1/n) over the expected disagreement."""
    few, many = agreement_of([[0, 1] * 2] * 2), agreement_of([[0, 1] * 50] * 2)
    assert (few.value, few.high, many.value, many.high) == (1, 1, 1, 1)
    assert few.low == pytest.approx(1 - (1 - 0.025**0.25) / (1 - 3 / 7))
    assert few.low is not None
    assert many.low is not None
    assert few.low < 0.2 < 0.9 < many.low < 1


def test_left_alone_is_a_judgement_of_whoever_saw_the_word() -> None:
    """One marks what the other leaves: they differ there. By hand: S S, L L, S L: alpha = 1 - (1/3) / (3/5)."""
    looks = [ShownWords(who, FLU, (SICK, CAR, FEVER)) for who in ("ada", "ben")]
    marks = [Mark("ada", FLU, SICK, True), Mark("ben", FLU, SICK, True), Mark("ada", FLU, FEVER, True)]
    found = mark_agreement(marks, looks)
    assert found is not None
    assert (found.units, found.annotators) == (3, 2)
    assert found.observed == pytest.approx(2 / 3)
    assert found.value == pytest.approx(1 - (1 / 3) / (3 / 5))


def test_dissimilar_is_not_left_alone() -> None:
    """They are two judgements: S S, D L differ."""
    looks = [ShownWords(who, FLU, (SICK, CAR)) for who in ("ada", "ben")]
    marks = [Mark("ada", FLU, SICK, True), Mark("ben", FLU, SICK, True), Mark("ada", FLU, CAR, False)]
    found = mark_agreement(marks, looks)
    assert found is not None
    assert found.observed == 0.5


def test_without_looks_only_what_both_marked_is_compared() -> None:
    """What one marked alone says nothing of the other."""
    marks = [Mark("ada", FLU, SICK, True), Mark("ben", FLU, SICK, False), Mark("ada", FLU, FEVER, True)]
    found = mark_agreement(marks)
    assert found is not None
    assert (found.units, found.observed) == (1, 0)
    assert mark_agreement(marks[:1]) is None


def test_words_that_were_brought_in_are_no_units() -> None:
    """The other annotator never saw them; two who bring in the same prove nothing about those who did not."""
    looks = [ShownWords(who, FLU, (SICK,)) for who in ("ada", "ben")]
    added = [Mark(who, FLU, FEVER, True, added=True) for who in ("ada", "ben")]
    found = mark_agreement(added, looks)
    assert found is not None
    assert found.units == 1


def test_keywords_are_drawn_and_not_their_words() -> None:
    """All words of one keyword are disputed, none of the other: as wide as two keywords, not as eight words.

    By hand: one draw of four is of the first keyword twice, with 8 S and 8 L that all differ, D_e = 128 / 240; one is
    of the other twice, where all agree. Of eight words drawn one by one, all are of one keyword once in 256 draws.
    """
    words = tuple(Word(Language.TARGET, f"w{i}") for i in range(4))
    looks = [ShownWords(who, keyword, words) for who in ("ada", "ben") for keyword in (FLU, ILL)]
    marks = [Mark(who, FLU, word, True) for who in ("ada", "ben") for word in words[:2]]
    marks += [Mark("ada", ILL, word, True) for word in words]
    found = mark_agreement(marks, looks)
    assert found is not None
    assert found.low == pytest.approx(1 - 240 / 128)
    assert (found.units, found.high) == (8, 1.0)
