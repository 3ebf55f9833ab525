"""Predictions that something else made."""

from pathlib import Path

import pytest

from clime_core.data.documents import Document
from clime_core.data.given_predictions import (
    GivenPredictions,
    notes_on,
    read_given_predictions,
    with_every_prediction,
)
from clime_core.errors import DataError

CATEGORIES = ("other", "health", "sport")


def read(path: Path, *lines: str) -> GivenPredictions:
    """What is read from these lines."""
    file = path / "predictions.jsonl"
    file.write_text("\n".join(lines))
    return read_given_predictions(file, CATEGORIES)


def test_where_every_document_needs_a_prediction_none_may_be_missing(tmp_path: Path) -> None:
    """Nor may one be of no document; both are counted, and the file is named."""
    path, parts = tmp_path / "predictions.jsonl", {"pool": (Document(1, ("a",)), Document(2, ("b",))), "test": ()}
    read(tmp_path, '{"id": 1, "label": 0}', '{"id": 2, "label": 1, "confidence": 0.5}')
    given = [document.given for document in with_every_prediction(parts, path, CATEGORIES)["pool"]]
    assert given == [pytest.approx((0.8, 0.1, 0.1)), pytest.approx((0.25, 0.5, 0.25))]
    read(tmp_path, '{"id": 1, "label": 0}', '{"id": 2, "label": 0, "part": "test"}')
    message = r"s\.jsonl: 1 of 2 documents of the pool have no .*; 1 given predictions are of no .* the test; give"
    with pytest.raises(DataError, match=message):
        with_every_prediction(parts, path, CATEGORIES)


@pytest.mark.parametrize(
    ("fields", "row"),
    [
        ('"probabilities": [0.1, 0.7, 0.2]', (0.1, 0.7, 0.2)),
        ('"probabilities": [0.3333, 0.3333, 0.3333]', (1 / 3, 1 / 3, 1 / 3)),
        ('"probabilities": {"health": 0.9, "other": 0.1}', (0.1, 0.9, 0.0)),
        ('"category": "health"', (0.1, 0.8, 0.1)),
        ('"label": 2, "confidence": 0.5', (0.25, 0.25, 0.5)),
    ],
)
def test_every_form_becomes_probabilities(tmp_path: Path, fields: str, row: tuple[float, ...]) -> None:
    """A list, a table by name, a category, an index; rounded numbers are made to add up to 1."""
    (document,) = read(tmp_path, f'{{"id": 7, {fields}}}').of([Document("7", ("a",))], "pool")
    assert document.given == pytest.approx(row)


def test_what_is_missing_is_counted(tmp_path: Path) -> None:
    """Documents without a prediction, and predictions without a document; each part has ids of its own."""
    given = read(tmp_path, '{"id": 1, "label": 0}', '{"id": 9, "label": 0}', '{"id": 1, "label": 1, "part": "test"}')
    documents = (Document(1, ("a",)), Document(2, ("b",)))
    parts = {part: given.of(documents[:size], part) for part, size in (("pool", 2), ("test", 1))}
    assert parts["test"][0].given == pytest.approx((0.1, 0.8, 0.1))
    assert notes_on(given, parts) == (
        "1 of 2 documents of the pool have no given prediction",
        "1 given predictions are of no document of the pool",
    )


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (['{"id": 1, "category": "art"}'], ":1: category 'art' is none of the campaign's: other, health, sport"),
        (['{"id": 1, "probabilities": {"art": 1}}'], "'art' is none of the campaign's"),
        (['{"id": 1, "probabilities": [0.5, 0.4, 0.2]}'], "must add up to 1, got 1.1"),
        (['{"id": 1, "probabilities": [1.5, -0.5, 0]}'], "numbers of 0 or more, got -0.5"),
        (['{"id": 1, "probabilities": [NaN, 0.5, 0.5]}'], "numbers of 0 or more, got nan"),
        (['{"id": 1, "probabilities": [0.5, 0.5]}'], "one number for each of the 3 categories"),
        (['{"id": 1, "label": 3}'], "from 0 to 2, got 3"),
        (['{"id": 1, "label": 1, "confidence": 0}'], "above 0 and at most 1, got 0"),
        (['{"id": 1}'], "one of .* is needed, got none"),
        (['{"id": 1, "label": 0, "part": "train"}'], "one of pool, dev, test, got 'train'"),
        (['{"label": 0}'], '"id" must be'),
        (["[1]"], "an object is expected"),
        (["{"], "not JSON"),
        (['{"id": 1, "label": 0}', "", '{"id": "1", "label": 1}'], ":3: document 1 .* on line 1 already"),
        ([], "no prediction"),
    ],
)
def test_what_is_no_prediction_is_named(tmp_path: Path, lines: list[str], message: str) -> None:
    """By line, with what was got."""
    with pytest.raises(DataError, match=message):
        read(tmp_path, *lines)
