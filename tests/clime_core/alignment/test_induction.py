"""Dictionary induction by CSLS and by cosine."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from clime_core.alignment.induction import NEIGHBORHOOD, Measure, induce
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.errors import DataError
from clime_core.model.device import Device
from clime_core.model.words import similarity

PLACES: list[Device] = ["cpu", "cuda"]


def space(n_source: int, n_target: int, dim: int = 4, seed: int = 0) -> BilingualEmbeddings:
    """Random vectors, of all lengths, around a common direction, so that there are hubs."""
    rng = np.random.default_rng(seed)
    sides = ((rng.standard_normal((n, dim)) + 0.7) * rng.uniform(0.1, 9, (n, 1)) for n in (n_source, n_target))
    source, target = (side.astype(np.float32) for side in sides)
    return BilingualEmbeddings(
        Embeddings([f"s{row}" for row in range(n_source)], source),
        Embeddings([f"t{row}" for row in range(n_target)], target),
    )


def cosine(a: object, b: object) -> float:
    """Of two vectors, in float64."""
    x, y = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return float(x @ y / np.linalg.norm(x) / np.linalg.norm(y))


def by_definition(embeddings: BilingualEmbeddings, row: int, measure: Measure) -> list[str]:
    """Every target word, best first, by the definition, one pair at a time."""
    source, target = embeddings.source.vectors, embeddings.target.vectors

    def nearness(vector: object, others: object) -> float:
        highest = sorted((cosine(vector, other) for other in np.asarray(others)), reverse=True)[:NEIGHBORHOOD]
        return sum(highest) / len(highest)

    mine = nearness(source[row], target)
    scores = [
        2 * cosine(source[row], t) - mine - nearness(t, source) if measure == "csls" else cosine(source[row], t)
        for t in target
    ]
    return [f"t{column}" for column in np.argsort([-score for score in scores])]


@pytest.mark.parametrize("measure", ["csls", "cosine"])
@settings(deadline=None)  # no test depends on how busy the machine is
@given(seed=st.integers(0, 30), n_source=st.integers(3, 25), n_target=st.integers(1, 25), block=st.integers(2, 30))
def test_agrees_with_the_definition(measure: Measure, seed: int, n_source: int, n_target: int, block: int) -> None:
    """Precision at each k is that of the loop over all pairs, whatever the block."""
    embeddings = space(n_source, n_target, seed=seed)
    pairs = [(f"s{row}", f"t{(row + seed) % n_target}") for row in range(0, n_source, 2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(similarity, "BLOCK", block)
        patch.setattr(similarity, "QUERIES", 4)
        found = induce(embeddings, pairs, measure, (1, 3), device="cpu")
    orders = {a: by_definition(embeddings, int(a[1:]), measure) for a, _ in pairs}
    for k in (1, 3):
        assert found.precision[k] == pytest.approx(np.mean([b in orders[a][:k] for a, b in pairs]))
    assert found.first == tuple((a, orders[a][0]) for a, _ in pairs)


def test_csls_passes_over_a_hub() -> None:
    """A target word near to all source words is the nearest by cosine, and not by CSLS."""
    around = np.array([[1, 0.4, 0], [1, -0.4, 0], [1, 0, 0.4], [1, 0, -0.4]], np.float32)
    hub, own = np.array([[1, 0, 0]], np.float32), 2 * around * [0.5, 1.5, 1.5]
    embeddings = BilingualEmbeddings(
        Embeddings(["a", "b", "c", "d"], around),
        Embeddings(["hub", "ta", "tb", "tc", "td"], np.r_[hub, own].astype(np.float32)),
    )
    pairs = [(word, f"t{word}") for word in "abcd"]
    assert induce(embeddings, pairs, "cosine", device="cpu").precision[1] == 0
    assert induce(embeddings, pairs, "csls", device="cpu").precision[1] == 1


def test_precision_counts_words_with_a_translation_near() -> None:
    """One right, one wrong, one unknown, one without known translation."""
    source = Embeddings(["one", "two", "three"], np.eye(3, dtype=np.float32))
    target = Embeddings(["uno", "dos", "x"], np.eye(3, dtype=np.float32)[[0, 2, 1]])
    pairs = [("one", "uno"), ("one", "un"), ("two", "dos"), ("four", "cuatro"), ("three", "tres")]
    result = induce(BilingualEmbeddings(source, target), pairs, "cosine", (1, 3), device="cpu")
    assert (result.precision, result.words, result.left_out) == ({1: 0.5, 3: 1.0}, 2, 2)
    assert result.coverage == 0.5
    assert result.first == (("one", "uno"), ("two", "x"))


def test_nothing_to_ask() -> None:
    """No pairs, or none with vectors: precision and coverage are 0."""
    for pairs in ([], [("nowhere", "t1")]):
        result = induce(space(3, 3), pairs, device="cpu")
        assert (result.precision, result.words, result.coverage) == ({1: 0, 5: 0}, 0, 0)


def test_zero_vectors_neither_ask_nor_answer() -> None:
    """They have no direction."""
    embeddings = space(4, 4)
    embeddings.source.vectors[0] = embeddings.target.vectors[1] = 0
    result = induce(embeddings, [("s0", "t0"), ("s1", "t1"), ("s2", "t2")], ks=(4,), device="cpu")
    assert (result.words, result.left_out, result.precision) == (1, 2, {4: 1.0})


def test_candidates_are_the_first_words() -> None:
    """Words beyond them are as if they were not there."""
    embeddings = space(20, 30)
    few = BilingualEmbeddings(
        Embeddings(embeddings.source.words[:8], embeddings.source.vectors[:8]),
        Embeddings(embeddings.target.words[:8], embeddings.target.vectors[:8]),
    )
    pairs = [(f"s{row}", f"t{row}") for row in range(12)]
    assert induce(embeddings, pairs, candidates=8, device="cpu") == induce(few, pairs, device="cpu")


def test_a_place_below_the_first_is_refused() -> None:
    """Precision at 0, or at nothing."""
    for ks in ((0, 1), ()):
        with pytest.raises(DataError, match="at 1 or more"):
            induce(space(3, 3), [], ks=ks)


@pytest.mark.gpu
def test_gpu_finds_the_same() -> None:
    """The GPU's suggestions are the CPU's, but for near ties."""
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    embeddings = space(3_000, 4_000, dim=32)
    pairs = [(f"s{row}", f"t{row}") for row in range(500)]
    on_cpu, on_gpu = (induce(embeddings, pairs, device=d).first for d in PLACES)
    assert np.mean([a == b for a, b in zip(on_cpu, on_gpu, strict=True)]) > 0.99
