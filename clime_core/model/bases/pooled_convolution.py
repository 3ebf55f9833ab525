r"""Convolution over word vectors followed by max over time, for frozen vectors.

The arithmetic is that of Kim 2014 (a filter over `w` words, then its maximum over the document); only the
order of operations differs from a convolution layer:

- A window's value is the sum of `w` products of a word with a slice of the filter, and a word's products do
  not depend on where it stands. So each distinct word of a batch is multiplied once, in one matrix product,
  and a window is a sum of `w` rows of the result (`embedding_bag`).
- The maximum picks one window for each document and filter, so the gradient of a filter's slice is a sum of
  one vector a document: again an `embedding_bag`, with weights.
- ReLU may follow the maximum instead of preceding it: max(relu(x)) = relu(max(x)).

Filters are kept as slices: `weight` (sum of widths, filters, dim), first the slices of the first width, one
for each word of its window, then those of the next. `bias` and results are (widths * filters) wide.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

CHUNK = 200_000  # window values in one step: about the second-level cache of one core, in float32
CHUNK_CUDA = 100_000_000


def pool_windows(
    vectors: Tensor, tokens: Tensor, lengths: Tensor, weight: Tensor, bias: Tensor, widths: Sequence[int]
) -> tuple[Tensor, Tensor]:
    """The largest value of each filter over a document, and a window that has it (on the CPU the first).

    vectors (n_words, dim), row 0 zero; tokens (n, longest) int64 rows of `vectors`; lengths (n,) int64. A
    document shorter than the widest filter is padded with zero vectors up to that width; apart from that no
    window holds padding. Returns values and first columns of the windows, both (n, widths * filters).
    """
    slices, filters, dim = weight.shape
    tokens = _padded(tokens, max(widths)) * slices
    lengths = lengths.clamp(min=max(widths))
    products = (vectors @ weight.view(-1, dim).T).view(-1, filters)  # row: word * slices + slice
    values = vectors.new_empty(len(tokens), len(widths), filters)
    columns = tokens.new_empty(values.shape)
    for chunk in _chunks(lengths, filters):
        longest = int(lengths[chunk].max())
        for place, (first, width) in enumerate(_first_slices(widths)):
            windows = _windows(tokens[chunk], lengths[chunk], longest, width)
            rows = windows + torch.arange(first, first + width, device=tokens.device)
            sums = functional.embedding_bag(rows.view(-1, width), products, mode="sum")
            best = sums.view(len(rows), -1, filters).max(1)
            values[chunk, place] = best.values
            # equal windows may win in any order (CUDA): a repeated window stands for the last one
            columns[chunk, place] = torch.minimum(best.indices, (lengths[chunk] - width)[:, None])
    return values.flatten(1) + bias, columns.flatten(1)


def winning_columns(columns: Tensor, widths: Sequence[int]) -> Tensor:
    """Columns of all words of the winning windows (sum of widths, filters, n), of (n, widths * filters)."""
    by_width = columns.view(len(columns), len(widths), -1).permute(1, 2, 0)
    return torch.stack([by_width[place] + o for place, width in enumerate(widths) for o in range(width)])


class _PooledConvolution(torch.autograd.Function):
    """Differentiable in weight and bias; the vectors are frozen."""

    @staticmethod
    def forward(
        ctx: Any,
        vectors: Tensor,
        tokens: Tensor,
        lengths: Tensor,
        weight: Tensor,
        bias: Tensor,
        widths: Sequence[int],
    ) -> Tensor:
        values, columns = pool_windows(vectors, tokens, lengths, weight, bias, widths)
        ctx.save_for_backward(vectors, tokens, columns)
        ctx.widths = widths
        return values

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        vectors, tokens, columns = ctx.saved_tensors
        (gradient,) = gradients
        won = winning_columns(columns, ctx.widths)
        documents = torch.arange(len(tokens), device=tokens.device)
        rows = _padded(tokens, max(ctx.widths))[documents, won]
        by_width = gradient.view(len(gradient), len(ctx.widths), -1).permute(1, 2, 0)
        repeats = torch.tensor(ctx.widths, device=tokens.device)
        factors = by_width.repeat_interleave(repeats, 0)
        flat_rows, flat_factors = rows.view(-1, len(tokens)), factors.reshape(-1, len(tokens))
        sums = functional.embedding_bag(flat_rows, vectors, mode="sum", per_sample_weights=flat_factors)
        return None, None, None, sums.view(*won.shape[:2], -1), gradient.sum(0), None


def pooled_convolution(
    vectors: Tensor, tokens: Tensor, lengths: Tensor, weight: Tensor, bias: Tensor, widths: Sequence[int]
) -> Tensor:
    """The values of `pool_windows`, (n, widths * filters), differentiable in weight and bias."""
    arguments = (vectors, tokens, lengths, weight, bias, tuple(widths))
    values: Tensor = _PooledConvolution.apply(*arguments)  # type: ignore[no-untyped-call]  # torch has no types
    return values


def _padded(tokens: Tensor, width: int) -> Tensor:
    return functional.pad(tokens, (0, max(0, width - tokens.shape[1])))


def _first_slices(widths: Sequence[int]) -> Iterator[tuple[int, int]]:
    first = 0
    for width in widths:
        yield first, width
        first += width


def _windows(tokens: Tensor, lengths: Tensor, longest: int, width: int) -> Tensor:
    """The tokens of each window, (n, windows, width).

    Past a document's end its last window is repeated, which changes no maximum.
    """
    starts = torch.arange(longest - width + 1, device=tokens.device)
    starts = torch.minimum(starts, (lengths - width)[:, None])
    places = starts[..., None] + torch.arange(width, device=tokens.device)
    return tokens.gather(1, places.flatten(1)).view(places.shape)


def _chunks(lengths: Tensor, filters: int) -> Iterator[slice]:
    size = CHUNK_CUDA if lengths.is_cuda else CHUNK
    step = max(1, size // (int(lengths.max()) * filters))
    for first in range(0, len(lengths), step):
        yield slice(first, first + step)
