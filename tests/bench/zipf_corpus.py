"""Documents for the benchmarks: words drawn by Zipf's law, over random vectors.

A batch of 100 documents x 200 tokens has one distinct word in four tokens, as English news has.
"""

import numpy as np

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language
from clime_core.model.bases.examples import Example

WORDS, FLATTENING = 12_000, 2.7


def zipf_vectors(dim: int) -> BilingualEmbeddings:
    """Random vectors of about unit length for the words w0, w1, ..."""
    vectors = np.random.default_rng(0).standard_normal((WORDS, dim), np.float32) / np.float32(dim**0.5)
    source = Embeddings([f"w{row}" for row in range(WORDS)], vectors)
    return BilingualEmbeddings(source, Embeddings(["t0"], vectors[:1]))


def zipf_examples(documents: int, tokens: int) -> list[Example]:
    """Labelled documents: those of class 1 have ten more of the words 100 to 199."""
    rng = np.random.default_rng(1)
    shares = 1 / (np.arange(WORDS) + FLATTENING)
    found = []
    for number in range(documents):
        rows = rng.choice(WORDS, tokens, p=shares / shares.sum())
        if number % 2:
            rows[rng.choice(tokens, 10, replace=False)] = rng.integers(100, 200, 10)
        document = Document(number, tuple(f"w{row}" for row in rows), number % 2)
        found.append(Example(document, Language.SOURCE))
    return found
