"""Data folders of simulations."""

import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from clime_core.data.documents import read_documents
from clime_core.data.language import Language
from clime_core.errors import DataError
from clime_core.simulation.data_folder import TEXT, Setting, SettingFiles, read_setting
from clime_core.simulation.vector_cache import cached_vectors


@pytest.fixture
def copy(data: Path, tmp_path: Path) -> Path:
    """A data folder of the test's own, with the word counts beside it."""
    shutil.copytree(data.parent, tmp_path / "copy")
    return tmp_path / "copy" / data.name


def test_a_folder_is_read(setting: Setting) -> None:
    """Documents, categories and gold; the pool itself carries no label."""
    assert (setting.name, setting.method, setting.categories) == ("en-es-demo", "demo", ("other", "health"))
    assert (len(setting.train), len(setting.pool), len(setting.test)) == (60, 50, 30)
    assert all(document.label is None for document in setting.pool)
    assert set(setting.gold) == {document.id for document in setting.pool}
    assert set(setting.knowledge.counts) == set(Language)


def test_word_counts_have_the_order_of_the_categories(copy: Path, tmp_path: Path) -> None:
    """A column of the category's name, and `other` for the category that has none."""
    (copy / "categories.txt").write_text("not health\nhealth\n", encoding="utf-8")
    (copy.parent / "annotator" / "en.tsv.gz").write_bytes(gzip.compress(b"word\thealth\tother\nfever\t9\t2\n"))
    counts = read_setting(SettingFiles(copy, "demo"), tmp_path / "cache").knowledge.counts
    assert counts[Language.SOURCE] == {"fever": (2, 9)}


def test_two_categories_without_a_column_are_refused(copy: Path, tmp_path: Path) -> None:
    """`other` cannot stand for both."""
    (copy / "categories.txt").write_text("sport\npolitics\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"tsv\.gz:1: a column for each"):
        read_setting(SettingFiles(copy, "demo"), tmp_path / "cache")


def test_a_language_without_counts_is_known_by_its_dictionary_alone(copy: Path, tmp_path: Path) -> None:
    """No file, no counts; the stamp tells the difference."""
    before = SettingFiles(copy, "demo").stamp()
    (copy.parent / "annotator" / "es.tsv.gz").unlink()
    assert set(read_setting(SettingFiles(copy, "demo"), tmp_path).knowledge.counts) == {Language.SOURCE}
    assert SettingFiles(copy, "demo").stamp() != before


def test_vectors_may_be_elsewhere(copy: Path, setting: Setting, tmp_path: Path) -> None:
    """A file VECTORS names their folder in a sentence, relative to it."""
    other = copy.parent / "en-es-vectors"
    other.mkdir()
    for file in copy.glob("*.vec.gz"):
        file.rename(other / file.name)
    (copy / "VECTORS").write_text("vectors: those of ../en-es-vectors (same languages)", encoding="utf-8")
    read = read_setting(SettingFiles(copy, "demo"), tmp_path / "cache")
    assert np.array_equal(read.embeddings.target.vectors, setting.embeddings.target.vectors)
    (copy / "VECTORS").write_text("nowhere", encoding="utf-8")
    with pytest.raises(DataError, match="names no folder"):
        SettingFiles(copy, "demo")


@pytest.mark.parametrize("name", ["train.jsonl", "unlabeled_gold.jsonl", "dictionary.tsv", "categories.txt"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    """Before anything is read."""
    (copy / name).unlink()
    with pytest.raises(DataError, match=f"{name}: no such file"):
        SettingFiles(copy, "demo")


def test_an_unknown_method_is_reported_with_the_known_files(copy: Path) -> None:
    """The message lists the files."""
    with pytest.raises(DataError, match=r"<target>\.cca\.vec\.gz is needed, got .*es\.demo\.vec\.gz"):
        SettingFiles(copy, "cca")


def test_a_pool_document_without_gold_is_refused(copy: Path, tmp_path: Path) -> None:
    """The annotator could not answer."""
    gold = copy / "unlabeled_gold.jsonl"
    gold.write_text("\n".join(gold.read_text(encoding="utf-8").split("\n")[1:]), encoding="utf-8")
    with pytest.raises(DataError, match="no label for"):
        read_setting(SettingFiles(copy, "demo"), tmp_path)


def test_a_test_document_without_label_is_refused(copy: Path, tmp_path: Path) -> None:
    """Nothing could be measured on it."""
    with (copy / "test.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"id": "new", "text": ["a"]}\n')
    with pytest.raises(DataError, match=r"test\.jsonl: every document needs a label, got none for \['new'\]"):
        read_setting(SettingFiles(copy, "demo"), tmp_path)


def test_the_task_of_many_categories_has_files_of_its_own(copy: Path, tmp_path: Path) -> None:
    """Topics from their files and field; the annotator then knows dictionaries only."""
    names = ["a", "b", "c"]
    (copy / "categories.topics.txt").write_text("\n".join(names), encoding="utf-8")
    for part in ("train", "test", "unlabeled_gold"):
        lines = (copy / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()
        topics = [{**json.loads(line), "topic": place % 3} for place, line in enumerate(lines)]
        if part == "unlabeled_gold":
            (copy / f"{part}.jsonl").write_text("\n".join(map(json.dumps, topics)), encoding="utf-8")
        else:
            labelled = [json.dumps({**one, "label": one["topic"]}) for one in topics]
            (copy / f"{part}.topics.jsonl").write_text("\n".join(labelled), encoding="utf-8")
    read = read_setting(SettingFiles(copy, "demo", topics=True), tmp_path)
    assert (read.name, read.categories) == ("en-es-demo.topics", ("a", "b", "c"))
    assert {document.label for document in read.test} == {0, 1, 2} == set(read.gold.values())
    assert read.knowledge.counts == {}
    assert read.knowledge.dictionary


def test_vectors_are_converted_once_and_mapped(data: Path, tmp_path: Path) -> None:
    """The second call opens what the first has written; another content gets another store."""
    first = cached_vectors(data / "en.vec.gz", tmp_path)
    (store,) = tmp_path.iterdir()
    written = {path: path.stat().st_mtime_ns for path in store.iterdir()}
    again = cached_vectors(data / "en.vec.gz", tmp_path)
    assert written == {path: path.stat().st_mtime_ns for path in store.iterdir()}
    assert not again.vectors.flags.writeable
    assert np.array_equal(first.vectors, again.vectors)
    cached_vectors(data / "es.demo.vec.gz", tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.fixture
def encoded(copy: Path) -> Path:
    """The folder with vectors of an encoder, and nothing about words."""
    for file in (*copy.glob("*.vec.gz"), copy / "dictionary.tsv"):
        file.unlink()
    for part, n in (("train", 60), ("unlabeled", 50), ("test", 30)):
        np.save(copy / f"{part}.e5.npy", np.full((n, 4), len(part), dtype=np.float16))
    return copy


def test_with_vectors_of_documents_words_are_not_needed(encoded: Path, tmp_path: Path) -> None:
    """Every document has its vector; nothing is known of words, and nobody can be asked about them."""
    read = read_setting(SettingFiles(encoded, "e5"), tmp_path)
    for documents, value in ((read.train, 5), (read.pool, 9), (read.test, 4)):
        assert all(d.vector is not None and d.vector.tolist() == [value] * 4 for d in documents)
    assert (len(read.embeddings.source), len(read.embeddings.target)) == (0, 0)
    assert read.knowledge.dictionary == ()
    assert all(document.label is None for document in read.pool)


def test_vectors_of_documents_are_in_the_stamp(encoded: Path) -> None:
    """Other vectors, other results."""
    before = SettingFiles(encoded, "e5").stamp()
    np.save(encoded / "test.e5.npy", np.zeros((30, 4), dtype=np.float16))
    assert SettingFiles(encoded, "e5").stamp() != before


def test_vectors_of_some_documents_alone_are_refused(encoded: Path) -> None:
    """The missing file is named."""
    (encoded / "unlabeled.e5.npy").unlink()
    with pytest.raises(DataError, match=r"unlabeled\.e5\.npy: no such file"):
        SettingFiles(encoded, "e5")


def test_given_predictions_are_of_pool_and_test(copy: Path, tmp_path: Path) -> None:
    """By id and part, in a file of the method; then neither word vectors nor a dictionary are needed."""
    for file in (*copy.glob("*.vec.gz"), copy / "dictionary.tsv"):
        file.unlink()
    lines = [
        json.dumps({"id": document.id, "part": part, "label": 1, "confidence": 0.9})
        for part, name in (("pool", "unlabeled"), ("test", "test"))
        for document in read_documents(copy / f"{name}.jsonl")
    ]
    (copy / "predictions.gpt.jsonl").write_text("\n".join(lines), encoding="utf-8")
    files = SettingFiles(copy, "gpt")
    read, before = read_setting(files, tmp_path), files.stamp()
    assert all(document.given == pytest.approx((0.1, 0.9)) for document in (*read.pool, *read.test))
    assert len(read.embeddings.target) == 0
    assert SettingFiles(copy, TEXT).predictions is None
    (copy / "predictions.gpt.jsonl").write_text("\n".join(lines[1:]), encoding="utf-8")
    assert SettingFiles(copy, "gpt").stamp() != before
    with pytest.raises(DataError, match=r"gpt\.jsonl: 1 of 50 documents of the pool have no given prediction; give"):
        read_setting(files, tmp_path)


def test_texts_alone_are_a_setting(encoded: Path, tmp_path: Path) -> None:
    """Of a method of its own, without vectors of anything."""
    read = read_setting(SettingFiles(encoded, TEXT), tmp_path)
    assert all(document.vector is None and document.given is None for document in read.pool)
    assert (len(read.embeddings.source), len(read.embeddings.target)) == (0, 0)
