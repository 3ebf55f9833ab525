"""Tests of saving and loading a classifier."""

import json
from pathlib import Path

import numpy as np
import pytest

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language
from clime_core.errors import DataError
from clime_core.model.bases.classifier import Classifier, train
from clime_core.model.bases.classifier_settings import ClassifierSettings, Kind
from clime_core.model.bases.examples import Example

SIDE = Embeddings(list("abcdef"), np.random.default_rng(0).standard_normal((6, 4), np.float32))
BOTH = BilingualEmbeddings(SIDE, SIDE)
DOCUMENTS = [Document(n, tuple("abcdef"[n:] + "abc"), n % 2) for n in range(6)]


def trained(kind: Kind = "cnn") -> Classifier:
    """A small ensemble."""
    settings = ClassifierSettings(kind=kind, epochs=1, filters=3, hidden=5, widths=(2, 3), max_tokens=7)
    return train(BOTH, [Example(d, Language.SOURCE) for d in DOCUMENTS], 2, settings, [0, 1])


@pytest.mark.parametrize("kind", ["cnn", "dan", "lr"])
def test_a_round_trip_predicts_the_same_bits(kind: Kind, tmp_path: Path) -> None:
    """Loaded, it is the classifier that was saved, in a new process as well: the folder holds all of it."""
    saved = trained(kind)
    saved.save(tmp_path / "new" / "folder")
    loaded = Classifier.load(tmp_path / "new" / "folder")
    expected = saved.predict_proba(BOTH, [*DOCUMENTS, Document("x", ("?",))], Language.TARGET)
    found = loaded.predict_proba(BOTH, [*DOCUMENTS, Document("x", ("?",))], Language.TARGET)
    assert np.array_equal(expected, found)
    assert (loaded.settings, loaded.report) == (saved.settings, saved.report)
    assert (loaded.n_categories, loaded.dim, len(loaded.members)) == (2, 4, len(saved.members))


def test_the_folder_holds_two_files(tmp_path: Path) -> None:
    """No word vectors and nothing unfinished; saving over an old one is fine."""
    trained("dan").save(tmp_path)
    trained("cnn").save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["classifier.json", "weights.safetensors"]
    assert Classifier.load(tmp_path).settings.kind == "cnn"


@pytest.mark.parametrize("name", ["classifier.json", "weights.safetensors"])
@pytest.mark.parametrize("kept", [0.0, 0.5, 0.99])
def test_a_truncated_file_is_named(name: str, kept: float, tmp_path: Path) -> None:
    """The error names the file that is cut short."""
    trained().save(tmp_path)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(DataError, match=name):
        Classifier.load(tmp_path)


@pytest.mark.parametrize("name", ["classifier.json", "weights.safetensors"])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    """The error names the file that is not there."""
    trained().save(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(DataError, match=name):
        Classifier.load(tmp_path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", 99),
        ("settings", {"kind": "svm"}),
        ("settings", {"kindness": "cnn"}),
        ("prior", [1.0]),
        ("dim", 5),
        ("members", 3),
        ("members", 1),
        ("n_categories", "two"),
        ("report", {}),
    ],
)
def test_a_description_that_does_not_fit_is_refused(field: str, value: object, tmp_path: Path) -> None:
    """Any field that is not what was saved is found."""
    trained().save(tmp_path)
    path = tmp_path / "classifier.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), field: value}))
    with pytest.raises(DataError):
        Classifier.load(tmp_path)


@pytest.mark.parametrize("content", ["[]", "1", "null", "{}"])
def test_other_json_is_refused(content: str, tmp_path: Path) -> None:
    """JSON of another kind is not a classifier."""
    trained().save(tmp_path)
    (tmp_path / "classifier.json").write_text(content)
    with pytest.raises(DataError, match="not the description of a classifier"):
        Classifier.load(tmp_path)
