"""What a Label Studio server does, checked through our client: the same on the paper server and on a real one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from clime_core.errors import ExchangeError
from label_config import LabelConfigSettings, render
from ml_backend.auth import Credentials
from ml_backend.label_studio.answers import document_result
from ml_backend.label_studio.client import Server
from ml_backend.label_studio.errors import NotFoundError
from ml_backend.label_studio.predictions import order_prediction
from ml_backend.label_studio.records import LOWEST_SCORE_FIRST, Project
from ml_backend.label_studio.task_data import DocumentTask, build_document_task

CONFIG = render(
    "documents",
    LabelConfigSettings(source_language="English", target_language="Spanish", categories=("other", "health")),
)
NO_SUCH = 9_999_999
VERSION, NEXT_VERSION = "clime 1.1", "clime 1.2"


@dataclass
class Bench:
    """A server under test and what else is needed: the address of a living backend, and an annotator.

    submit(task, result, seconds, skipped) gives the annotation's id, change(annotation, result, seconds) changes it,
    served(project) is the task that the annotator finds, delete(task) is what a person does.
    """

    server: Server
    backend: str
    credentials: Credentials
    annotator: str
    submit: Callable[[int, list[dict[str, Any]], float, bool], int]
    change: Callable[[int, list[dict[str, Any]], float], None]
    served: Callable[[int], int | None]
    delete: Callable[[int], None]
    name: str = "paper"

    def project(self) -> Project:
        """A new project."""
        return self.server.create_project(f"clime: {self.name}"[:50], f"A check: {self.name}.", CONFIG)

    def tasks(self, project: Project, scores: Sequence[float], version: str = VERSION) -> list[int]:
        """New documents with their places in an order that is then the project's."""
        data = [build_document_task(DocumentTask(i, f"text {i}")) for i, _ in enumerate(scores)]
        tasks = [{"data": d, "predictions": [order_prediction(s, version)]} for d, s in zip(data, scores, strict=True)]
        ids = self.server.import_tasks(project.id, tasks)
        self.server.change_project(project.id, model_version=version)
        return ids


def check_projects(bench: Bench) -> None:
    """A new project serves by score and shows nothing; it is found by its description, and changed field by field."""
    made = bench.project()
    assert (made.sampling, made.show_collab_predictions, made.model_version) == (LOWEST_SCORE_FIRST, False, None)
    assert (made.maximum_annotations, made.tasks) == (1, 0)
    assert made.label_config.strip() == CONFIG.strip()
    assert bench.server.find_project(made.description) == made
    assert bench.server.find_project("nobody's") is None
    bench.server.change_project(made.id, sampling=None, maximum_annotations=2, skip_queue="IGNORE_SKIPPED")
    changed = bench.server.project(made.id)
    assert (changed.sampling, changed.maximum_annotations, changed.skip_queue) == (None, 2, "IGNORE_SKIPPED")
    assert (changed.id, changed.created, changed.title) == (made.id, made.created, made.title)


def check_what_is_not_there(bench: Bench) -> None:
    """A project and a task that do not exist are not found; a version that does not exist is deleted without a word."""
    with pytest.raises(NotFoundError):
        bench.server.project(NO_SUCH)
    with pytest.raises(NotFoundError):
        bench.server.reopen_task(NO_SUCH, 2)
    with pytest.raises(ExchangeError):
        bench.server.create_project("x" * 51, "", CONFIG)
    project = bench.project()
    bench.server.delete_version(project.id, "nobody's")
    with pytest.raises(ExchangeError):
        bench.server.change_project(project.id, model_version="nobody's")


def check_order(bench: Bench) -> None:
    """The lowest score of the project's version is served first; a new version with other scores changes the order."""
    project = bench.project()
    first, second, third = bench.tasks(project, [0.002, 0.001, 0.003])
    assert [task.id for task in bench.server.tasks(project.id)] == [first, second, third]
    assert bench.server.project(project.id).tasks == 3
    assert bench.served(project.id) == second
    bench.submit(second, document_result("health"), 20.0, False)
    assert bench.served(project.id) == first
    bench.server.push_scores(project.id, NEXT_VERSION, {first: 0.2, third: 0.1})
    assert bench.server.project(project.id).model_version == VERSION
    bench.server.change_project(project.id, model_version=NEXT_VERSION)
    bench.server.delete_version(project.id, VERSION)
    bench.submit(first, document_result("other"), 20.0, False)
    assert bench.served(project.id) == third


def check_closing(bench: Bench) -> None:
    """Without a sampling nobody is served; with it again the same tasks are. Hiding predictions forgets the order."""
    project = bench.project()
    (task,) = bench.tasks(project, [0.0])
    bench.server.change_project(project.id, sampling=None)
    assert bench.served(project.id) is None
    bench.server.change_project(project.id, sampling=LOWEST_SCORE_FIRST)
    assert bench.served(project.id) == task
    assert bench.server.project(project.id).model_version == VERSION
    bench.server.change_project(project.id, show_collab_predictions=False)
    assert bench.server.project(project.id).model_version is None


def check_annotations(bench: Bench) -> None:
    """Answers and skips come with who, how long and when; a deleted task takes its own along."""
    project = bench.project()
    first, second = bench.tasks(project, [0.0, 0.001])
    answer = bench.submit(first, document_result("health"), 21.0, False)
    skip = bench.submit(second, [], 4.0, True)
    read = {state.annotation: state for state in bench.server.annotations(project.id)}
    assert read.keys() == {answer, skip}
    assert (read[answer].task, read[answer].lead_time, read[answer].skipped) == (first, 21.0, False)
    assert read[answer].result[0]["value"] == {"choices": ["health"]}
    assert (read[skip].task, read[skip].lead_time, read[skip].skipped) == (second, 4.0, True)
    assert bench.server.users().get(read[answer].annotator, read[answer].annotator) == bench.annotator
    bench.change(answer, document_result("other"), 33.0)
    newest = max(state.updated for state in read.values())
    (changed,) = [s for s in bench.server.annotations(project.id, since=newest) if s.annotation == answer]
    assert (changed.lead_time, changed.result[0]["value"]) == (33.0, {"choices": ["other"]})
    assert changed.created == read[answer].created < changed.updated
    bench.delete(first)
    assert [state.annotation for state in bench.server.annotations(project.id)] == [skip]
    assert [task.id for task in bench.server.tasks(project.id)] == [second]


def check_recent(bench: Bench) -> None:
    """Only what was changed since is read."""
    project = bench.project()
    first, second = bench.tasks(project, [0.0, 0.001])
    bench.submit(first, document_result("health"), 1.0, False)
    later = bench.submit(second, document_result("health"), 1.0, False)
    newest = max(state.updated for state in bench.server.annotations(project.id))
    assert [s.annotation for s in bench.server.annotations(project.id, since=newest)] == [later]


def check_reopening(bench: Bench) -> None:
    """A task that is done is open again for one more, to those who have not done it; a new overlap is that of all."""
    project = bench.project()
    (task,) = bench.tasks(project, [0.0])
    bench.submit(task, document_result("health"), 1.0, False)
    bench.server.reopen_task(task, 2)
    assert bench.served(project.id) is None  # to this annotator
    assert bench.server.project(project.id).maximum_annotations == 1


def check_imports(bench: Bench) -> None:
    """Scores for a task that is not there are refused; no scores at all ask nothing."""
    project = bench.project()
    bench.server.push_scores(project.id, VERSION, {})
    with pytest.raises(ExchangeError):
        bench.server.push_scores(project.id, VERSION, {NO_SUCH: 0.5})


def check_connection(bench: Bench) -> None:
    """Connecting registers a webhook without a password, once; it stays when the backend is taken away."""
    project = bench.project()
    bench.server.connect(project.id, bench.backend, "clime: check", bench.credentials)
    (made,) = bench.server.connections(project.id)
    assert (made.url, made.title, made.user) == (bench.backend, "clime: check", bench.credentials.user)
    assert made.state == "CO"
    assert bench.server.project(project.id).model_version is None
    (bare,) = bench.server.hooks(project.id)
    assert (bare.url, bare.authorization, bare.active) == (f"{bench.backend}/webhook", None, True)
    bench.server.update_hook(bare.id, bench.credentials)
    assert bench.server.hooks(project.id)[0].authorization == bench.credentials.header
    bench.server.add_hook(project.id, "http://other.example/webhook", bench.credentials)
    bench.server.disconnect(made.id)
    assert bench.server.connections(project.id) == []
    hooks = bench.server.hooks(project.id)
    assert [hook.url for hook in hooks] == [f"{bench.backend}/webhook", "http://other.example/webhook"]
    bench.server.remove_hook(hooks[1].id)
    assert [hook.id for hook in bench.server.hooks(project.id)] == [bare.id]


def check_connecting_where_predictions_are_shown(bench: Bench) -> None:
    """There the title of the backend becomes the model version, and goes with it; no second webhook appears."""
    project = bench.project()
    bench.server.change_project(project.id, show_collab_predictions=True)
    for _ in range(2):
        bench.server.connect(project.id, bench.backend, "clime: check", bench.credentials)
        assert bench.server.project(project.id).model_version == "clime: check"
        (made,) = bench.server.connections(project.id)
        bench.server.disconnect(made.id)
        assert bench.server.project(project.id).model_version is None
    assert len(bench.server.hooks(project.id)) == 1


CHECKS: tuple[Callable[[Bench], None], ...] = (
    check_projects,
    check_what_is_not_there,
    check_order,
    check_closing,
    check_annotations,
    check_recent,
    check_reopening,
    check_imports,
    check_connection,
    check_connecting_where_predictions_are_shown,
)
"""Each is a test of its own on either server."""
