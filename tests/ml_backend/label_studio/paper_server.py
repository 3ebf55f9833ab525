"""A Label Studio in memory, for what no real server can be made to do at the right moment.

`server_checks.py` holds what both must do: tests beside this file run it on this server, tests/live on the real one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from clime_core.errors import ExchangeError
from ml_backend.auth import Credentials
from ml_backend.label_studio.client import Server
from ml_backend.label_studio.errors import NotFoundError, UnreachableError
from ml_backend.label_studio.records import (
    CONNECTED,
    LOWEST_SCORE_FIRST,
    Connection,
    Hook,
    ListedTask,
    Prediction,
    Project,
)
from ml_backend.store.annotations import AnnotationState

URL = "http://ls.example"
MAX_TITLE_LENGTH = 50
FIRST_SECOND = 1_800_000_000


@dataclass
class PaperTask:
    """A task as it lies in a project. `scores`: by model version. `done`: nobody is asked about it any more."""

    id: int
    project: int
    data: dict[str, Any]
    overlap: int
    updated: float
    scores: dict[str, float] = field(default_factory=dict)
    done: bool = False


@dataclass
class PaperServer(Server):
    """A Label Studio server on paper.

    `requests` are the names of all that was asked, in order. `predicted`: by other models. `fails` makes the next
    request of that name fail: `before` it is done, as where the server is away, or `after`, as where whoever asked is
    killed.
    """

    url: str = URL
    email: str = "owner@example.com"
    emails: dict[str, str] = field(default_factory=dict)
    projects: dict[int, Project] = field(default_factory=dict)
    tasks_there: dict[int, PaperTask] = field(default_factory=dict)
    annotated: dict[int, AnnotationState] = field(default_factory=dict)
    backends: dict[int, list[Connection]] = field(default_factory=dict)
    webhooks: dict[int, list[Hook]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    fails: tuple[str, str] = ("", "")
    backend_state: str = CONNECTED
    registers_hooks: bool = True
    predicted: list[Prediction] = field(default_factory=list)
    clock: float = float(FIRST_SECOND)
    ids: int = 0

    def close(self) -> None:
        """Nothing is open."""
        self.requests.append("close")

    def whoami(self) -> str:
        """The owner."""
        self._ask("whoami")
        return self.email

    def release(self) -> str:
        """That of no release."""
        self._ask("release")
        return "paper"

    def users(self) -> dict[str, str]:
        """Those who were given a name."""
        self._ask("users")
        return dict(self.emails)

    # projects

    def find_project(self, description: str) -> Project | None:
        """The first with this description."""
        self._ask("find_project")
        return next((p for p in self._counted() if p.description == description), None)

    def project(self, project: int) -> Project:
        """As it is now."""
        self._ask("project")
        return self._there(project)

    def create_project(self, title: str, description: str, label_config: str) -> Project:
        """Refused where the title is too long."""
        self._ask("create_project")
        if not 3 <= len(title) <= MAX_TITLE_LENGTH:
            raise ExchangeError(f"{self.url}: answered 400 while creating the project {title!r}: title")
        number = self._new_id()
        self.projects[number] = Project(
            id=number,
            title=title,
            description=description,
            created=int(self._now()),
            label_config=label_config,
            sampling=LOWEST_SCORE_FIRST,
            model_version=None,
            show_collab_predictions=False,
            maximum_annotations=1,
            skip_queue="REQUEUE_FOR_OTHERS",
            tasks=0,
        )
        return self._there(number)

    def change_project(self, project: int, **changes: Any) -> None:
        """A model version must be that of a prediction or a backend's title; another overlap is that of every task."""
        self._ask("close_queue" if changes.get("sampling", LOWEST_SCORE_FIRST) is None else "change_project")
        before = self._there(project)
        version = changes.get("model_version", before.model_version) or None
        if version != before.model_version and version is not None and version not in self._versions(project):
            raise ExchangeError(f"{self.url}: answered 400 while changing: Model version doesn't exist")
        if changes.get("show_collab_predictions") is False and "model_version" not in changes:
            version = None
        overlap = changes.get("maximum_annotations", before.maximum_annotations)
        if overlap != before.maximum_annotations:
            for task in self._of(project):
                task.overlap, task.done = overlap, len(self._answers(task)) >= overlap
        self.projects[project] = replace(before, **{**changes, "model_version": version})
        self._ask("order_changed" if "model_version" in changes else "project_changed", over=True)

    def delete_project(self, project: int) -> None:
        """With all its tasks, as a person would."""
        for task in self._of(project):
            self.delete_task(task.id)
        del self.projects[project]

    # tasks and annotations

    def predictions(self, project: int) -> Iterator[Prediction]:
        """Those of others, and the places in our orders, which are empty."""
        self._ask("predictions")
        self._there(project)
        for task in self._of(project):
            yield from [made for made in self.predicted if made.task == task.id]
            yield from [Prediction(task.id, version, [], score) for version, score in task.scores.items()]

    def tasks(self, project: int) -> Iterator[ListedTask]:
        """All of them."""
        self._ask("tasks")
        self._there(project)
        yield from [ListedTask(task.id, dict(task.data)) for task in self._of(project)]

    def annotations(self, project: int, since: float | None = None) -> list[AnnotationState]:
        """All, or those of tasks that were changed since."""
        self._ask("annotations" if since is None else "recent_annotations")
        self._there(project)
        tasks = {task.id for task in self._of(project) if since is None or task.updated >= since}
        return [state for state in self.annotated.values() if state.task in tasks]

    def import_tasks(self, project: int, tasks: Sequence[dict[str, Any]]) -> list[int]:
        """Ids in order."""
        self._ask("import_tasks")
        overlap = self._there(project).maximum_annotations
        made = []
        for task in tasks:
            scores = {p["model_version"]: p["score"] for p in task.get("predictions", [])}
            made.append(PaperTask(self._new_id(), project, task["data"], overlap, self._now(), scores))
        self.tasks_there |= {task.id: task for task in made}
        self._ask("import_tasks", over=True)
        return [task.id for task in made]

    def push_scores(self, project: int, version: str, scores: Mapping[int, float]) -> None:
        """Refused where a task is not there."""
        if not scores:
            return
        self._ask("push_scores")
        strange = scores.keys() - {task.id for task in self._of(project)}
        if strange:
            raise ExchangeError(f"{self.url}: answered 400 while pushing scores: no task {sorted(strange)}")
        for task, score in scores.items():
            self.tasks_there[task].scores[version] = score

    def reopen_task(self, task: int, annotators: int) -> None:
        """Asked again until so many have done it."""
        self._ask("reopen_task")
        if task not in self.tasks_there:
            raise NotFoundError(f"{self.url}: not found while asking one more annotator about task {task}")
        self.tasks_there[task].overlap, self.tasks_there[task].done = annotators, False

    def delete_version(self, project: int, version: str) -> None:
        """Its scores go; a version that nobody knows is none."""
        self._ask("delete_version")
        self._there(project)
        for task in self._of(project):
            task.scores.pop(version, None)

    # connection

    def connections(self, project: int) -> list[Connection]:
        """Those of the project."""
        self._ask("connections")
        return list(self.backends.get(project, []))

    def connect(self, project: int, url: str, title: str, credentials: Credentials) -> None:
        """A webhook without a password appears, unless that fails or there is one.

        The backend's title becomes the model version where predictions are shown and there is no version.
        """
        self._ask("connect")
        before = self._there(project)
        made = Connection(self._new_id(), url, title, credentials.user, self.backend_state)
        self.backends.setdefault(project, []).append(made)
        if before.show_collab_predictions and before.model_version is None:
            self.projects[project] = replace(before, model_version=title)
        address = f"{url.rstrip('/')}/webhook"
        if self.registers_hooks and address not in {hook.url for hook in self.webhooks.get(project, [])}:
            self.webhooks.setdefault(project, []).append(Hook(self._new_id(), address, None, active=True))

    def disconnect(self, connection: int) -> None:
        """Its webhook stays; a model version that was its title goes."""
        self._ask("disconnect")
        for project, backends in self.backends.items():
            titles = {backend.title for backend in backends if backend.id == connection}
            if project in self.projects and self.projects[project].model_version in titles:
                self.projects[project] = replace(self.projects[project], model_version=None)
            self.backends[project] = [backend for backend in backends if backend.id != connection]

    def hooks(self, project: int) -> list[Hook]:
        """Those of the project."""
        self._ask("hooks")
        return list(self.webhooks.get(project, []))

    def add_hook(self, project: int, url: str, credentials: Credentials) -> None:
        """Active, with the password."""
        self._ask("add_hook")
        self.webhooks.setdefault(project, []).append(Hook(self._new_id(), url, credentials.header, active=True))

    def update_hook(self, hook: int, credentials: Credentials) -> None:
        """Active, with the password."""
        self._ask("update_hook")
        for project, hooks in self.webhooks.items():
            self.webhooks[project] = [
                replace(h, authorization=credentials.header, active=True) if h.id == hook else h for h in hooks
            ]

    def remove_hook(self, hook: int) -> None:
        """Gone."""
        self._ask("remove_hook")
        for project, hooks in self.webhooks.items():
            self.webhooks[project] = [h for h in hooks if h.id != hook]

    # what annotators and people do there

    def served(self, project: int, user: str) -> int | None:
        """The task that the user finds: the lowest score of the project's version first; None where none is served."""
        there = self._there(project)
        open_tasks = [t for t in self._of(project) if not t.done and user not in self._answers(t)]
        if there.sampling != LOWEST_SCORE_FIRST or not open_tasks:
            return None
        wanted = [t for t in open_tasks if t.overlap > 1] or open_tasks
        scored = {t.id: t.scores[there.model_version or ""] for t in wanted if (there.model_version or "") in t.scores}
        return min(scored, key=lambda task: scored[task]) if scored else wanted[0].id

    def submit(self, task: int, user: str, result: Sequence[Any] = (), seconds: float = 20.0, **more: Any) -> int:
        """A user's annotation of a task, or with `skipped` a skip; its id."""
        self.clock += seconds
        number, at = self._new_id(), self._now()
        skipped = bool(more.get("skipped"))
        self.annotated[number] = AnnotationState(number, task, user, list(result), skipped, seconds, at, at)
        there = self.tasks_there[task]
        there.updated, there.done = at, len(self._answers(there)) >= there.overlap
        return number

    def change(self, annotation: int, result: Sequence[Any], seconds: float) -> None:
        """What a user does who thinks again."""
        before, at = self.annotated[annotation], self._now()
        self.annotated[annotation] = replace(before, result=list(result), lead_time=seconds, updated=at)
        self.tasks_there[before.task].updated = at

    def delete_task(self, task: int) -> None:
        """With its annotations."""
        del self.tasks_there[task]
        self.annotated = {n: state for n, state in self.annotated.items() if state.task != task}

    def _ask(self, name: str, *, over: bool = False) -> None:
        """Note the request, and fail where it is to."""
        if not over:
            self.requests.append(name)
        if self.fails == ("after" if over else "before", name):
            self.fails = ("", "")
            if over:
                raise RuntimeError("killed")
            raise UnreachableError(f"{self.url}: Label Studio is away")

    def _now(self) -> float:
        self.clock += 1.0
        return self.clock

    def _new_id(self) -> int:
        self.ids += 1
        return self.ids

    def _there(self, project: int) -> Project:
        if project not in self.projects:
            raise NotFoundError(f"{self.url}: not found while reading project {project}")
        return replace(self.projects[project], tasks=len(self._of(project)))

    def _counted(self) -> list[Project]:
        return [self._there(project) for project in self.projects]

    def _of(self, project: int) -> list[PaperTask]:
        return [task for task in self.tasks_there.values() if task.project == project]

    def _answers(self, task: PaperTask) -> set[str]:
        return {state.annotator for state in self.annotated.values() if state.task == task.id}

    def _versions(self, project: int) -> set[str]:
        titles = {backend.title for backend in self.backends.get(project, [])}
        return titles | {version for task in self._of(project) for version in task.scores}
