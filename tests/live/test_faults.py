"""What people do wrong, and what they are told."""

import json
import re
from pathlib import Path

import pytest
import requests

from clime_core.data.documents import read_documents
from clime_core.errors import CampaignError, DataError, ExchangeError
from ml_backend.campaigns.up import bring_up, project_specs
from ml_backend.label_studio.annotator_client import AnnotatorClient
from ml_backend.label_studio.errors import RefusedError, UnreachableError
from tests.live.conftest import MakeStage
from tests.live.stage import TIMEOUT_SECONDS, Stage
from tests.ports import unused_port


def test_a_wrong_token(make_stage: MakeStage, tmp_path: Path) -> None:
    """A token that Label Studio refuses: the message names the server and where to take a fresh one."""
    (tmp_path / "wrong").write_text("0" * 40)
    stage = make_stage({"label_studio": {"token_file": str(tmp_path / "wrong")}})
    with pytest.raises(RefusedError, match=r"http://.*the token was refused.*Account & Settings"):
        stage.up()


def test_no_token(make_stage: MakeStage, tmp_path: Path) -> None:
    """A token file that is not there is named."""
    stage = make_stage({"label_studio": {"token_file": str(tmp_path / "nowhere")}})
    with pytest.raises(CampaignError, match=r"label_studio.token_file: no file .*nowhere"):
        stage.up()


def test_an_unreachable_server(make_stage: MakeStage) -> None:
    """A server that is not there: the message names the address."""
    stage = make_stage(url=f"http://127.0.0.1:{unused_port()}")
    with pytest.raises(UnreachableError, match=rf"{stage.campaign.label_studio.url}: cannot be reached"):
        stage.up()


def test_a_server_that_is_no_label_studio(make_stage: MakeStage) -> None:
    """An address at which another program answers gives a message, not a traceback."""
    other = make_stage(name="other")
    stage = make_stage(url=other.installation.settings.address, name="lost")
    with pytest.raises(ExchangeError, match=other.installation.settings.address):
        stage.up()


def _setup(stage: Stage, label_config: str) -> requests.Response:
    """Ask for `/setup` as Label Studio does."""
    own = stage.installation.keyring.credentials(stage.name)
    row = stage.project_row()
    body = {"project": f"{row.project}.{row.created}", "schema": label_config, "hostname": "", "access_token": "x"}
    address = f"{stage.installation.settings.address}/setup"
    return requests.post(address, json=body, auth=(own.user, own.password), timeout=TIMEOUT_SECONDS)


CONFIG_FAULTS = [
    ('name="label" toName="text"', 'name="label" toName="keyword"', 'a mixed project needs "'),
    ('value="health"', 'value="Health"', "<Choice value='health'> is missing.*<Choice value='Health'> is no category"),
    ('name="src_', 'name="sources_', r'<Choices name="src_\{\{i\}\}"> is missing'),
    ("</View>", "", "not well-formed XML"),
]


@pytest.mark.parametrize(("before", "after", "message"), CONFIG_FAULTS)
def test_a_label_config_that_does_not_fit(stage: Stage, before: str, after: str, message: str) -> None:
    """`/setup` answers 400 and names each tag that is wrong, and the fix."""
    (wanted,) = project_specs(stage.campaign)
    assert _setup(stage, wanted.label_config).json() == {"model_version": "clime 1"}
    answer = _setup(stage, wanted.label_config.replace(before, after))
    assert answer.status_code == requests.codes.bad_request
    assert re.search(message, answer.json()["error"]), answer.json()


def test_label_studio_shows_what_is_wrong_with_the_config(stage: Stage) -> None:
    """In Label Studio's settings the connected model is then marked as failing, with our message."""
    project = stage.project()
    config = project.label_config.replace('value="health"', 'value="illness"')
    stage.server.change_project(project.id, label_config=config)
    (backend,) = stage.ask("GET", f"/api/ml?project={project.id}")
    assert backend["state"] == "ER"
    assert "<Choice value='health'> is missing" in backend["error_message"]


def test_an_unknown_choice_is_counted_as_a_problem(stage: Stage, annotator: AnnotatorClient) -> None:
    """A label that is no category gives no label but a line on the page that names it."""
    project = stage.project()
    config = project.label_config.replace('value="health"', 'value="illness"')
    stage.server.change_project(project.id, label_config=config)
    task = stage.find(annotator, "document")
    stage.answer(annotator, task, label="illness")
    stage.work()
    problem = f"task {task['data']['key']}: label: the campaign has no category 'illness'"
    assert [p for p in stage.status()["problems"] if p.startswith(problem)]
    assert "illness" in stage.get(f"/campaigns/{stage.name}").text


def test_one_category_only(make_stage: MakeStage, tmp_path: Path) -> None:
    """Training documents of one category: the first round fails with the categories it saw."""
    plain = make_stage(name="plain")
    assert plain.campaign.data.train is not None
    train = read_documents(plain.campaign.data.train)
    path = tmp_path / "one-category.jsonl"
    lines = [json.dumps({"id": d.id, "text": d.shown, "label": 0}) for d in train]
    path.write_text("\n".join(lines), encoding="utf-8")
    stage = make_stage({"data": {"train": str(path)}}, name="narrow")
    with pytest.raises(CampaignError, match=r"the round failed: .*categor"):
        stage.up()
    assert stage.status()["state"]["failed"]
    assert list(stage.server.tasks(stage.project_row().project)) == []


def test_an_empty_pool(make_stage: MakeStage, tmp_path: Path) -> None:
    """An empty pool is refused before anything is made in Label Studio."""
    (tmp_path / "empty.jsonl").write_text("")
    stage = make_stage({"data": {"pool": str(tmp_path / "empty.jsonl")}})
    before = len(stage.titles())
    with pytest.raises(DataError, match=r"empty\.jsonl.*"):
        stage.up()
    assert len(stage.titles()) == before


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", r"campaign\.toml: not a TOML file"),
        ('name = "Big Name"', r"name: .*'Big Name'"),
        ('name = "x"', r"label_studio: Field required.*languages: Field required"),
        ('name = "x"\n[work]\nbudget = 3', r"work\.budget: no such field"),
    ],
)
def test_a_malformed_campaign_file(make_stage: MakeStage, text: str, message: str) -> None:
    """The message names file and fields."""
    stage = make_stage()
    stage.file.write_text(text)
    with pytest.raises(CampaignError, match=message):
        stage.up()


def test_predict_before_the_first_version(make_stage: MakeStage) -> None:
    """Asked before the first round, the backend says so."""
    stage = make_stage()
    bring_up(stage.installation, stage.campaign, lambda _: None)
    own = stage.installation.keyring.credentials(stage.name)
    address = f"{stage.installation.settings.address}/predict"
    answer = requests.post(address, json={"tasks": []}, auth=(own.user, own.password), timeout=TIMEOUT_SECONDS)
    assert answer.status_code == requests.codes.bad_request
    assert "has no model version yet" in answer.json()["error"]
