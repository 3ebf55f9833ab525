"""Maps fitted to pairs of vectors."""

import numpy as np
import pytest
from scipy.linalg import cholesky, solve_triangular
from sklearn.cross_decomposition import CCA

from clime_core.alignment.linear_map import CcaSettings, Doubles, LinearMap, cca_map, procrustes_map
from clime_core.data.embeddings import Vectors
from clime_core.data.normalize import unit_length
from clime_core.errors import TrainingError

N, DIM = 300, 5
EXACT = CcaSettings(regularization=0, weighted=False)


def noisy_pairs(target_dim: int = DIM, seed: int = 0) -> tuple[Vectors, Vectors]:
    """Source vectors, and target vectors that share something with them, more in some directions than in others."""
    rng = np.random.default_rng(seed)
    source = rng.standard_normal((N, DIM)) * [3, 2, 1, 1, 0.5] + 1
    mixed = (source * [1, 0.8, 0.6, 0.4, 0.2]) @ rng.standard_normal((DIM, target_dim))
    target = mixed + 0.8 * rng.standard_normal((N, target_dim)) - 0.5
    return source.astype(np.float32), target.astype(np.float32)


def correlations_of(left: Doubles, right: Doubles | Vectors) -> Doubles:
    """The correlation of each column with its counterpart."""
    pairs = zip(left.T, right.T, strict=True)
    return np.array([np.corrcoef(a, b)[0, 1] for a, b in pairs])


def test_procrustes_is_no_worse_than_any_turn_nearby() -> None:
    """The map is orthogonal, and small turns of it fit the pairs less well."""
    source, target = map(unit_length, noisy_pairs())
    best = procrustes_map(source, target).matrix
    np.testing.assert_allclose(best @ best.T, np.eye(DIM), atol=1e-10)
    rng = np.random.default_rng(1)
    for _ in range(20):
        turn, _ = np.linalg.qr(np.eye(DIM) + 0.05 * rng.standard_normal((DIM, DIM)))
        turn *= np.sign(np.diag(turn))
        assert ((target @ best - source) ** 2).sum() < ((target @ best @ turn - source) ** 2).sum()


@pytest.mark.parametrize("rank", [0.4, 1.0])
def test_cca_projects_back_what_sklearn_finds(rank: float) -> None:
    """The variates of scikit-learn's CCA, an iterative algorithm, taken back by least squares from its own
    source variates: the same map.
    """
    source, target = noisy_pairs()
    kept = round(rank * DIM)
    reference = CCA(n_components=DIM, scale=False, max_iter=5_000, tol=1e-12).fit(source, target)
    ours, theirs = reference.transform(source, target)
    ours, theirs = ours / ours.std(axis=0), theirs / theirs.std(axis=0)
    back, *_ = np.linalg.lstsq(ours, source - source.mean(axis=0), rcond=None)
    expected = theirs[:, :kept] @ back[:kept] + source.mean(axis=0)
    settings = CcaSettings(rank=rank, regularization=0, weighted=False)
    np.testing.assert_allclose(cca_map(source, target, settings).directions(target), expected, atol=1e-3)


def test_cca_by_hand_through_cholesky_factors() -> None:
    """Whitening by triangular factors instead of symmetric roots gives the same map."""
    source, target = (side.astype(np.float64) for side in noisy_pairs(7))
    a, b = source - source.mean(axis=0), target - target.mean(axis=0)
    left, right = cholesky(a.T @ a), cholesky(b.T @ b)
    u, _, vt = np.linalg.svd(
        solve_triangular(left, solve_triangular(right, b.T @ a, trans="T").T, trans="T"), full_matrices=False
    )
    expected = solve_triangular(right, vt.T) @ u.T @ left
    found = cca_map(source.astype(np.float32), target.astype(np.float32), EXACT)
    np.testing.assert_allclose(found.matrix, expected, atol=1e-5)


def test_cca_weighted_is_the_best_linear_prediction() -> None:
    """Without regularization, the weighted map is least squares with an intercept."""
    source, target = noisy_pairs(3)
    found = cca_map(source, target, CcaSettings(regularization=0, weighted=True))
    with_one = np.c_[target, np.ones(N)].astype(np.float64)
    expected, *_ = np.linalg.lstsq(with_one, source.astype(np.float64), rcond=None)
    np.testing.assert_allclose(np.r_[found.matrix, found.offset[None]], expected, atol=1e-5)


def test_cca_keeps_the_correlated_directions_first() -> None:
    """The images of rank 2 correlate with the source more than those of the remaining directions."""
    source, target = noisy_pairs()
    images = cca_map(source, target, CcaSettings(rank=0.4, regularization=0, weighted=False)).directions(target)
    centred = images - images.mean(axis=0)
    assert np.linalg.matrix_rank(centred, tol=1e-6) == 2
    rest = cca_map(source, target, EXACT).directions(target) - images
    assert correlations_of(images, source).mean() > correlations_of(rest, source).mean()


def test_cca_without_spread_in_a_direction_stays_finite() -> None:
    """A constant column has no variance to divide by."""
    source, target = noisy_pairs()
    target[:, 2] = 1
    matrix = cca_map(source, target, EXACT).matrix
    assert np.isfinite(matrix).all()
    np.testing.assert_allclose(matrix[2], 0, atol=1e-6)


def test_lengths_are_kept_and_zero_stays_zero() -> None:
    """A map decides on directions; an offset counts by a vector's own length."""
    stretch = LinearMap(np.diag([1.0, 3.0]), np.array([0.0, 1.0]))
    vectors = np.array([[2, 0], [0, 0.5], [0, 0]], np.float32)
    expected = np.array([[2**0.5, 2**0.5], [0, 0.5], [0, 0]])
    np.testing.assert_allclose(stretch.apply(vectors), expected, atol=1e-6)


@pytest.mark.parametrize("wrong", [{"rank": 0}, {"rank": 1.1}, {"regularization": -1}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    """The field and what was got are named."""
    with pytest.raises(TrainingError, match=f"{next(iter(wrong))} .*got {next(iter(wrong.values()))}"):
        CcaSettings(**wrong)  # type: ignore[arg-type]
