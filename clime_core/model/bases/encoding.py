"""Documents as rows of a small table that holds the vector of each of their distinct words once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Rows
from clime_core.data.language import Language, Word


@dataclass(frozen=True, eq=False)
class Batch:
    """Some documents, over a table of their own distinct words.

    documents (n,) int64: positions in the encoding, shortest document first;
    words (n_words,) int64: rows in the encoding's table; vectors (n_words, dim): the same rows of it;
    tokens (n, longest) int64: rows of `vectors`, padded with 0; lengths (n,) int64: tokens before padding.
    Row 0 of `vectors` is the zero vector.
    """

    documents: Tensor
    words: Tensor
    vectors: Tensor
    tokens: Tensor
    lengths: Tensor

    @cached_property
    def means(self) -> Tensor:
        """The mean vector of each document, (n, dim)."""
        sums = functional.embedding_bag(self.tokens, self.vectors, mode="sum")
        return sums / self.lengths[:, None].to(sums.dtype)


@dataclass(frozen=True, eq=False)
class Encoding:
    """Documents that have known words, as their known words in order; unknown words are skipped.

    vectors (1 + n_words, dim) float32: row 0 is the zero vector that pads; joint_rows (n_words,) int64: row
    in the source vectors, or past their end in the target vectors; tokens (n_tokens,) int64: rows of
    `vectors`, document after document; lengths (n,) int64, all at least 1; kept (n,) int64: positions of
    the documents among those given; unknown: tokens skipped.
    """

    vectors: Tensor
    joint_rows: Rows
    tokens: Tensor
    lengths: Tensor
    kept: Rows
    unknown: int

    def __len__(self) -> int:
        return len(self.lengths)

    @cached_property
    def starts(self) -> Tensor:
        """Where each document begins in `tokens`, (n,) int64."""
        return torch.cumsum(self.lengths, 0) - self.lengths

    def to(self, device: torch.device) -> "Encoding":
        """The same on another device."""
        tensors = (t.to(device) for t in (self.vectors, self.tokens, self.lengths))
        vectors, tokens, lengths = tensors
        return Encoding(vectors, self.joint_rows, tokens, lengths, self.kept, self.unknown)

    def batch(self, documents: Tensor) -> Batch:
        """The documents at these positions, (n,) int64. Sorted by length, so that neighbours pad little."""
        documents = documents[self.lengths[documents].argsort(stable=True)]
        lengths = self.lengths[documents]
        columns = torch.arange(int(lengths[-1]), device=lengths.device)
        inside = columns < lengths[:, None]
        places = self.starts[documents][:, None] + columns
        tokens = torch.where(inside, self.tokens[places.clamp(max=len(self.tokens) - 1)], 0)
        padded = functional.pad(tokens.flatten(), (1, 0))  # the zero row is always word 0
        words, local = torch.unique(padded, return_inverse=True)
        return Batch(documents, words, self.vectors[words], local[1:].view_as(tokens), lengths)

    def batches(self, size: int) -> Iterator[Batch]:
        """All documents in batches of at most `size`, those of like length together."""
        order = self.lengths.argsort(stable=True)
        for first in range(0, len(order), size):
            yield self.batch(order[first : first + size])

    def word_frequencies(self) -> NDArray[np.int64]:
        """In how many documents each word occurs, (n_words,) int64."""
        lengths = self.lengths.cpu().numpy()
        width = len(self.joint_rows) + 1
        pairs = np.repeat(np.arange(len(lengths)), lengths) * width + self.tokens.cpu().numpy()
        return np.bincount(np.unique(pairs) % width, minlength=width)[1:]


def encode(
    embeddings: BilingualEmbeddings,
    documents: Sequence[tuple[Document, Language]],
    max_tokens: int | None = None,
) -> Encoding:
    """Look the documents up; of each at most the first `max_tokens` tokens are read."""
    offset = {Language.SOURCE: 0, Language.TARGET: len(embeddings.source)}
    rows = [
        embeddings.side(language).rows(document.tokens[:max_tokens]) + offset[language]
        for document, language in documents
    ]
    lengths = np.array([len(found) for found in rows], dtype=np.int64)
    read = sum(len(document.tokens[:max_tokens]) for document, _ in documents)
    joint, tokens = np.unique(np.concatenate([np.zeros(0, np.int64), *rows]), return_inverse=True)
    return Encoding(
        _table(embeddings, joint),
        joint,
        torch.from_numpy(tokens.astype(np.int64) + 1),
        torch.from_numpy(lengths[lengths > 0]),
        np.flatnonzero(lengths),
        read - int(lengths.sum()),
    )


def words_of(embeddings: BilingualEmbeddings, joint_rows: Rows) -> list[Word]:
    """The words at these joint rows."""
    n_source = len(embeddings.source)
    source, target = embeddings.source.words, embeddings.target.words
    return [
        Word(Language.SOURCE, source[row]) if row < n_source else Word(Language.TARGET, target[row - n_source])
        for row in joint_rows.tolist()
    ]


def _table(embeddings: BilingualEmbeddings, joint: Rows) -> Tensor:
    n_source = len(embeddings.source)
    split = int(np.searchsorted(joint, n_source))
    table = np.zeros((len(joint) + 1, embeddings.dim), dtype=np.float32)
    table[1 : split + 1] = embeddings.source.vectors[joint[:split]]
    table[split + 1 :] = embeddings.target.vectors[joint[split:] - n_source]
    return torch.from_numpy(table)
