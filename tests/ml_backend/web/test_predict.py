"""What is answered to Label Studio, from a model version that a real round made."""

import shutil
from dataclasses import asdict
from typing import Any

import pytest
from flask.testing import FlaskClient

from clime_core.data.documents import Document
from clime_core.data.tokens import tokenize
from clime_core.errors import CampaignError
from ml_backend.installation import Installation
from ml_backend.label_studio.label_configs import DocumentTag
from ml_backend.rounds.live_models import live_model
from ml_backend.store.campaigns import save_campaign
from ml_backend.store.tables import ProjectRow
from ml_backend.web.payloads import PredictPayload, SetupPayload
from ml_backend.web.predict import campaign_of_project, check_setup, predictions_of, version_name, version_names
from tests.ml_backend.label_studio.paper_campaign import PaperCampaign
from tests.ml_backend.web.clients import auth


def key(stage: PaperCampaign) -> str:
    """The project as Label Studio names it."""
    row = stage.project().row
    return f"{row.project}.{row.created}"


def predict(stage: PaperCampaign, *data: dict[str, Any], project: str | None = None) -> list[dict[str, Any]]:
    """The predictions of some tasks."""
    asked = PredictPayload.model_validate(
        {"tasks": [{"id": i, "data": d} for i, d in enumerate(data)], "project": project}
    )
    return predictions_of(stage.installation, stage.row, asked)


def test_documents_get_a_category_and_word_tasks_a_place(stage: PaperCampaign) -> None:
    """One prediction a task, in order: the live model's likeliest category, its probability, and 1 - entropy."""
    stage.round()
    texts = [document.shown for document in stage.data.pool[:2]]
    word = {"kind": "word", "doc": [], "word": [{}]}
    first, between, second = predict(
        stage, {"doc": [{"text": texts[0]}]}, word, {"doc": [{"text": texts[1]}]}, project=key(stage)
    )
    model = live_model(stage.installation, stage.row)
    documents = [Document(i, tokenize(text), text=text) for i, text in enumerate(texts)]
    for prediction, probabilities in zip(
        (first, second), model.predictor.predict_proba(model.embeddings, documents), strict=True
    ):
        (result,) = prediction["result"]
        best = int(probabilities.argmax())
        assert result["value"] == {"choices": [["other", "health"][best]]}
        assert result["score"] == pytest.approx(probabilities[best])
        assert (result["from_name"], result["to_name"]) == ("label", "text")
        assert prediction["model_version"] == "clime 1"
    assert between == {"result": [], "score": 0.0, "model_version": "clime 1"}


def test_nothing_but_word_tasks_needs_no_model_run(stage: PaperCampaign) -> None:
    """No documents, no probabilities."""
    stage.round()
    assert [p["result"] for p in predict(stage, {"doc": []})] == [[]]
    assert predict(stage) == []


def test_a_teams_own_tag_says_where_its_documents_are(stage: PaperCampaign) -> None:
    """And what its result is called."""
    stage.round()
    with stage.installation.store.session() as session:
        session.get_one(ProjectRow, stage.project().row.id).tag = asdict(DocumentTag("topic", "body", "content"))
    (prediction,) = predict(stage, {"content": stage.data.pool[0].text}, project=key(stage))
    assert prediction["result"][0]["from_name"] == "topic"
    (elsewhere,) = predict(stage, {"doc": [{"text": "hola"}]}, project=key(stage))
    assert elsewhere["result"] == []


def test_before_the_first_version_there_is_no_prediction(stage: PaperCampaign) -> None:
    """The message says what is still to come."""
    with pytest.raises(CampaignError, match="no model version yet"):
        predict(stage, {"doc": []})


def test_a_strangers_project_is_refused(stage: PaperCampaign) -> None:
    """Another number, and the same number of another time."""
    stage.round()
    for project in ("99.1", f"{stage.project().number}.1"):
        with pytest.raises(CampaignError, match=f"project {project} is not one of campaign health; run `clime up`"):
            predict(stage, {"doc": []}, project=project)


def test_a_strangers_project_is_refused_before_a_model_is_loaded(stage: PaperCampaign) -> None:
    """The answer is the same where the model's files are gone."""
    stage.round()
    stage.installation.models.clear()
    shutil.rmtree(stage.installation.folder(stage.row) / "versions")
    with pytest.raises(CampaignError, match=r"project 99\.1 is not one of campaign health"):
        predict(stage, {"doc": []}, project="99.1")


def test_versions_are_named_so_that_no_order_is_disturbed(stage: PaperCampaign) -> None:
    """An order is `clime 1.5`; versions come newest first."""
    assert (version_name(None), version_name(7)) == ("clime, not trained yet", "clime 7")
    assert version_names(stage.installation, stage.row) == []
    stage.round()
    stage.answer(stage.tasks[0])
    stage.round()
    assert version_names(stage.installation, stage.row) == ["clime 2", "clime 1"]


def test_the_operator_is_led_to_the_campaign_of_a_project(stage: PaperCampaign) -> None:
    """By number and time of creation; none and several are refused."""
    assert campaign_of_project(stage.installation, key(stage)).name == "health"
    for unknown in (None, "99.1"):
        with pytest.raises(CampaignError, match="belongs to 0 campaigns"):
            campaign_of_project(stage.installation, unknown)
    row = stage.project().row
    with stage.installation.store.session() as session:
        twin = save_campaign(session, "twin", {})
        session.add(
            ProjectRow(campaign_id=twin.id, role="mixed", server="http://b", project=row.project, created=row.created)
        )
    with pytest.raises(CampaignError, match="belongs to 2 campaigns"):
        campaign_of_project(stage.installation, key(stage))


def test_a_label_config_is_checked_at_setup(stage: PaperCampaign) -> None:
    """Every tag that is wrong is named; the answer is the live version."""
    config = stage.server.projects[stage.project().number].label_config

    def setup(label_config: str, project: str = key(stage)) -> dict[str, str]:
        asked = SetupPayload.model_validate({"project": project, "schema": label_config})
        return check_setup(stage.installation, stage.row, asked)

    assert setup(config) == {"model_version": "clime, not trained yet"}
    stage.round()
    assert setup("") == {"model_version": "clime 1"}
    with pytest.raises(CampaignError, match=r"does not fit the campaign: .*'health'> is missing.*; .*'ill'> is no cat"):
        setup(config.replace('value="health"', 'value="ill"'))
    assert setup("<View/>", "99.1") == {"model_version": "clime 1"}  # a project that is not ours to check


def test_the_named_tag_of_a_team_is_the_one_checked(stage: PaperCampaign) -> None:
    """Where the config has several."""
    with stage.installation.store.session() as session:
        session.get_one(ProjectRow, stage.project().row.id).tag = asdict(DocumentTag("topic", "body", "content"))
    config = stage.server.projects[stage.project().number].label_config
    asked = SetupPayload.model_validate({"project": key(stage), "schema": config})
    with pytest.raises(CampaignError, match='no <Choices name="topic">'):
        check_setup(stage.installation, stage.row, asked)


def test_predicting_before_the_first_round_says_so(client: FlaskClient, installation: Installation) -> None:
    """There is no model yet, and the message says when there will be."""
    body = {"tasks": [{"id": 1, "data": {"text": "x"}}], "project": "1.7"}
    answer = client.post("/predict", json=body, headers=auth(installation, "one"))
    assert answer.status_code == 400
    assert "first round is still to come" in answer.get_json()["error"]


def test_setup_names_what_is_wrong_with_a_label_config(client: FlaskClient, installation: Installation) -> None:
    """Label Studio shows the message where the backend is connected."""
    config = '<View><Text name="text" value="$text"/></View>'
    body = {"project": "1.7", "schema": config, "access_token": "never read"}
    answer = client.post("/setup", json=body, headers=auth(installation, "one"))
    assert answer.status_code == 400
    assert "<Choices" in answer.get_json()["error"]


def test_the_operators_requests_are_routed_by_project(client: FlaskClient, installation: Installation) -> None:
    """A project is its id and its creation time: an id used again is not the same project."""
    operator = auth(installation, "clime")
    body = {"tasks": [{"data": {"text": "x"}}], "project": "2.7"}
    assert "campaign two" in client.post("/predict", json=body, headers=operator).get_json()["error"]
    body["project"] = "2.8"
    assert "0 campaigns" in client.post("/predict", json=body, headers=operator).get_json()["error"]
