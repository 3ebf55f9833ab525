"""Campaigns, projects and servers never mix: a project is (server, id, creation time)."""

import requests

from ml_backend.auth import OPERATOR
from ml_backend.label_studio.annotator_client import AnnotatorClient
from ml_backend.store.tables import ProjectRow
from tests.live.conftest import MakeStage
from tests.live.stage import TIMEOUT_SECONDS, Stage


def _alter_project(stage: Stage, **changes: object) -> None:
    """Change what the store knows of the campaign's project."""
    with stage.installation.store.session() as session:
        row = session.get_one(ProjectRow, stage.project_row().id)
        for name, value in changes.items():
            setattr(row, name, value)


def _predict(stage: Stage, user: str, project: str) -> requests.Response:
    own = stage.installation.keyring.credentials(user)
    body = {"tasks": [{"id": 1, "data": {"doc": [{"text": "Los médicos del hospital"}]}}], "project": project}
    address = f"{stage.installation.settings.address}/predict"
    return requests.post(address, json=body, auth=(own.user, own.password), timeout=TIMEOUT_SECONDS)


def test_the_same_project_number_on_two_servers(make_stage: MakeStage, annotator: AnnotatorClient) -> None:
    """Two campaigns whose projects have one number, on two servers: what is said in one is not read in the other."""
    north = make_stage(name="north")
    north.up()
    south = make_stage(name="south", port=north.installation.settings.port)
    south.up()
    known = north.project_row()
    _alter_project(south, server="http://another.example.com", project=known.project, created=known.created)
    north.answer(annotator, north.take(annotator))
    north.work()
    assert len(north.readings.visits) == 1
    assert south.readings.visits == ()
    assert (north.live, south.live) == (2, 1)
    key = f"{known.project}.{known.created}"
    answer = _predict(north, OPERATOR, key)
    assert answer.status_code == requests.codes.bad_request
    assert "belongs to 2 campaigns; use the campaign's own credentials" in answer.json()["error"]
    for stage in (north, south):
        (prediction,) = _predict(stage, stage.name, key).json()["results"]
        assert prediction["model_version"] == f"clime {stage.live}"


def test_a_number_that_was_given_away_again(stage: Stage, annotator: AnnotatorClient) -> None:
    """A project of the same number but made at another time is not taken for ours: nothing is read or written there."""
    stage.answer(annotator, stage.take(annotator))
    known, before = stage.project_row(), len(list(stage.server.tasks(stage.project_row().project)))
    _alter_project(stage, created=known.created - 1)
    assert stage.work() == 1
    assert stage.readings.visits == ()
    assert stage.live == 1
    assert "is no longer" in stage.status()["state"]["failed"]
    assert len(list(stage.server.tasks(known.project))) == before
    answer = _predict(stage, OPERATOR, f"{known.project}.{known.created}")
    assert "belongs to 0 campaigns" in answer.json()["error"]


def test_two_campaigns_share_a_server_and_a_backend(
    make_stage: MakeStage, annotators: tuple[AnnotatorClient, ...]
) -> None:
    """Two campaigns of one installation, worked on in turn: each keeps its own time, labels and versions."""
    one = make_stage(name="one")
    one.up()
    two = make_stage({"work": {"share_documents": 1.0}}, name="two", port=one.installation.settings.port)
    two.up()
    for turn in range(2):
        one.answer(annotators[turn], one.take(annotators[turn]), 10.0)
        two.answer(annotators[turn], two.take(annotators[turn]), 30.0, label="other")
        one.work()
    assert (one.live, two.live) == (3, 3)
    assert (one.status()["time"]["spent"], two.status()["time"]["spent"]) == (20.0, 60.0)
    assert {label.label for label in two.readings.labels} == {0}
    assert two.readings.marks == ()
    assert not {t.task for t in one.tasks} & {t.task for t in two.tasks}
