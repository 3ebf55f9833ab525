"""Alignment: bring two monolingual vector spaces into one, by the pairs of a bilingual dictionary."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from clime_core.alignment.linear_map import CcaSettings, LinearMap, cca_map, procrustes_map
from clime_core.alignment.rcsls import RcslsSettings, rcsls
from clime_core.data.bilingual_dictionary import Pairs, read_dictionary
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.normalize import Normalization, normalized, unit_length
from clime_core.errors import DataError, TrainingError, VocabularyError
from clime_core.model.device import Device
from clime_core.progress import Progress, silent

__all__ = ["AlignSettings", "Alignment", "Method", "align", "procrustes", "read_dictionary"]

Method = Literal["procrustes", "cca", "rcsls"]


@dataclass(frozen=True)
class AlignSettings:
    """How to align. `normalization` is done to both languages first, and stays: both come back in that space.

    Without one the source comes back as it was, and target vectors keep their lengths.
    """

    method: Method = "procrustes"
    normalization: Normalization = "none"
    cca: CcaSettings = field(default_factory=CcaSettings)
    rcsls: RcslsSettings = field(default_factory=RcslsSettings)

    def __post_init__(self) -> None:
        if self.method not in ("procrustes", "cca", "rcsls"):
            raise TrainingError(f"method must be procrustes, cca or rcsls, got {self.method!r}")


@dataclass(frozen=True, eq=False)
class Alignment:
    """Both languages in the source's space, and how many distinct pairs were used and left out for it.

    `losses` are RCSLS's, at its start and after each step; empty for the other methods.
    """

    embeddings: BilingualEmbeddings
    used: int
    left_out: int
    losses: tuple[float, ...] = ()


def align(
    source: Embeddings,
    target: Embeddings,
    pairs: Pairs,
    settings: AlignSettings | None = None,
    *,
    seed: int = 0,
    device: Device = "auto",
    progress: Progress = silent,
) -> Alignment:
    """Bring the target into the source's space by a map that is fitted to the directions of the pairs' vectors.

    Pairs with a word without vector, or with a zero vector, are left out and counted. Only `rcsls` computes
    on the device and draws by the seed, and only where it has a batch. Raises DataError where the dimensions
    differ, unless the method is `cca`, and VocabularyError where no pair can be used.
    """
    chosen = settings or AlignSettings()
    if source.dim != target.dim and chosen.method != "cca":
        fix = "equal ones are needed, or method cca"
        raise DataError(f"source vectors have {source.dim} dimensions, target vectors {target.dim}: {fix}")
    source, target = (_normalized(side, chosen.normalization) for side in (source, target))
    distinct = sorted(set(pairs))
    known = [(a, b) for a, b in distinct if _has_direction(source, a) and _has_direction(target, b)]
    if not known:
        raise VocabularyError(f"none of {len(distinct)} dictionary pairs has both vectors: check their order and case")
    fitted, losses = _fit(source, target, known, chosen, seed, device, progress)
    turned = Embeddings(target.words, fitted.apply(target.vectors))
    return Alignment(BilingualEmbeddings(source, turned), len(known), len(distinct) - len(known), losses)


def procrustes(source: Embeddings, target: Embeddings, pairs: Pairs) -> Alignment:
    """Turn the target by the best orthogonal map: lengths and angles within both languages stay as they are."""
    return align(source, target, pairs, AlignSettings("procrustes"))


def _normalized(side: Embeddings, how: Normalization) -> Embeddings:
    """The same words; the very same embeddings where nothing is to be done."""
    return side if how == "none" else Embeddings(side.words, normalized(side.vectors, how))


def _has_direction(side: Embeddings, form: str) -> bool:
    """Whether the word has a vector other than zero."""
    return form in side and bool(side.vectors[side.index[form]].any())


def _fit(
    source: Embeddings,
    target: Embeddings,
    pairs: Pairs,
    settings: AlignSettings,
    seed: int,
    device: Device,
    progress: Progress,
) -> tuple[LinearMap, tuple[float, ...]]:
    """The map of the method that was asked for, and its losses."""
    sides = (source, target)
    ours, theirs = (
        unit_length(np.asarray(side.vectors[side.rows(pair[end] for pair in pairs)])) for end, side in enumerate(sides)
    )
    if settings.method == "procrustes":
        return procrustes_map(ours, theirs), ()
    if settings.method == "cca":
        return cca_map(ours, theirs, settings.cca), ()
    most = settings.rcsls.candidates
    words = unit_length(source.vectors[:most]), unit_length(target.vectors[:most])
    fit = rcsls((ours, theirs), words, settings.rcsls, seed=seed, device=device, progress=progress)
    return fit.map, fit.losses
