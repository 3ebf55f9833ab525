"""Reading and writing a 200k x 300 file of vectors against loops of Python floats; opening the store against
both.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from clime_core.data.embedding_store import load_embeddings, save_embeddings
from clime_core.data.embeddings import Embeddings
from clime_core.data.vec_file import read_vec, write_vec

WORDS, DIM, DECIMALS, REPEATS = 200_000, 300, 6, 3
READ_BAR, STORE_MILLISECONDS = 5.0, 200.0


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def random_embeddings() -> Embeddings:
    """Random vectors with as many decimals as published ones usually have."""
    vectors = np.random.default_rng(0).standard_normal((WORDS, DIM)) / 10
    return Embeddings([f"word{row}" for row in range(WORDS)], vectors.round(DECIMALS).astype(np.float32))


def read_as_lists(path: Path) -> NDArray[np.float32]:
    """The plain loop: lists of floats, made an array at the end."""
    words, vectors = [], []
    with path.open(encoding="utf-8", newline="\n") as lines:
        next(lines)
        for line in lines:
            word, *numbers = line.rstrip().split(" ")
            words.append(word)
            vectors.append([float(number) for number in numbers])
    return np.array(vectors, dtype=np.float32)


def read_by_row(path: Path) -> NDArray[np.float32]:
    """The careful loop: each row's floats go straight into an array made beforehand."""
    words, vectors = [], np.empty((WORDS, DIM), dtype=np.float32)
    with path.open(encoding="utf-8", newline="\n") as lines:
        next(lines)
        for row, line in enumerate(lines):
            word, *numbers = line.rstrip().split(" ")
            words.append(word)
            vectors[row] = [float(number) for number in numbers]
    return vectors


def write_by_row(path: Path, embeddings: Embeddings) -> None:
    """The plain loop, with digits enough for float32."""
    with path.open("w", encoding="utf-8", newline="\n") as lines:
        lines.write(f"{WORDS} {DIM}\n")
        for word, vector in zip(embeddings.words, embeddings.vectors.tolist(), strict=True):
            lines.write(f"{word} {' '.join([f'{number:.9g}' for number in vector])}\n")


def use_store(folder: Path) -> float:
    """Open a store and use a few vectors."""
    return float(load_embeddings(folder).vectors[:: WORDS // 50].sum())


def main() -> None:
    """Print one table."""
    with tempfile.TemporaryDirectory() as name:
        text, other, store = Path(name, "x.vec"), Path(name, "y.vec"), Path(name, "store")
        embeddings = random_embeddings()
        times: dict[str, list[float]] = {}

        def measure(what: str, work: Callable[[], object]) -> None:
            times.setdefault(what, []).append(seconds(work))

        measure("write by row", lambda: write_by_row(other, embeddings))
        measure("write", lambda: write_vec(text, embeddings))
        other.unlink()
        save_embeddings(store, embeddings)
        use_store(store)
        for _ in range(REPEATS):
            measure("read", lambda: read_vec(text))
            measure("read by row", lambda: read_by_row(text))
            measure("read as lists", lambda: read_as_lists(text))
            measure("store", lambda: use_store(store))
        if not np.array_equal(read_vec(text)[0].vectors, embeddings.vectors):
            raise AssertionError("what was written was not read back")
    took = {what: median(runs) for what, runs in times.items()}
    print(f"{'what':44}{'reference s':>12}{'ours s':>9}{'ratio':>8}  bar")
    for what, reference, ours, bar in (
        ("read text; lists of floats", "read as lists", "read", READ_BAR),
        ("read text; floats put into an array by row", "read by row", "read", None),
        ("write text; format a number at a time", "write by row", "write", None),
        ("open the store; our reading of the text", "read", "store", None),
    ):
        ratio = took[reference] / took[ours]
        verdict = "" if bar is None else f"{bar:.0f} {'pass' if ratio >= bar else 'FAIL'}"
        print(f"{what:44}{took[reference]:12.3f}{took[ours]:9.3f}{ratio:8.1f}  {verdict}")
    milliseconds = 1000 * took["store"]
    verdict = "pass" if milliseconds <= STORE_MILLISECONDS else "FAIL"
    print(f"open the store: {milliseconds:.1f} ms, bar {STORE_MILLISECONDS:.0f} ms: {verdict}")


if __name__ == "__main__":
    main()
