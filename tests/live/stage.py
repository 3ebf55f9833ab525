"""A tiny campaign on a real Label Studio: the backend answering, rounds done when the test asks for them."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from clime_core.data.documents import DocumentId
from clime_core.data.labels import DocumentLabel
from clime_core.data.language import Language, Word
from ml_backend.campaign_data import campaign_data_of
from ml_backend.campaign_file import Campaign, read_campaign
from ml_backend.campaigns.up import answering, bring_up, first_round
from ml_backend.installation import Installation, open_installation
from ml_backend.label_studio.annotator_client import AnnotatorClient
from ml_backend.label_studio.answers import document_result, word_result
from ml_backend.label_studio.client import Server
from ml_backend.label_studio.local_server import LocalLabelStudio
from ml_backend.label_studio.projects import LinkedProject
from ml_backend.label_studio.readings import Readings
from ml_backend.label_studio.records import Project
from ml_backend.rounds.inputs import campaign_readings
from ml_backend.rounds.worker import do_next
from ml_backend.settings import Settings
from ml_backend.store.campaigns import get_campaign, projects_of
from ml_backend.store.rounds import recent_rounds
from ml_backend.store.tables import CampaignRow, ProjectRow, Role, RoundRow, TaskRow
from ml_backend.store.tasks import tasks_of
from ml_backend.web.app import create_app

Tables = Mapping[str, Mapping[str, Any]]
Task = dict[str, Any]

SECONDS = 20.0
"""What an annotation takes in these tests unless they say otherwise."""

TIMEOUT_SECONDS = 300.0
"""How long a test waits for anything: a limit that no busy machine reaches."""

QUICK: dict[str, dict[str, Any]] = {
    "round": {"runs": 1, "keywords": 12, "neighbors": 3},
    "round.classifier": {"kind": "lr"},
}
"""Settings with which a round takes a fraction of a second."""


@dataclass(eq=False)
class Stage:
    """One campaign, its file and an installation of the backend of its own."""

    label_studio: LocalLabelStudio
    file: Path
    installation: Installation

    @property
    def campaign(self) -> Campaign:
        """The campaign as its file says."""
        return read_campaign(self.file)

    @property
    def name(self) -> str:
        """The campaign's name."""
        return self.campaign.name

    @property
    def server(self) -> Server:
        """Label Studio as the backend sees it."""
        return self.installation.server(self.campaign)

    @property
    def row(self) -> CampaignRow:
        """The campaign in the store, as it is now."""
        with self.installation.store.session() as session:
            return get_campaign(session, self.name)

    @property
    def projects(self) -> list[ProjectRow]:
        """The campaign's projects in the store, as they are now."""
        with self.installation.store.session() as session:
            return projects_of(session, get_campaign(session, self.name))

    def project_row(self, role: Role = Role.MIXED) -> ProjectRow:
        """The project in that role, in the store."""
        return next(project for project in self.projects if project.role == role)

    def project(self, role: Role = Role.MIXED) -> Project:
        """The project in that role, in Label Studio."""
        return self.server.project(self.project_row(role).project)

    @property
    def tasks(self) -> list[TaskRow]:
        """All tasks handed out, in order."""
        with self.installation.store.session() as session:
            return tasks_of(session, self.projects, with_data=True)

    @property
    def rounds(self) -> list[RoundRow]:
        """The rounds, newest first."""
        with self.installation.store.session() as session:
            return recent_rounds(session, self.row.id, 100)

    @property
    def readings(self) -> Readings:
        """What the annotations in the store say."""
        return campaign_readings(self.installation, self.row, self.projects, reader="tests")

    @property
    def labels(self) -> list[DocumentLabel[DocumentId]]:
        """The annotators' labels, by document."""
        return campaign_data_of(self.installation, self.campaign, self.projects).document_labels(self.readings.labels)[
            0
        ]

    def linked(self, role: Role = Role.MIXED) -> LinkedProject:
        """The project in that role, in the store and on its server."""
        return LinkedProject(self.server, self.installation.store, self.project_row(role))

    @property
    def live(self) -> int:
        """The number of the live model version, 0 before the first."""
        return self.row.live_version or 0

    def up(self) -> None:
        """`clime up`."""
        row = bring_up(self.installation, self.campaign, _nothing)
        first_round(self.installation, row, do_next, _nothing)

    def work(self) -> int:
        """Do the rounds that are due, as the worker would; how many."""
        done = 0
        while do_next(self.installation):
            done += 1
        return done

    def get(self, path: str, user: str | None = None) -> requests.Response:
        """Ask the backend, as the campaign or as somebody else."""
        own = self.installation.keyring.credentials(user or self.name)
        address = self.installation.settings.address
        return requests.get(f"{address}{path}", auth=(own.user, own.password), timeout=TIMEOUT_SECONDS)

    def status(self) -> dict[str, Any]:
        """The campaign's status as programs see it."""
        status: dict[str, Any] = self.get(f"/campaigns/{self.name}/status.json").json()
        return status

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Ask Label Studio itself, as the owner; what it answers."""
        headers = {"Authorization": f"Token {self.label_studio.token}"}
        url = self.label_studio.url + path
        answer = requests.request(method, url, json=body, headers=headers, timeout=TIMEOUT_SECONDS)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.text else None

    def titles(self) -> list[str]:
        """The titles of all projects on the server."""
        return [project["title"] for project in self.ask("GET", "/api/projects/?page_size=1000")["results"]]

    def scores(self, role: Role = Role.MIXED) -> dict[int, dict[str, float]]:
        """Label Studio's predictions of the project: task to model version to score."""
        found: dict[int, dict[str, float]] = {}
        listed = self.ask("GET", f"/api/predictions?project={self.project_row(role).project}")
        for prediction in listed:
            found.setdefault(prediction["task"], {})[prediction["model_version"]] = prediction["score"]
        return found

    def order(self, role: Role = Role.MIXED) -> list[int]:
        """The tasks that carry a score of the published order, the first to be served first."""
        version = self.project(role).model_version
        ranked = {task: by[version] for task, by in self.scores(role).items() if version in by}
        return sorted(ranked, key=lambda task: ranked[task])

    def next(self, annotator: AnnotatorClient, role: Role = Role.MIXED) -> Task | None:
        """The task that Label Studio serves the annotator now."""
        return annotator.next_task(self.project_row(role).project)

    def take(self, annotator: AnnotatorClient, role: Role = Role.MIXED) -> Task:
        """The same where there must be one."""
        task = self.next(annotator, role)
        assert task is not None, "Label Studio serves nothing"
        return task

    def answer(self, annotator: AnnotatorClient, task: Task, seconds: float = SECONDS, label: str = "health") -> Any:
        """Do a task somehow: the label, each neighbour similar and in turn dissimilar, or all predictions left."""
        data = task["data"]
        results = {"word": judged(data) if data["word"] else [], "review": [], "document": document_result(label)}
        return annotator.submit(task["id"], results[data["kind"]], seconds)

    def find(self, annotator: AnnotatorClient, kind: str) -> Task:
        """Do tasks until one of that kind is served: `document`, `word` or `review`."""
        for _ in range(10):
            task = self.take(annotator)
            if task["data"]["kind"] == kind:
                return task
            self.answer(annotator, task)
            self.work()
        raise AssertionError(f"no {kind} among ten tasks")


def shown(data: Mapping[str, Any]) -> list[Word]:
    """The neighbours that a word task shows."""
    (entry,) = data["word"]
    return [Word(side, item["word"]) for side in Language for item in entry[side.value]]


def judged(data: Mapping[str, Any], added: Mapping[Word, bool] | None = None) -> list[dict[str, Any]]:
    """The result of marking all neighbours, similar and dissimilar in turn, and typing some words."""
    return word_result(data, {word: i % 2 == 0 for i, word in enumerate(shown(data))}, added or {})


def titles(stage: Stage) -> list[str]:
    """The titles of all projects on the server."""
    return [project["title"] for project in stage.ask("GET", "/api/projects/?page_size=1000")["results"]]


def write_campaign(folder: Path, tables: Tables, top: Mapping[str, Any]) -> Path:
    """A campaign file; JSON's values are TOML's."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in top.items()]
    for table, fields in tables.items():
        lines += [f"\n[{table}]", *(f"{name} = {json.dumps(value)}" for name, value in fields.items())]
    path = folder / "campaign.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def campaign_tables(corpus: Path, url: str, token_file: Path, changes: Tables) -> dict[str, dict[str, Any]]:
    """The tables of a small quick campaign, with changes; a field changed to None is left out, so is an empty table."""
    files = {"source_vectors": "en.vec", "target_vectors": "es.vec", "train": "train.jsonl"}
    files |= {"pool": "pool.jsonl", "test": "test.jsonl"}
    tables: dict[str, dict[str, Any]] = {
        "label_studio": {"url": url, "token_file": str(token_file)},
        "languages.source": {"name": "English"},
        "languages.target": {"name": "Spanish"},
        "task": {"categories": ["other", "health"]},
        "data": {name: str(corpus / file) for name, file in files.items()},
        "work": {"budget_minutes": 60, "clock": False},  # tests submit at once what is said to have taken 20 s
        **QUICK,
    }
    merged = {name: {**tables.get(name, {}), **changes.get(name, {})} for name in {**tables, **changes}}
    said = {table: {k: v for k, v in part.items() if v is not None} for table, part in merged.items()}
    return {table: part for table, part in said.items() if part}


@contextmanager
def opened(label_studio: LocalLabelStudio, file: Path, settings: Settings) -> Iterator[Stage]:
    """The stage of a campaign file, its backend answering until the block ends."""
    installation = open_installation(settings)
    try:
        with answering(installation, create_app(installation), _nothing):
            yield Stage(label_studio, file, installation)
    finally:
        installation.close()


def wait_until(true: Callable[[], object], what: str = "it") -> None:
    """Check again and again until it is so; fails when it is not so in time."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not true():
        assert time.monotonic() < deadline, f"{what} did not happen within {TIMEOUT_SECONDS:g} s"
        time.sleep(0.05)


def keys(tasks: Sequence[TaskRow]) -> list[str]:
    """The names of tasks."""
    return [task.key for task in tasks]


def _nothing(_message: str) -> None:
    """Say nothing."""
