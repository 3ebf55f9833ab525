"""The most similar rows of a large matrix for many queries: exact, on CPU or GPU, a block of both at a time."""

import torch

from clime_core.progress import Progress, silent

QUERIES = 512
"""Queries of one product."""

BLOCK = 32_768
"""Candidates of one product; with the queries it bounds the memory: 64 MiB of float32."""

CHUNK = 32
"""Columns summarised by their maximum: the k best are in the k chunks with the highest maxima."""


def best(
    queries: torch.Tensor,
    candidates: torch.Tensor,
    k: int,
    penalty: torch.Tensor | None = None,
    *,
    scale: float = 1.0,
    what: str = "comparing",
    progress: Progress = silent,
) -> tuple[torch.Tensor, torch.Tensor]:
    """For each query the `k` highest scores `scale` q . c - penalty(c), best first, and the rows of their candidates.

    Queries (n, dim), candidates (m, dim), penalty (m,), all on one device; two (n, min(k, m)) tensors come back,
    float32 and int64. Which of equal scores at the k-th place is taken is left open.
    """
    k = min(k, len(candidates))
    values = queries.new_empty((len(queries), k))
    rows = torch.empty((len(queries), k), dtype=torch.int64, device=queries.device)
    for start in range(0, len(queries), QUERIES):
        part = slice(start, start + QUERIES)
        values[part], rows[part] = _best_of_blocks(queries[part] * scale, candidates, k, penalty)
        progress(what, min(part.stop, len(queries)), len(queries))
    return values, rows


def mean_similarity(
    queries: torch.Tensor, candidates: torch.Tensor, k: int, *, what: str, progress: Progress = silent
) -> torch.Tensor:
    """The mean product of each query with the `k` candidates nearest to it, (n,); for unit vectors, of cosines."""
    return best(queries, candidates, k, what=what, progress=progress)[0].mean(dim=1)


def _best_of_blocks(
    queries: torch.Tensor, candidates: torch.Tensor, k: int, penalty: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """The k best of all candidates for a few queries."""
    values, rows = [], []
    for start in range(0, len(candidates), BLOCK):
        scores = queries @ candidates[start : start + BLOCK].T
        if penalty is not None:
            scores -= penalty[start : start + BLOCK]
        highest, columns = top(scores, k)
        values.append(highest)
        rows.append(columns + start)
    together, which = torch.cat(values, dim=1).topk(k, dim=1)
    return together, torch.cat(rows, dim=1).gather(1, which)


def top(scores: torch.Tensor, k: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The `k` highest of each row and their columns, or all where there are fewer: (n, m) to two (n, min(k, m)).

    Several times faster than a plain top-k over many columns.
    """
    n, m = scores.shape
    if m < 2 * k * CHUNK:
        found = scores.topk(min(k, m), dim=1)
        return found.values, found.indices
    chunks, highest = _chunked(scores)
    chosen = highest.topk(k, dim=1).indices
    inside = chunks.gather(1, chosen[:, :, None].expand(-1, -1, CHUNK)).view(n, -1)
    values, position = inside.topk(k, dim=1)
    return values, chosen.gather(1, position // CHUNK) * CHUNK + position % CHUNK


def reaching(
    scores: torch.Tensor, k: int, floor: torch.Tensor, slack: float
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The (query, column) pairs of scores (n, m) that are not below the floor (n,), and the raised floor.

    The floor is raised to a bound that at least `k` of these scores reach, the k-th largest of the chunks' maxima, less
    `slack` for rounding. So over all blocks every column among a query's `k` best is found, and few others.
    """
    chunks, highest = _chunked(scores)
    if highest.shape[1] >= k:
        floor = torch.maximum(floor, highest.topk(k, dim=1).values[:, -1] - slack)
    query, chunk = torch.nonzero(highest >= floor[:, None], as_tuple=True)
    inside = chunks[query, chunk]
    hit, offset = torch.nonzero((inside >= floor[query, None]) & (inside > -torch.inf), as_tuple=True)
    return query[hit], chunk[hit] * CHUNK + offset, floor


def _chunked(scores: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Scores (n, m) in chunks, (n, n_chunks, CHUNK) padded with -inf, and the maximum of each chunk, (n, n_chunks)."""
    if padding := -scores.shape[1] % CHUNK:
        scores = torch.nn.functional.pad(scores, (0, padding), value=-torch.inf)
    chunks = scores.view(len(scores), -1, CHUNK)
    return chunks, chunks.amax(dim=2)
