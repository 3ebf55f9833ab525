"""The words nearest to a keyword by cosine: exact, one pass over the matrix, no copy of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from clime_core.data.embeddings import BilingualEmbeddings, Embeddings, Rows, Vectors
from clime_core.data.language import Language, Word
from clime_core.errors import VocabularyError
from clime_core.model.device import Device, resolve_device, run_on
from clime_core.model.words.similarity import BLOCK, reaching


@dataclass(frozen=True)
class Neighbor:
    """A word near a keyword; `similarity` is their cosine, -1 to 1."""

    word: Word
    similarity: float


def nearest(
    embeddings: BilingualEmbeddings,
    keywords: Sequence[Word],
    k: int,
    language: Language,
    *,
    candidates: Rows | None = None,
    device: Device = "auto",
) -> list[list[Neighbor]]:
    """The `k` words of `language` nearest to each keyword, best first; equal cosines in row order.

    Exact. The keyword itself and words with a zero vector are never among them; a keyword with a zero
    vector has no neighbours. `candidates` (n,) restricts the rows, for example to the words that occur in
    the documents. Fewer than `k` come back where there are fewer. A full GPU sends the work to the CPU.
    Raises VocabularyError for a keyword without a vector.
    """
    side = embeddings.side(language)
    rows = None if candidates is None else np.unique(np.asarray(candidates, dtype=np.int64))
    queries = _directions(embeddings, keywords)
    own = [side.index.get(word.form, -1) if word.language is language else -1 for word in keywords]
    if not len(keywords) or k < 1:
        return [[] for _ in keywords]
    ran = run_on(resolve_device(device), lambda place: _contenders(side, queries, own, k, rows, place))
    return [
        [Neighbor(Word(language, side.words[row]), cosine) for row, cosine in _best(side, query, near, k)]
        for query, near in zip(queries, ran.result, strict=True)
    ]


def _directions(embeddings: BilingualEmbeddings, keywords: Sequence[Word]) -> Vectors:
    """The keywords' vectors at unit length, (n_keywords, dim) float32; a zero vector stays zero."""
    unknown = [word for word in keywords if word not in embeddings]
    if unknown:
        raise VocabularyError(
            f"no vector for {len(unknown)} of {len(keywords)} keywords, got {unknown[0].form!r} "
            f"({unknown[0].language}) among them: leave out keywords that are not in the embeddings"
        )
    directions = np.zeros((len(keywords), embeddings.dim), dtype=np.float32)
    for row, word in enumerate(keywords):
        vector = embeddings.vector(word)
        directions[row] = vector / (np.linalg.norm(vector) or 1)
    return directions


def _contenders(
    side: Embeddings, queries: Vectors, own: list[int], k: int, rows: Rows | None, place: torch.device
) -> list[Rows]:
    """For each query every row that can be among its `k` best, rounding considered; ascending."""
    directions = torch.from_numpy(queries).to(place)
    slack = 2 * queries.shape[1] * float(np.finfo(np.float32).eps)
    floor = torch.where(directions.any(dim=1), -torch.inf, torch.inf)
    query_blocks, row_blocks = [], []
    total = len(side) if rows is None else len(rows)
    for start in range(0, total, BLOCK):
        block = np.arange(start, min(start + BLOCK, total)) if rows is None else rows[start : start + BLOCK]
        scores = _scores(side, directions, block, contiguous=rows is None)
        _hide(scores, own, block)
        query, column, floor = reaching(scores, k, floor, slack)
        query_blocks.append(query.cpu().numpy())
        row_blocks.append(block[column.cpu().numpy()])
    query_of = np.concatenate(query_blocks or [np.zeros(0, int)])
    row_of = np.concatenate(row_blocks or [np.zeros(0, int)])
    return [row_of[query_of == query] for query in range(len(queries))]


def _scores(side: Embeddings, directions: torch.Tensor, block: Rows, *, contiguous: bool) -> torch.Tensor:
    """Cosines of all queries with the rows of one block, (n_queries, n_block); -inf for zero vectors."""
    part = slice(int(block[0]), int(block[-1]) + 1) if contiguous else block
    lengths = side.norms[part]
    scores = directions @ _tensor(side.vectors[part]).to(directions).T
    zero = np.flatnonzero(lengths == 0)
    scores *= torch.from_numpy(1 / np.where(lengths > 0, lengths, 1)).to(directions)
    if len(zero):
        scores[:, torch.from_numpy(zero).to(scores.device)] = -torch.inf
    return scores


def _tensor(array: NDArray[np.float32]) -> torch.Tensor:
    """The same memory as a tensor. Torch warns at a read-only array; nothing here writes to it."""
    if array.flags.writeable:
        return torch.from_numpy(array)
    return torch.from_numpy(np.asarray(_Writable(array)))


class _Writable:
    """A read-only array that presents itself as a writable one."""

    def __init__(self, array: NDArray[np.float32]) -> None:
        address, _ = array.__array_interface__["data"]
        self.array = array  # keeps the memory alive
        self.__array_interface__ = {**array.__array_interface__, "data": (address, False)}


def _hide(scores: torch.Tensor, own: list[int], block: Rows) -> None:
    """Leave the keywords themselves out."""
    for query, row in enumerate(own):
        column = int(np.searchsorted(block, row))
        if column < len(block) and block[column] == row:
            scores[query, column] = -torch.inf


def _best(side: Embeddings, query: Vectors, rows: Rows, k: int) -> list[tuple[int, float]]:
    """The `k` best of a few rows by cosine in float64, equal ones in row order."""
    vectors = side.vectors[rows].astype(np.float64)
    cosines = (vectors * query).sum(axis=1) / np.sqrt((vectors * vectors).sum(axis=1))
    best = np.lexsort((rows, -cosines))[:k]
    return [(int(rows[i]), float(np.clip(cosines[i], -1, 1))) for i in best]
