"""A campaign beside a Label Studio on paper: a real store, real files, real rounds."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from clime_core.data.language import Language, Word
from label_config import render
from ml_backend.campaign_data import CampaignData, campaign_data_of
from ml_backend.campaign_file import Campaign
from ml_backend.campaigns.up import label_config_settings
from ml_backend.demo.corpus import DemoSizes, write_corpus
from ml_backend.installation import Installation, open_installation
from ml_backend.label_studio.answers import document_result, word_result
from ml_backend.label_studio.projects import LinkedProject
from ml_backend.label_studio.readings import Readings
from ml_backend.rounds.inputs import campaign_readings
from ml_backend.rounds.worker import do_next
from ml_backend.settings import Settings
from ml_backend.store.campaigns import get_campaign, projects_of, save_campaign
from ml_backend.store.rounds import queue_round, recent_rounds
from ml_backend.store.tables import CampaignRow, ProjectRow, Role, RoundState, Table, TaskRow
from ml_backend.store.tasks import tasks_of
from tests.ml_backend.label_studio.paper_server import URL, PaperServer

NAME = "health"
SIZES = DemoSizes(train=20, pool=12, test=5, text=60, dim=8)
FILES = {"source_vectors": "en.vec", "target_vectors": "es.vec", "train": "train.jsonl", "pool": "pool.jsonl"}


@dataclass(eq=False)
class PaperCampaign:
    """A campaign, its installation and its paper server."""

    installation: Installation
    server: PaperServer
    folder: Path
    campaign: Campaign

    @property
    def row(self) -> CampaignRow:
        """The campaign in the store, as it is now."""
        with self.installation.store.reading() as session:
            return get_campaign(session, NAME)

    @property
    def projects(self) -> list[LinkedProject]:
        """Its projects, as they are now."""
        with self.installation.store.reading() as session:
            rows = projects_of(session, get_campaign(session, NAME))
        return [LinkedProject(self.server, self.installation.store, row) for row in rows]

    def project(self, role: Role = Role.MIXED) -> LinkedProject:
        """The project in that role."""
        return next(project for project in self.projects if project.row.role == role)

    @property
    def rows(self) -> list[ProjectRow]:
        """The rows of its projects."""
        return [project.row for project in self.projects]

    @property
    def tasks(self) -> list[TaskRow]:
        """All tasks handed out, in order."""
        with self.installation.store.reading() as session:
            return tasks_of(session, self.rows, with_data=True)

    @property
    def readings(self) -> Readings:
        """What the annotations in the store say."""
        return campaign_readings(self.installation, self.row, self.rows)

    @property
    def data(self) -> CampaignData:
        """Its vectors and documents."""
        return campaign_data_of(self.installation, self.campaign, self.rows)

    def stored(self, kind: type[Table]) -> list[Any]:
        """All rows of a table."""
        with self.installation.store.reading() as session:
            return list(session.scalars(select(kind)))

    def change(self, **work: Any) -> None:
        """What `clime up` would store of a changed `[work]`."""
        tables = self.campaign.model_dump(mode="json")
        self.campaign = Campaign.model_validate({**tables, "work": {**tables["work"], **work}})
        self.save()

    def set(self, **columns: Any) -> None:
        """Change columns of the campaign's row."""
        with self.installation.store.session() as session:
            row = get_campaign(session, NAME)
            for name, value in columns.items():
                setattr(row, name, value)

    def save(self) -> None:
        """Put the campaign into the store."""
        with self.installation.store.session() as session:
            save_campaign(session, NAME, self.campaign.model_dump(mode="json"))

    def round(self) -> RoundState | None:
        """One round; how it ended, None where it left nothing."""
        with self.installation.store.session() as session:
            queue_round(session, self.row.id, "a test", at_once=True)
        do_next(self.installation)
        with self.installation.store.reading() as session:
            rounds = recent_rounds(session, self.row.id)
        return RoundState(rounds[0].state) if rounds else None

    def answer(self, task: TaskRow, user: str = "ada", seconds: float = 20.0, label: str = "health") -> int:
        """A user's answer to a task: the label, or every neighbour similar."""
        assert task.task is not None
        result = document_result(label)
        if task.data["kind"] == "word":
            (entry,) = task.data["word"]
            words = [Word(side, shown["word"]) for side in Language for shown in entry[side.value]]
            result = word_result(task.data, dict.fromkeys(words, True), {})
        return self.server.submit(task.task, user, result, seconds)


def campaign_of(folder: Path, tables: Mapping[str, Mapping[str, Any]] | None = None) -> Campaign:
    """The campaign on the small corpus of a folder, with changed tables."""
    (folder / "token").write_text("t")
    changes = tables or {}
    whole: dict[str, Any] = {
        "label_studio": {"url": URL, "token_file": str(folder / "token")},
        "languages": {"source": {"name": "English"}, "target": {"name": "Spanish"}},
        "task": {"categories": ["other", "health"]},
        "data": {name: str(folder / file) for name, file in FILES.items()},
        "base": {},
        "round": {"classifier": {"kind": "lr"}, "runs": 1, "keywords": 4},
        "work": {"budget_minutes": 60, "clock": False},
    }
    merged = {name: {**part, **changes.get(name, {})} for name, part in whole.items()}
    return Campaign.model_validate({"name": NAME, **merged})


@contextmanager
def paper_campaign(
    folder: Path, tables: Mapping[str, Mapping[str, Any]] | None = None, *, linked: bool = True, **settings: Any
) -> Iterator[PaperCampaign]:
    """A campaign in the store before its first round, its projects there unless it is not to be `linked`."""
    write_corpus(folder, 0, SIZES)
    campaign = campaign_of(folder, tables)
    url = campaign.label_studio.url
    server = PaperServer(url)
    installation = open_installation(Settings(data_dir=folder / "data", device="cpu", **settings))
    installation.servers[url, "t"] = server
    stage = PaperCampaign(installation, server, folder, campaign)
    if linked:
        stage.save()
        kinds = (Role.MIXED,) if campaign.work.setup == "mixed" else (Role.DOCUMENTS, Role.WORDS)
        for role in kinds:
            config = render(role.value, label_config_settings(campaign))
            made = server.create_project(f"{NAME} ({role})", role, config)
            server.change_project(made.id, maximum_annotations=campaign.work.overlap, skip_queue="IGNORE_SKIPPED")
            row = ProjectRow(campaign_id=stage.row.id, role=role, server=url, project=made.id, created=made.created)
            with installation.store.session() as session:
                session.add(row)
        server.requests.clear()
    try:
        yield stage
    finally:
        installation.close()


def another_project(stage: PaperCampaign) -> None:
    """Somebody deletes the campaign's project, and the server gives its number to a new one."""
    number = stage.project().number
    stage.server.projects[number] = replace(stage.server.projects[number], created=1)
