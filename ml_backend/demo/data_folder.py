"""The demo's corpus as a data folder, to try simulations without data of one's own."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from clime_core.data.documents import write_documents
from clime_core.data.vec_file import write_vec
from ml_backend.demo.corpus import CATEGORIES, DemoSizes, gold_lines, make_demo, write_lines


def write_data_folder(folder: Path, seed: int = 0, sizes: DemoSizes | None = None) -> None:
    """Write English to Spanish with vectors of the kind `demo`, and the word counts beside it in `annotator`.

    Equal seeds and sizes give equal files. Raises DataError where a folder cannot be written to.
    """
    demo = make_demo(seed, sizes)
    counts_folder = folder.parent / "annotator"
    for parent in (folder, counts_folder):
        parent.mkdir(parents=True, exist_ok=True)
    write_vec(folder / "en.vec.gz", demo.embeddings.source)
    write_vec(folder / "es.demo.vec.gz", demo.embeddings.target)
    for name, documents in (("train", demo.train), ("test", demo.test), ("unlabeled", demo.pool)):
        write_documents(folder / f"{name}.jsonl", documents)
    write_lines(folder / "unlabeled_gold.jsonl", gold_lines(demo))
    write_lines(folder / "categories.txt", CATEGORIES)
    write_lines(folder / "dictionary.tsv", map("\t".join, demo.dictionary))
    for language, counts in demo.word_counts.items():
        write_lines(counts_folder / f"{language}.tsv.gz", _rows(counts))


def _rows(word_counts: Mapping[str, tuple[int, ...]]) -> Iterator[str]:
    """Word counts as a table, in the order of the words."""
    yield "\t".join(("word", *CATEGORIES))
    yield from ("\t".join((word, *map(str, counts))) for word, counts in sorted(word_counts.items()))
