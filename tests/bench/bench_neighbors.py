"""Neighbours of 50 keywords in 2 x 200k x 300 vectors, against the bare matrix product and top-k."""

import time
from collections.abc import Callable
from statistics import median

import numpy as np
import torch

from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language, Word
from clime_core.model.device import threads
from clime_core.model.words.neighbors import nearest

WORDS, DIM, KEYWORDS, K, REPEATS, BAR = 200_000, 300, 50, 10, 9, 1.5


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def random_embeddings(prefix: str, seed: int) -> Embeddings:
    """Random vectors of one language."""
    vectors = np.random.default_rng(seed).standard_normal((WORDS, DIM), dtype=np.float32)
    return Embeddings([f"{prefix}{row}" for row in range(WORDS)], vectors)


def main() -> None:
    """Print one table."""
    embeddings = BilingualEmbeddings(random_embeddings("s", 0), random_embeddings("t", 1))
    keywords = [Word(Language.SOURCE, f"s{row}") for row in range(0, WORDS, WORDS // KEYWORDS)]
    chosen = torch.from_numpy(np.stack([embeddings.vector(word) for word in keywords]))
    queries = torch.nn.functional.normalize(chosen)
    matrices = [torch.from_numpy(embeddings.side(language).vectors) for language in Language]
    first = seconds(lambda: [embeddings.side(language).norms for language in Language])
    print(f"row lengths and word index, once per embeddings: {first:.3f} s")
    print(f"{'what':34}{'reference s':>13}{'ours s':>9}{'ratio':>7}{'bar':>6}")
    for n_threads in (1, 2):
        with threads(n_threads):
            bare, ours = [], []
            for _ in range(REPEATS + 1):
                bare.append(seconds(lambda: [torch.topk(queries @ matrix.T, K) for matrix in matrices]))
                ours.append(
                    seconds(lambda: [nearest(embeddings, keywords, K, side, device="cpu") for side in Language])
                )
            reference, mine = median(bare[1:]), median(ours[1:])
        ratio = mine / reference
        verdict = "pass" if ratio <= BAR else "FAIL"
        what = f"{KEYWORDS} keywords, {n_threads} thread(s)"
        print(f"{what:34}{reference:13.3f}{mine:9.3f}{ratio:7.2f}{BAR:6.1f} {verdict}")


if __name__ == "__main__":
    main()
