"""Predictions of another model version, as a file of given predictions."""

import json
from pathlib import Path
from typing import Any

import pytest

from clime_core.errors import DataError
from ml_backend.label_studio.given_predictions import fetch_given_predictions
from ml_backend.label_studio.records import Prediction
from tests.ml_backend.label_studio.paper_server import PaperServer

CATEGORIES = ("other", "health")


def chosen(*choices: str, tag: str = "topic") -> list[dict[str, Any]]:
    """A result with these choices under a tag."""
    return [{"from_name": tag, "to_name": "body", "type": "choices", "value": {"choices": list(choices)}}]


@pytest.fixture
def server() -> PaperServer:
    """A project of the team, number 1, with the tasks 2 to 5; ours orders them."""
    made = PaperServer()
    project = made.create_project("theirs", "", "<View/>")
    made.import_tasks(project.id, [{"data": {"body": f"hola {n}"}} for n in range(4)])
    made.push_scores(project.id, "clime 1.1", {2: 0.5, 3: 0.1})
    return made


def fetch(server: PaperServer, to: Path, tag: str | None = "topic") -> tuple[int, int]:
    """Those of the version `gpt`."""
    return fetch_given_predictions(server, 1, "gpt", tag, CATEGORIES, to)


def test_each_task_gets_the_last_choice_of_the_version(server: PaperServer, tmp_path: Path) -> None:
    """A score is its probability where it can be one; other versions, and what chooses no category, do not count."""
    server.predicted = [
        Prediction(3, "gpt", chosen("other"), 0.9),
        Prediction(2, "gpt", chosen("health"), 0.7),
        Prediction(3, "gpt", chosen("health"), 17.0),
        Prediction(4, "gpt", chosen("health", "other"), 0.9),
        Prediction(5, "gpt", chosen("health", tag="tone"), 0.9),
        Prediction(5, "other", chosen("health"), 0.9),
    ]
    assert fetch(server, tmp_path / "new" / "given.jsonl") == (2, 2)
    lines = [json.loads(line) for line in (tmp_path / "new" / "given.jsonl").read_text().splitlines()]
    assert lines == [{"id": 2, "category": "health", "confidence": 0.7}, {"id": 3, "category": "health"}]
    assert fetch(server, tmp_path / "any.jsonl", tag=None) == (3, 1)


def test_a_file_of_the_same_predictions_is_left_alone(server: PaperServer, tmp_path: Path) -> None:
    """So that a round sees no change; other predictions are written."""
    to = tmp_path / "given.jsonl"
    server.predicted = [Prediction(2, "gpt", chosen("health"), None)]
    fetch(server, to)
    before = to.stat()
    fetch(server, to)
    assert (to.stat().st_ino, to.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    server.predicted = [Prediction(2, "gpt", chosen("other"), None)]
    fetch(server, to)
    assert json.loads(to.read_text()) == {"id": 2, "category": "other"}


@pytest.mark.parametrize(
    ("predicted", "message"),
    [
        ([], "has no prediction of 'gpt', nor of another version; import the predictions"),
        (
            [Prediction(2, "gpt-4", chosen("health"), None), Prediction(3, "gpt-4", chosen("other"), None)],
            r"has no prediction of 'gpt', only of 'gpt-4' \(2\); name one of these, or import",
        ),
        (
            [Prediction(2, "gpt", chosen("Health"), None)],
            "has 1 predictions of 'gpt', and each chooses none or several of other, health of 'topic'; import some",
        ),
    ],
    ids=["none", "other versions", "other categories"],
)
def test_a_version_without_predictions_is_named(
    server: PaperServer, tmp_path: Path, predicted: list[Prediction], message: str
) -> None:
    """With the project and the versions that are there, our own orders not among them; what was kept stays."""
    server.predicted = predicted
    (tmp_path / "given.jsonl").write_text("kept")
    with pytest.raises(DataError, match=f"base.model_version: project 1 at http://ls.example {message}"):
        fetch(server, tmp_path / "given.jsonl")
    assert (tmp_path / "given.jsonl").read_text() == "kept"
