"""Review screens in a campaign: several predictions corrected at once, beside documents and words."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from selenium.common.exceptions import TimeoutException

from clime_core.scheduling.activity import Activity
from label_config import UNSURE_CHOICE
from ml_backend.campaign_data import campaign_data_of
from ml_backend.campaigns.doctor import examine
from ml_backend.demo.corpus import DemoSizes, write_corpus
from ml_backend.label_studio.annotator_client import AnnotatorClient, Login
from ml_backend.label_studio.answers import document_result, review_result
from ml_backend.label_studio.local_server import LocalLabelStudio
from ml_backend.label_studio.task_data import TaskKey, document_key
from ml_backend.queue.review import acceptance_of
from ml_backend.rounds.inputs import round_inputs
from ml_backend.store.tables import Role
from tests.live.browser import Annotator, browser
from tests.live.conftest import ANNOTATORS, MakeStage
from tests.live.stage import SECONDS, Stage, Task

WORK: dict[str, Any] = {"share_documents": 0.5, "share_review": 0.5, "lot": 3}
ONLY: dict[str, Any] = {"policy": "review", "lot": 3}
CATEGORIES = ("other", "health")


def texts_of(task: Task) -> list[TaskKey]:
    """The documents on a screen, in order."""
    return [document_key(text["id"]) for text in task["data"]["review"][0]["texts"]]


def open_a_screen(person: Annotator, project: int) -> None:
    """Have a review screen in front: three are quicker than a round on a busy machine, and the queue may be empty."""
    for _ in range(20):
        with suppress(TimeoutException):
            if person.task_id is not None and not person.exhausted and person.kind == "review":
                return
            person.open_queue(project)
        time.sleep(0.5)
    raise AssertionError(f"no review screen: {person.text[:200]}")


def gold_of(corpus: Path) -> dict[TaskKey, str]:
    """The category of each document of the pool."""
    lines = map(json.loads, (corpus / "pool_gold.jsonl").read_text().splitlines())
    return {document_key(line["id"]): CATEGORIES[line["label"]] for line in lines}


def correct(task: Task, gold: dict[TaskKey, str]) -> dict[int, str]:
    """What a careful annotator changes."""
    predicted = task["data"]["review"][0]["predicted"]
    return {place: gold[key] for place, key in enumerate(texts_of(task)) if gold[key] != predicted}


def labels_of(stage: Stage) -> dict[TaskKey, str]:
    """The categories that annotators gave, the latest of each document."""
    return {label.document: CATEGORIES[label.label] for label in stage.readings.labels}


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    """A campaign of documents and review screens, up."""
    made = make_stage({"work": WORK})
    made.up()
    return made


def test_a_screen_gives_a_label_to_each_of_its_texts(stage: Stage, annotator: AnnotatorClient, corpus: Path) -> None:
    """Those left count as predicted, with a little doubt; those changed as chosen; an update counts, a deletion too."""
    gold, task = gold_of(corpus), stage.find(annotator, "review")
    keys, before = texts_of(task), labels_of(stage)
    assert not set(keys) & before.keys()
    choices = correct(task, gold)
    submitted = annotator.submit(task["id"], review_result(choices), 60.0)
    stage.work()
    assert {key: labels_of(stage)[key] for key in keys} == {key: gold[key] for key in keys}
    time = stage.status()["time"]["activities"]["review"]
    assert (time["done"], time["seconds"]) == (1, 60.0)
    review = stage.status()["review"]
    assert (review["left"], review["changed"]) == (len(keys) - len(choices), len(choices))
    data = campaign_data_of(stage.installation, stage.campaign, stage.projects)
    inputs, _ = round_inputs(stage.campaign, data, stage.readings)
    assert set(inputs.doubts) == {data.by_key[key] for place, key in enumerate(keys) if place not in choices}
    wrong = {0: "other" if gold[keys[0]] == "health" else "health"}
    annotator.update(submitted["id"], review_result({**choices, **wrong}), 5.0)
    stage.work()
    assert labels_of(stage)[keys[0]] == wrong[0]
    stage.ask("DELETE", f"/api/annotations/{submitted['id']}/")
    stage.work()
    assert not set(keys) & labels_of(stage).keys()
    assert [finding for finding in examine(stage.installation, stage.file) if not finding.ok] == []
    assert stage.readings.problems == ()


def test_no_document_is_asked_twice(stage: Stage, annotator: AnnotatorClient) -> None:
    """Neither on two screens nor on one and alone, whatever is done in between."""
    asked: list[TaskKey] = []
    for _ in range(10):
        task = stage.take(annotator)
        asked += texts_of(task) if task["data"]["kind"] == "review" else [TaskKey(task["data"]["key"])]
        stage.answer(annotator, task)
        stage.work()
    assert len(asked) == len(set(asked)) > 10
    open_documents = [TaskKey(t.key) for t in stage.readings.open_tasks if t.activity == Activity.DOCUMENTS]
    assert not set(open_documents) & stage.readings.on_screens


def test_what_cannot_be_told_comes_back_as_a_whole_document(stage: Stage, annotator: AnnotatorClient) -> None:
    """Before all others; its answer counts."""
    task = stage.find(annotator, "review")
    key = texts_of(task)[0]
    annotator.submit(task["id"], review_result({0: UNSURE_CHOICE}), SECONDS)
    stage.work()
    assert key not in labels_of(stage)
    for _ in range(12):
        task = stage.take(annotator)
        if task["data"]["key"] == key:
            break
        stage.answer(annotator, task)
        stage.work()
    assert task["data"]["key"] == key
    annotator.submit(task["id"], document_result("health"), SECONDS)
    stage.work()
    assert labels_of(stage)[key] == "health"
    assert key not in {k for t in stage.readings.open_tasks for k in [t.key]}


def test_blind_repeats_tell_how_much_reviewers_leave(make_stage: MakeStage, annotator: AnnotatorClient) -> None:
    """Reviewed texts come again as documents; the blind answer counts, and the omission is learnt from it."""
    stage = make_stage({"work": {**WORK, "blind_repeats": 1.0}})
    stage.up()
    task = stage.find(annotator, "review")
    predicted, keys = task["data"]["review"][0]["predicted"], set(texts_of(task))
    stage.answer(annotator, task)
    stage.work()
    other = "other" if predicted == "health" else "health"
    repeated = 0
    for _ in range(12):
        task = stage.take(annotator)
        is_repeat = task["data"]["key"] in keys
        repeated += is_repeat
        stage.answer(annotator, task, label=other if is_repeat else "health")
        stage.work()
        if is_repeat:
            break
    assert repeated == 1
    assert labels_of(stage)[TaskKey(task["data"]["key"])] == other
    found = acceptance_of(stage.readings)
    assert (found.wrong_blind, found.omitted_blind) == (1, 1)
    assert "of those left are wrong" in stage.get(f"/campaigns/{stage.name}").text


def test_a_skipped_screen_says_nothing(make_stage: MakeStage, annotator: AnnotatorClient) -> None:
    """Its time counts; none of its texts has a label."""
    stage = make_stage({"work": ONLY})
    stage.up()
    assert {task.activity for task in stage.tasks} == {"review"}
    task = stage.take(annotator)
    annotator.submit(task["id"], [], 20.0, skipped=True)
    stage.work()
    assert labels_of(stage) == {}
    time = stage.status()["time"]["activities"]["review"]
    assert (time["skipped"], time["seconds"]) == (1, 20.0)


def test_review_has_a_project_of_its_own_beside_two(make_stage: MakeStage, annotator: AnnotatorClient) -> None:
    """Where documents and words have one each; its answers are read all the same."""
    stage = make_stage({"work": {**WORK, "setup": "two-projects"}})
    stage.up()
    task = stage.take(annotator, Role.REVIEW)
    stage.answer(annotator, task)
    stage.work()
    assert set(labels_of(stage)) == set(texts_of(task))


@pytest.mark.browser
@pytest.mark.usefixtures("annotators", "chromium")
def test_three_browsers_at_once_do_ten_screens_each(
    make_stage: MakeStage, label_studio: LocalLabelStudio, tmp_path: Path
) -> None:
    """Every text gets the label that its annotator gave on the screen, and no other; none is on two screens."""
    pool = tmp_path / "pool"
    pool.mkdir()
    write_corpus(pool, 1, DemoSizes(train=40, pool=400, test=10, text=50, dim=20))
    stage = make_stage({"work": {**ONLY, "annotators": 3}, "data": {"pool": str(pool / "pool.jsonl"), "test": None}})
    stage.up()
    said: dict[str, dict[TaskKey, str]] = {}

    def work_through(login: Login) -> None:
        own = said[login.email] = {}
        with browser(label_studio.url) as person:
            person.log_in(login.email, login.password)
            for _ in range(10):
                open_a_screen(person, stage.project_row().project)
                data = next(task.data for task in stage.tasks if task.task == person.task_id)
                keys, entry = texts_of({"data": data}), data["review"][0]
                assert person.excerpts == [text["text"] for text in entry["texts"]]
                other = next(category for category in CATEGORIES if category != entry["predicted"])
                place = len(own) % len(keys)
                person.review(place, other)
                own |= {key: other if i == place else entry["predicted"] for i, key in enumerate(keys)}
                person.submit()

    with ThreadPoolExecutor(3) as threads:
        people = [threads.submit(work_through, login) for login in ANNOTATORS[:3]]
        while not all(work.done() for work in people):
            stage.work()
            time.sleep(0.2)
    for work in people:
        work.result()
    stage.work()
    answered: dict[str, dict[TaskKey, str]] = {label.annotator: {} for label in stage.readings.labels}
    for label in stage.readings.labels:
        answered[label.annotator][label.document] = CATEGORIES[label.label]
    assert answered == said
    screens = [key for keys in stage.readings.screens.values() for key in keys]
    assert len(screens) == len(set(screens)) > 150
    assert stage.readings.problems == ()
