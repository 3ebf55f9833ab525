"""`clime up`, beside a Label Studio on paper; the backend answers on a real port."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from clime_core.errors import CampaignError, ExchangeError
from clime_core.progress import Progress, silent
from ml_backend.campaign_file import Campaign
from ml_backend.campaigns.health import answers
from ml_backend.campaigns.up import (
    answering,
    bring_up,
    check_unchanged,
    describe,
    first_round,
    label_config_settings,
    project_specs,
)
from ml_backend.installation import Installation
from ml_backend.label_studio.records import LOWEST_SCORE_FIRST
from ml_backend.rounds.worker import do_next
from ml_backend.store.tables import CampaignRow, ProjectRow, Role
from ml_backend.web.app import create_app
from tests.ml_backend.label_studio.paper_campaign import PaperCampaign, campaign_of, paper_campaign
from tests.ports import unused_port

TEAMS_CONFIG = """<View><Text name="body" value="$content"/><Choices name="topic" toName="body">
<Choice value="other"/><Choice value="health"/></Choices></View>"""
TEAMS_OWN: dict[str, dict[str, Any]] = {
    "work": {"setup": "two-projects", "documents": "score"},
    "data": {"pool": None},
    "label_studio": {"documents_project": 1},
}
CHANGES = ("create", "change", "connect", "disconnect", "add_", "update_", "remove_", "import", "push")


@contextmanager
def down(folder: Path, tables: dict[str, dict[str, Any]] | None = None) -> Iterator[PaperCampaign]:
    """A campaign that was never up."""
    with paper_campaign(folder, tables, linked=False, port=unused_port()) as stage:
        yield stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[PaperCampaign]:
    """A mixed campaign that was never up."""
    with down(tmp_path) as made:
        yield made


def up(stage: PaperCampaign) -> list[str]:
    """Bring it up; what was said."""
    lines: list[str] = []
    bring_up(stage.installation, stage.campaign, lines.append)
    return lines


def changed(campaign: Campaign, table: str, **fields: Any) -> Campaign:
    """The campaign with other fields."""
    whole = campaign.model_dump(mode="json")
    return Campaign.model_validate({**whole, table: {**whole[table], **fields}})


def test_a_campaign_comes_up(stage: PaperCampaign) -> None:
    """Its project is made and connected, with the password; what is said tells server, data and links."""
    lines = up(stage)
    (there,) = stage.server.projects.values()
    assert (there.sampling, there.maximum_annotations) == (LOWEST_SCORE_FIRST, 1)
    address, own = stage.installation.settings.address, stage.installation.keyring.credentials("health")
    (connection,) = stage.server.connections(there.id)
    assert (connection.url, connection.user) == (address, "health")
    (hook,) = stage.server.hooks(there.id)
    assert (hook.url, hook.authorization) == (f"{address}/webhook", own.header)
    assert lines[0] == "Label Studio paper at http://ls.example, as owner@example.com"
    assert f"mixed project: {stage.campaign.label_studio.link(there.id)}" in lines
    assert any(line.startswith("pool: 12 documents, ") for line in lines)
    assert lines[-1] == f"connected to {address}, webhook in place"


def test_coming_up_again_changes_nothing(stage: PaperCampaign) -> None:
    """Label Studio is only looked at."""
    up(stage)
    stage.server.requests.clear()
    up(stage)
    assert [name for name in stage.server.requests if name.startswith(CHANGES) and name != "connections"] == []


def test_faults_of_the_files_come_before_anything_is_made(stage: PaperCampaign) -> None:
    """No half campaign is left behind."""
    (stage.folder / "pool.jsonl").unlink()
    with pytest.raises(Exception, match=r"pool\.jsonl: no such file"):
        up(stage)
    assert stage.server.projects == {}
    assert stage.stored(CampaignRow) == []


@pytest.mark.parametrize(
    ("table", "fields", "message"),
    [
        ("work", {"setup": "two-projects"}, "work.setup was 'mixed', got 'two-projects'"),
        ("task", {"categories": ["other", "sport"]}, "task.categories: 'health' was taken away"),
    ],
)
def test_what_would_tear_a_campaign_apart_is_refused(
    stage: PaperCampaign, table: str, fields: dict[str, Any], message: str
) -> None:
    """Once it is up; the message names the field."""
    check_unchanged(stage.installation, changed(stage.campaign, table, **fields))
    stage.save()
    with pytest.raises(CampaignError, match=f"campaign health: {message}; this cannot change"):
        check_unchanged(stage.installation, changed(stage.campaign, table, **fields))


def test_the_way_of_serving_documents_cannot_change(tmp_path: Path) -> None:
    """Nor the project that the team brought; both are named at once."""
    with down(tmp_path, {"work": {"setup": "two-projects"}}) as stage:
        stage.save()
        other = changed(stage.campaign, "work", documents="score")
        other = changed(other, "label_studio", documents_project=7)
        with pytest.raises(
            CampaignError, match=r"work\.documents was .*; label_studio\.documents_project was None, got 7"
        ):
            check_unchanged(stage.installation, other)


def test_what_may_change_is_taken_over(stage: PaperCampaign) -> None:
    """A category more, other minutes, another overlap: the project follows."""
    up(stage)
    stage.campaign = changed(stage.campaign, "task", categories=["other", "health", "sport"])
    stage.campaign = changed(stage.campaign, "work", overlap=2, annotators=2, budget_minutes=90)
    up(stage)
    (there,) = stage.server.projects.values()
    assert there.maximum_annotations == 2
    assert 'value="sport"' in there.label_config
    assert stage.installation.campaign(stage.row).work.budget_minutes == 90


def test_the_projects_of_each_setup(tmp_path: Path) -> None:
    """One for both, or one each, of which the documents' may be the team's."""
    (mixed,) = project_specs(campaign_of(tmp_path))
    assert (mixed.role, mixed.existing, mixed.overlap) == (Role.MIXED, None, 1)
    work = {"setup": "two-projects", "documents": "score", "overlap": 2, "annotators": 2}
    two = campaign_of(tmp_path, {"work": work, "label_studio": {"documents_project": 5}})
    documents, words = project_specs(two)
    assert (documents.role, documents.existing, documents.overlap) == (Role.DOCUMENTS, 5, 2)
    assert (words.role, words.existing, words.overlap) == (Role.WORDS, None, 2)
    assert 'name="label"' in documents.label_config
    assert 'name="label"' not in words.label_config
    assert 'name="src_' in words.label_config


def test_the_label_config_is_filled_from_the_campaign(tmp_path: Path) -> None:
    """Languages with their direction, categories, and the texts that people read."""
    campaign = campaign_of(tmp_path, {"task": {"instructions": "Read.", "question": "What?", "word_question": "Near?"}})
    filled = label_config_settings(changed(campaign, "languages", target={"name": "Urdu", "rtl": True}))
    assert (filled.source_language, filled.target_language) == ("English", "Urdu")
    assert (filled.source_rtl, filled.target_rtl) == (False, True)
    assert list(filled.categories) == ["other", "health"]
    assert (filled.instructions, filled.document_question, filled.word_question) == ("Read.", "What?", "Near?")


def teams(stage: PaperCampaign, config: str) -> int:
    """A project that the team brings, with three documents."""
    own = stage.server.create_project("theirs", "", config)
    stage.server.import_tasks(own.id, [{"data": {"content": f"hola {n}"}} for n in range(3)])
    return own.id


def test_a_teams_own_project_is_taken_over(tmp_path: Path) -> None:
    """Its tag is found, and its tasks are the pool."""
    with down(tmp_path, TEAMS_OWN) as stage:
        assert teams(stage, TEAMS_CONFIG) == 1
        lines = up(stage)
        rows = {row.role: row for row in stage.stored(ProjectRow)}
        assert rows["documents"].tag == {"from_name": "topic", "to_name": "body", "field": "content"}
        assert rows["words"].tag is None
        assert "3 tasks of project 1 taken over" in lines
        assert [document.text for document in stage.data.pool] == ["hola 0", "hola 1", "hola 2"]
        assert stage.server.projects[1].label_config == TEAMS_CONFIG


def test_reading_the_data_of_a_teams_project_is_reported(tmp_path: Path) -> None:
    """It is read later than a pool file, once its tasks are known, and may take as long."""
    with down(tmp_path, TEAMS_OWN) as stage:
        teams(stage, TEAMS_CONFIG)
        steps = set[str]()
        bring_up(stage.installation, stage.campaign, silent_line, lambda step, *_: steps.add(step))
        assert steps == {"reading vectors"}


def test_a_teams_project_without_the_categories_is_refused(tmp_path: Path) -> None:
    """Every fault is named."""
    with down(tmp_path, TEAMS_OWN) as stage:
        teams(stage, TEAMS_CONFIG.replace("health", "sport"))
        with pytest.raises(CampaignError, match=r"project 1: .*'health'> is missing.*; .*'sport'> is no category"):
            up(stage)


def test_a_scored_pool_is_imported_once(tmp_path: Path) -> None:
    """All of it, into the documents' project."""
    with down(tmp_path, {"work": {"setup": "two-projects", "documents": "score"}}) as stage:
        assert "12 documents imported" in up(stage)
        assert "0 documents imported" in up(stage)
        assert len(stage.server.tasks_there) == 12
        assert {task.project for task in stage.server.tasks_there.values()} == {stage.project(Role.DOCUMENTS).number}


def test_the_first_round_brings_the_first_lot(stage: PaperCampaign) -> None:
    """And says where to go; a second finds nothing new."""
    up(stage)
    lines: list[str] = []
    first_round(stage.installation, stage.row, do_next, lines.append)
    assert stage.row.live_version == 1
    assert len(stage.server.tasks_there) == stage.campaign.work.lot
    first_round(stage.installation, stage.row, do_next, lines.append)
    assert lines == ["first round: training and ranking", "checking for new annotations"]
    assert stage.row.live_version == 1
    described = describe(stage.installation, stage.campaign, stage.rows)
    assert described.projects == (stage.campaign.label_studio.link(stage.project().number),)
    assert described.page == f"{stage.installation.settings.page_address}/campaigns/health"
    assert (described.credentials.user, described.spent) == ("health", False)
    stage.set(extended_minutes=-60.0)
    assert describe(stage.installation, stage.campaign, stage.rows).spent


def test_a_round_of_the_running_server_is_waited_for_and_reported(stage: PaperCampaign) -> None:
    """Whoever looks on sees that something happens."""
    up(stage)
    reports: list[tuple[str, int, int]] = []

    def taken(installation: Installation, campaign_id: int, progress: Progress) -> bool:
        return bool(reports) and do_next(installation, campaign_id, progress)

    first_round(stage.installation, stage.row, taken, silent_line, lambda *report: reports.append(report))
    assert reports[0] == ("the running server: waiting", 0, 0)
    assert stage.row.live_version == 1


def test_a_first_round_that_fails_is_an_error(stage: PaperCampaign) -> None:
    """An older failure is none of this one's."""
    up(stage)
    pool = (stage.folder / "pool.jsonl").read_text()
    (stage.folder / "pool.jsonl").unlink()
    with pytest.raises(CampaignError, match=r"the round failed: .*pool\.jsonl"):
        first_round(stage.installation, stage.row, do_next, silent_line, silent)
    (stage.folder / "pool.jsonl").write_text(pool)
    first_round(stage.installation, stage.row, do_next, silent_line, silent)
    assert stage.row.live_version == 1


def test_an_older_failure_is_not_reported_where_nothing_is_new(stage: PaperCampaign) -> None:
    """The round that finds nothing leaves the failed one as the newest."""
    up(stage)
    first_round(stage.installation, stage.row, do_next, silent_line)
    (stage.folder / "pool.jsonl").rename(stage.folder / "away")
    with pytest.raises(CampaignError, match="the round failed"):
        first_round(stage.installation, stage.row, do_next, silent_line)
    (stage.folder / "away").rename(stage.folder / "pool.jsonl")
    first_round(stage.installation, stage.row, do_next, silent_line)
    assert stage.row.live_version == 1


def test_a_campaign_that_is_up_is_not_torn_apart(stage: PaperCampaign) -> None:
    """The store and Label Studio stay as they were."""
    up(stage)
    stage.campaign = changed(stage.campaign, "task", categories=["other", "sport"])
    with pytest.raises(CampaignError, match="'health' was taken away"):
        up(stage)
    assert stage.installation.campaign(stage.row).task.categories == ("other", "health")


def silent_line(_: str) -> None:
    """Say nothing."""


def test_the_backend_answers_while_it_is_needed(stage: PaperCampaign) -> None:
    """And no longer; where a server of ours answers already, none is started."""
    address, lines = stage.installation.settings.address, list[str]()
    app = create_app(stage.installation)
    assert not answers(address, stage.installation.keyring)
    with answering(stage.installation, app, lines.append):
        assert answers(address, stage.installation.keyring)
        with answering(stage.installation, app, lines.append):
            assert lines == [f"backend answering at {address} while this command runs"]
        assert answers(address, stage.installation.keyring)
    assert not answers(address, stage.installation.keyring)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{address}/health", timeout=5)


def test_another_program_on_the_port_is_named(stage: PaperCampaign, tmp_path: Path) -> None:
    """A clime of another data folder has other passwords, so that it is another program too."""
    (tmp_path / "other").mkdir()
    with (
        paper_campaign(tmp_path / "other", port=stage.installation.settings.port) as other,
        answering(other.installation, create_app(other.installation), silent_line),
    ):
        assert not answers(stage.installation.settings.address, stage.installation.keyring)
        another = answering(stage.installation, create_app(stage.installation), silent_line)
        with pytest.raises(ExchangeError, match=r"cannot listen there .* set CLIME_PORT"):
            another.__enter__()
