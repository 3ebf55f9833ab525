"""The given predictions of a campaign, read from its team's project."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clime_core.errors import DataError
from clime_core.progress import silent
from ml_backend.campaigns.doctor import _data
from ml_backend.campaigns.pool import adopt_tasks
from ml_backend.label_studio.records import Prediction
from ml_backend.rounds.given import refresh_given_predictions
from ml_backend.store.tables import Role, RoundState
from tests.ml_backend.label_studio.paper_campaign import PaperCampaign, paper_campaign

FROM_PROJECT: dict[str, dict[str, Any]] = {
    "work": {"setup": "two-projects", "documents": "score"},
    "label_studio": {"documents_project": 1},
    "data": dict.fromkeys(("train", "pool", "source_vectors", "target_vectors")),
    "base": {"kind": "given", "model_version": "gpt"},
    "round": {"classifier": {"kind": "given"}},
}


def chosen(tag: str, choice: str) -> list[dict[str, Any]]:
    """A result."""
    return [{"from_name": tag, "to_name": "text", "type": "choices", "value": {"choices": [choice]}}]


@pytest.fixture
def team(tmp_path: Path) -> Iterator[PaperCampaign]:
    """A team's project of three documents; the tag that labels them is `topic`."""
    with paper_campaign(tmp_path, FROM_PROJECT) as stage:
        tag = {"from_name": "topic", "to_name": "body", "field": "content"}
        project = stage.project(Role.DOCUMENTS)
        with stage.installation.store.session() as session:
            session.merge(project.row).tag = tag
        stage.server.import_tasks(project.number, [{"data": {"content": f"hola {n}"}} for n in range(3)])
        adopt_tasks(stage.project(Role.DOCUMENTS))
        yield stage


def test_the_predictions_of_the_project_are_the_base(team: PaperCampaign) -> None:
    """Under the tag that labels documents; a round reads them anew, and one that chooses nothing is counted."""
    tasks = [task.task for task in team.tasks]
    first, second, third = (task for task in tasks if task is not None)
    team.server.predicted = [
        Prediction(first, "gpt", chosen("topic", "health"), 0.9),
        Prediction(second, "gpt", chosen("tone", "health"), 0.9),
    ]
    assert refresh_given_predictions(team.installation, team.campaign, team.rows) == 1
    assert [document.given for document in team.data.pool] == [pytest.approx((0.1, 0.9)), None, None]
    team.server.predicted.append(Prediction(third, "gpt", chosen("topic", "other"), None))
    assert team.round() is RoundState.DONE
    assert [document.given for document in team.data.pool][2] == pytest.approx((0.8, 0.2))


def test_a_version_that_the_project_lacks_fails_the_round(team: PaperCampaign) -> None:
    """The error names the version and the project; before the first reading the doctor says what to do."""
    (finding,) = _data(team.installation, team.campaign, team.rows, silent)
    assert finding.found == "base.model_version: the predictions of 'gpt' were not read yet; run `clime up`"
    with pytest.raises(DataError, match=r"project 1 at .* has no prediction of 'gpt', nor of another version"):
        refresh_given_predictions(team.installation, team.campaign, team.rows)
    assert team.round() is RoundState.FAILED


def test_other_bases_ask_label_studio_nothing(stage: PaperCampaign) -> None:
    """Nor does a given base before its project is known."""
    assert refresh_given_predictions(stage.installation, stage.campaign, stage.rows) == 0
    base = stage.campaign.base.model_copy(update={"kind": "given", "model_version": "gpt"})
    given = stage.campaign.model_copy(update={"base": base})
    assert refresh_given_predictions(stage.installation, given, []) == 0
    assert stage.server.requests == []
