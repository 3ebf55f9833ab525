"""The demo's corpus as a data folder of the laboratory, to try it without data of one's own."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from clime_core.data.documents import write_documents
from clime_core.data.stream import writing
from clime_core.data.vec_file import write_vec
from ml_backend.demo.corpus import CATEGORIES, DemoSizes, make_demo


def write_demo_setting(folder: Path, seed: int = 0, sizes: DemoSizes | None = None) -> None:
    """Write English to Spanish with the method `demo`, and the word counts beside it in `annotator`.

    Equal seeds and sizes give equal files. Raises DataError where a folder cannot be written to.
    """
    demo = make_demo(seed, sizes)
    counts = folder.parent / "annotator"
    for made in (folder, counts):
        made.mkdir(parents=True, exist_ok=True)
    write_vec(folder / "en.vec.gz", demo.embeddings.source)
    write_vec(folder / "es.demo.vec.gz", demo.embeddings.target)
    for name, documents in (("train", demo.train), ("test", demo.test), ("unlabeled", demo.pool)):
        write_documents(folder / f"{name}.jsonl", documents)
    gold = (json.dumps({"id": name, "label": label}) for name, label in demo.pool_gold.items())
    _write_lines(folder / "unlabeled_gold.jsonl", gold)
    _write_lines(folder / "categories.txt", CATEGORIES)
    _write_lines(folder / "dictionary.tsv", ("\t".join(pair) for pair in demo.dictionary))
    for tongue, counted in demo.word_counts.items():
        _write_lines(counts / f"{tongue}.tsv.gz", _rows(counted))


def _rows(counted: Mapping[str, tuple[int, ...]]) -> Iterable[str]:
    """Word counts as a table, in the order of the words."""
    yield "\t".join(("word", *CATEGORIES))
    yield from ("\t".join((word, *map(str, counts))) for word, counts in sorted(counted.items()))


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    with writing(path) as stream:
        stream.writelines(f"{line}\n".encode() for line in lines)
