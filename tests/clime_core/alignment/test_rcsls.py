"""RCSLS: the criterion, its gradient, and the descent."""

import numpy as np
import pytest
import torch

from clime_core.alignment.linear_map import procrustes_map
from clime_core.alignment.rcsls import RcslsSettings, Space, criterion, rcsls
from clime_core.data.embeddings import Vectors
from clime_core.data.normalize import unit_length
from clime_core.errors import TrainingError
from clime_core.model.device import Device

N, WORDS, DIM, K = 120, 200, 6, 4
PLACES: list[Device] = ["cpu", "cuda"]
Sides = tuple[Vectors, Vectors]


def noisy(seed: int = 0) -> tuple[Sides, Sides]:
    """Unit vectors of both languages, the target turned and disturbed; the first N words are the pairs."""
    rng = np.random.default_rng(seed)
    source = rng.standard_normal((WORDS, DIM))
    turn, _ = np.linalg.qr(rng.standard_normal((DIM, DIM)))
    target = source @ turn * rng.uniform(0.5, 1.5, DIM) + 0.5 * rng.standard_normal((WORDS, DIM))
    words = unit_length(source.astype(np.float32)), unit_length(target.astype(np.float32))
    return (words[0][:N], words[1][:N]), words


def plain_loss(pairs: Sides, words: Sides, matrix: Vectors, k: int) -> float:
    """The criterion, one pair at a time."""
    total = 0.0
    mapped_words = words[1] @ matrix
    for s, t in zip(*pairs, strict=True):
        mapped = t @ matrix
        to_sources = sorted((float(mapped @ other) for other in words[0]), reverse=True)[:k]
        to_targets = sorted((float(other @ s) for other in mapped_words), reverse=True)[:k]
        total += -2 * float(mapped @ s) + float(np.mean(to_sources)) + float(np.mean(to_targets))
    return total / len(pairs[0])


def space_of(pairs: Sides, words: Sides) -> Space:
    """The same as tensors."""
    return Space(*(torch.from_numpy(array) for array in (*pairs, *words)))


def test_criterion_is_the_papers_sum() -> None:
    """Against the loop, at a map that is not orthogonal."""
    pairs, words = noisy()
    matrix = np.random.default_rng(5).standard_normal((DIM, DIM)).astype(np.float32)
    loss, _ = criterion(space_of(pairs, words), torch.from_numpy(matrix), K)
    assert loss == pytest.approx(plain_loss(pairs, words, matrix, K), abs=1e-4)


def test_gradient_is_that_of_small_steps() -> None:
    """Central differences of the loop's loss."""
    pairs, words = noisy()
    matrix = procrustes_map(*pairs).matrix
    _, gradient = criterion(space_of(pairs, words), torch.from_numpy(matrix.astype(np.float32)), K)
    wide_pairs, wide_words = ((a.astype(np.float64), b.astype(np.float64)) for a, b in (pairs, words))
    for place in ((0, 0), (2, 5), (4, 1)):
        step = np.zeros((DIM, DIM))
        step[place] = 1e-5
        up, down = (plain_loss(wide_pairs, wide_words, matrix + sign * step, K) for sign in (1, -1))  # type: ignore[arg-type]
        assert float(gradient[place]) == pytest.approx((up - down) / 2e-5, abs=1e-4)


@pytest.mark.parametrize("spectral", [False, True])
def test_descent_ends_below_procrustes(spectral: bool) -> None:
    """The losses begin at Procrustes' and fall; the map that comes back has the lowest of them."""
    pairs, words = noisy()
    fit = rcsls(pairs, words, RcslsSettings(neighbors=K, spectral=spectral), device="cpu")
    assert fit.losses[0] == pytest.approx(plain_loss(pairs, words, procrustes_map(*pairs).matrix, K), abs=1e-4)  # type: ignore[arg-type]
    assert len(fit.losses) == 11
    assert min(fit.losses) < fit.losses[0] - (5e-4 if spectral else 0.01)
    matrix = fit.map.matrix.astype(np.float32)
    assert plain_loss(pairs, words, matrix, K) == pytest.approx(min(fit.losses), abs=1e-4)
    assert (np.linalg.svd(matrix, compute_uv=False).max() <= 1 + 1e-5) == spectral


def test_steps_are_halved_until_the_loss_falls() -> None:
    """A rate far too long overshoots, and yet the best map is better than the start."""
    pairs, words = noisy()
    fit = rcsls(pairs, words, RcslsSettings(neighbors=K, rate=500, iterations=30, spectral=True), device="cpu")
    assert any(after > before for before, after in zip(fit.losses, fit.losses[1:], strict=False))
    assert min(fit.losses) < fit.losses[0]
    assert fit.losses[-1] < max(fit.losses)


def test_a_step_that_only_harms_is_not_taken() -> None:
    """The map with the lowest loss comes back, not the last one."""
    pairs, words = noisy()
    fit = rcsls(pairs, words, RcslsSettings(neighbors=K, rate=500, iterations=1, spectral=True), device="cpu")
    assert fit.losses[1] > fit.losses[0]
    np.testing.assert_allclose(fit.map.matrix, procrustes_map(*pairs).matrix, atol=1e-6)


def test_batches_are_drawn_by_the_seed() -> None:
    """The same seed, the same map; another seed, another; a batch of all is no batch."""
    pairs, words = noisy()

    def fitted(batch: int | None, seed: int) -> Vectors:
        settings = RcslsSettings(neighbors=K, batch=batch, iterations=3)
        return rcsls(pairs, words, settings, seed=seed, device="cpu").map.matrix.astype(np.float32)

    np.testing.assert_array_equal(fitted(30, 1), fitted(30, 1))
    assert not np.array_equal(fitted(30, 1), fitted(30, 2))
    np.testing.assert_array_equal(fitted(N, 1), fitted(None, 2))


def test_no_steps_are_procrustes() -> None:
    """The start comes back."""
    pairs, words = noisy()
    fit = rcsls(pairs, words, RcslsSettings(iterations=0), device="cpu")
    np.testing.assert_allclose(fit.map.matrix, procrustes_map(*pairs).matrix, atol=1e-6)
    assert len(fit.losses) == 1


@pytest.mark.parametrize("wrong", [{"neighbors": 0}, {"iterations": -1}, {"rate": 0}, {"candidates": 0}, {"batch": 0}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    """The field is named."""
    with pytest.raises(TrainingError, match=f"{next(iter(wrong))} must be"):
        RcslsSettings(**wrong)  # type: ignore[arg-type]


@pytest.mark.gpu
def test_gpu_finds_the_same() -> None:
    """Losses and map agree to the precision of float32."""
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    pairs, words = noisy()
    on_cpu, on_gpu = (rcsls(pairs, words, RcslsSettings(neighbors=K), device=d) for d in PLACES)
    np.testing.assert_allclose(on_gpu.losses, on_cpu.losses, atol=1e-3)
    np.testing.assert_allclose(on_gpu.map.matrix, on_cpu.map.matrix, atol=1e-2)
