"""Alignment: bring two monolingual vector spaces into one, and measure how well translations meet."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clime_core.data.embeddings import BilingualEmbeddings, Embeddings, Rows, Vectors
from clime_core.data.language import Language, Word
from clime_core.data.stream import text_lines
from clime_core.errors import DataError, VocabularyError
from clime_core.model.device import Device
from clime_core.model.neighbors import nearest

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class Alignment:
    """Both languages in the source's space, and how many distinct pairs were used and left out for it."""

    embeddings: BilingualEmbeddings
    used: int
    left_out: int


@dataclass(frozen=True)
class Induction:
    """Share of source words, 0 to 1, with a translation among their `k` nearest target words.

    `words` were asked; `left_out` had no vector themselves or no translation with one.
    """

    k: int
    precision: float
    words: int
    left_out: int


def read_dictionary(path: Path) -> tuple[tuple[str, str], ...]:
    """Source-target pairs of a file with a line `source<TAB>target` each; a word may have several lines.

    Plain or `.gz`; blank lines and further columns are not read. Raises DataError naming path:line.
    """
    return tuple(_pair(path, number, line) for number, line in text_lines(path) if line.strip())


def _pair(path: Path, number: int, line: str) -> tuple[str, str]:
    """One line of a dictionary."""
    fields = [field.strip() for field in line.split("\t")]
    if len(fields) < 2 or not fields[0] or not fields[1]:
        raise DataError.at(path, number, f"a pair is source<TAB>target, got {line!r}: put a tab between the words")
    return fields[0], fields[1]


def procrustes(source: Embeddings, target: Embeddings, pairs: Pairs) -> Alignment:
    """Turn the target space onto the source space by the best orthogonal map for the pairs.

    The map W minimises the sum of |W t - s|^2 over the pairs' unit vectors: W = U V' of the singular value
    decomposition of S' T (Schönemann 1966; Xing et al. 2015). Lengths and angles within the target stay
    as they are. Pairs with a word without vector are left out and counted. Raises DataError where the
    dimensions differ, VocabularyError where no pair can be used.
    """
    if source.dim != target.dim:
        raise DataError(f"source vectors have {source.dim} dimensions, target vectors {target.dim}: equal ones needed")
    distinct = sorted(set(pairs))
    known = [(a, b) for a, b in distinct if a in source and b in target]
    if not known:
        raise VocabularyError(f"none of {len(distinct)} dictionary pairs has both vectors: check their order and case")
    ends = _unit(source, source.rows(a for a, _ in known)), _unit(target, target.rows(b for _, b in known))
    left, _, right = np.linalg.svd(ends[1].T @ ends[0])
    turned = (target.vectors @ (left @ right)).astype(np.float32)
    aligned = BilingualEmbeddings(source, Embeddings(target.words, turned))
    return Alignment(aligned, used=len(known), left_out=len(distinct) - len(known))


def _unit(side: Embeddings, rows: Rows) -> Vectors:
    """Some rows at unit length, (n, dim) float32; zero vectors stay zero."""
    lengths = np.maximum(side.norms[rows], np.finfo(np.float32).tiny)
    unit: Vectors = side.vectors[rows] / lengths[:, None]
    return unit


def precision_at(embeddings: BilingualEmbeddings, pairs: Pairs, k: int = 1, *, device: Device = "auto") -> Induction:
    """Dictionary induction by cosine on pairs that were not used to align. Precision is 0 for no words."""
    translations: dict[str, set[str]] = {}
    for a, b in pairs:
        translations.setdefault(a, set()).add(b)
    asked = [a for a, bs in translations.items() if a in embeddings.source and any(b in embeddings.target for b in bs)]
    keywords = [Word(Language.SOURCE, form) for form in asked]
    found = nearest(embeddings, keywords, k, Language.TARGET, device=device)
    hits = sum(
        any(near.word.form in translations[form] for near in neighbors)
        for form, neighbors in zip(asked, found, strict=True)
    )
    return Induction(k, hits / len(asked) if asked else 0.0, len(asked), len(translations) - len(asked))
