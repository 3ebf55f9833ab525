"""A linear map trained for the criterion that translations are looked up by, RCSLS (Joulin et al. 2018)."""

from dataclasses import dataclass

import numpy as np
import torch

from clime_core.alignment.linear_map import LinearMap, procrustes_map
from clime_core.data.embeddings import Vectors
from clime_core.errors import TrainingError
from clime_core.model.device import Device, resolve_device, run_on
from clime_core.model.words.similarity import best
from clime_core.progress import Progress, silent


@dataclass(frozen=True)
class RcslsSettings:
    """How to descend. Raises TrainingError for values that make no sense.

    `neighbors` are those of CSLS, sought among the first `candidates` words of each language. `rate` is
    halved whenever the loss rises. `spectral` keeps the map within the convex hull of the orthogonal ones
    (no singular value above 1), where the problem is convex; without it the loss has no lower bound and
    `iterations` is what stops. `batch` pairs, drawn anew, make one step; None takes all.
    """

    neighbors: int = 10
    iterations: int = 10
    rate: float = 1.0
    spectral: bool = False
    candidates: int = 200_000
    batch: int | None = None

    def __post_init__(self) -> None:
        for name, least in (("neighbors", 1), ("iterations", 0), ("candidates", 1), ("batch", 1)):
            got = getattr(self, name)
            if got is not None and got < least:
                raise TrainingError(f"{name} must be at least {least}, got {got!r}")
        if not self.rate > 0:
            raise TrainingError(f"rate must be above 0, got {self.rate!r}")


@dataclass(frozen=True, eq=False)
class RcslsFit:
    """The map with the lowest loss, and the loss at the Procrustes start and after each step."""

    map: LinearMap
    losses: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Space:
    """Unit vectors on one device: those of the pairs (n, dim), and the candidates of both languages (m, dim)."""

    source: torch.Tensor
    target: torch.Tensor
    source_words: torch.Tensor
    target_words: torch.Tensor


def rcsls(
    pairs: tuple[Vectors, Vectors],
    words: tuple[Vectors, Vectors],
    settings: RcslsSettings | None = None,
    *,
    seed: int = 0,
    device: Device = "auto",
    progress: Progress = silent,
) -> RcslsFit:
    """Descend from the Procrustes map of the pairs.

    `pairs` are the unit vectors of source and target words that translate each other, (n, dim) each; `words`
    those of all source and all target words in the files' order, (m, dim). A full GPU sends the work to the CPU.
    """
    chosen = settings or RcslsSettings()
    start = procrustes_map(*pairs).matrix.astype(np.float32)
    arrays = (*pairs, *(side[: chosen.candidates] for side in words))

    def work(place: torch.device) -> RcslsFit:
        space = Space(*(torch.from_numpy(np.array(array, dtype=np.float32)).to(place) for array in arrays))
        return _descend(space, torch.from_numpy(start).to(place), chosen, seed, progress)

    return run_on(resolve_device(device), work).result


def criterion(space: Space, weights: torch.Tensor, k: int) -> tuple[float, torch.Tensor]:
    """The loss of a map W (dim, dim) and its gradient, with the neighbours held where they are:

    the mean over the pairs of -2 tW.s + (the mean of tW.s' over the k source words s' nearest to tW)
    + (the mean of t'W.s over the k target words t' whose t'W are nearest to s)  (Joulin et al. 2018, section 3).
    """
    near_source = _mean_neighbor(space.target @ weights, space.source_words, space.source_words, k)
    near_target = _mean_neighbor(space.source, space.target_words @ weights, space.target_words, k)
    pull = near_source - 2 * space.source
    gradient = (space.target.T @ pull + near_target.T @ space.source) / len(space.source)
    return float((gradient * weights).sum()), gradient  # the loss is linear in W while the neighbours stay


def _mean_neighbor(queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, k: int) -> torch.Tensor:
    """The mean of `values` (m, dim) over the k rows whose keys have the highest product with each query, (n, dim)."""
    rows = best(queries, keys, k)[1]
    return torch.nn.functional.embedding_bag(rows, values, mode="mean")


def _descend(space: Space, weights: torch.Tensor, settings: RcslsSettings, seed: int, progress: Progress) -> RcslsFit:
    """Gradient steps; the map of the lowest loss is returned."""
    draw = np.random.default_rng(seed)
    rate, losses, lowest = settings.rate, list[float](), weights
    for step in range(settings.iterations + 1):
        loss, gradient = criterion(_batch(space, settings.batch, draw), weights, settings.neighbors)
        rate = rate / 2 if losses and loss > losses[-1] else rate
        lowest = weights if loss <= min(losses, default=loss) else lowest
        losses.append(loss)
        weights = weights - rate * gradient
        weights = _within_hull(weights) if settings.spectral else weights
        progress("descending", step, settings.iterations)
    return RcslsFit(LinearMap.through_origin(lowest.cpu().numpy().astype(np.float64)), tuple(losses))


def _batch(space: Space, size: int | None, draw: np.random.Generator) -> Space:
    """The space with some of its pairs."""
    if size is None or size >= len(space.source):
        return space
    rows = torch.from_numpy(draw.choice(len(space.source), size, replace=False)).to(space.source.device)
    return Space(space.source[rows], space.target[rows], space.source_words, space.target_words)


def _within_hull(weights: torch.Tensor) -> torch.Tensor:
    """The nearest matrix without a singular value above 1."""
    left, values, right = torch.linalg.svd(weights)
    projected: torch.Tensor = (left * values.clamp(max=1)) @ right
    return projected
