"""From end to end, in headless Chromium: an annotator works, the backend ranks, the campaign page tells."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from selenium.webdriver.common.by import By

from clime_core.data.language import Language, Word
from ml_backend.campaign_data import campaign_data_of
from tests.live.browser import Annotator
from tests.live.conftest import MakeStage
from tests.live.stage import Stage, shown

pytestmark = pytest.mark.browser

CNN = {"round": {"runs": 1}, "round.classifier": {"kind": "cnn", "epochs": 5, "filters": 20}}


def test_an_annotator_works_through_a_mixed_queue(make_stage: MakeStage, person: Annotator) -> None:
    """A word task and a document task are done as people do them; each next task is the one ranked first."""
    stage = make_stage(CNN)
    stage.up()
    person.open_queue(stage.project_row().project)
    assert person.task_id == stage.order()[0]
    todo: dict[str, Callable[[Stage, Annotator], None]] = {"word": _judge_words, "document": _label_document}
    for _ in range(6):
        do = todo.pop(person.kind, None)
        if do is not None:
            do(stage, person)
        elif person.kind == "word":
            person.mark_neighbor("src", 0, "similar")
        else:
            person.label_document("other")
        expected = next(task for task in stage.order() if task != person.task_id)
        person.submit()
        assert person.task_id == expected
        assert stage.work() == 1
        if not todo:
            break
    assert todo == {}
    _check_what_was_read(stage)
    _open_page(stage, person)


def _judge_words(stage: Stage, annotator: Annotator) -> None:
    """Mark the first neighbours, and type a word that no column shows."""
    data = next(task.data for task in stage.tasks if task.task == annotator.task_id)
    assert annotator.keyword == data["word"][0]["keyword"]
    for side in Language:
        assert annotator.neighbors(side) == [word.form for word in shown(data) if word.language is side]
    annotator.mark_neighbor("src", 0, "similar")
    annotator.mark_neighbor("tgt", 1, "dissimilar")
    assert annotator.marked("src", 0) == "similar"
    annotator.type_word("tgt", "similar", _new_word(stage, data).form)


def _new_word(stage: Stage, data: Mapping[str, Any]) -> Word:
    """A target word that the task does not show."""
    vocabulary = campaign_data_of(stage.installation, stage.campaign, stage.projects).embeddings.target.words
    words = (Word(Language.TARGET, form) for form in vocabulary if form.isalpha())
    return next(word for word in words if word not in shown(data))


def _label_document(_stage: Stage, annotator: Annotator) -> None:
    """Choose a category."""
    annotator.label_document("health")


def _check_what_was_read(stage: Stage) -> None:
    """The marks, the word that was typed, the label, and the seconds that the browser measured."""
    readings = stage.readings
    words = next(task for task in stage.tasks if task.activity == "words" and task.id not in readings.open_ids)
    keyword = words.data["word"][0]["keyword"]
    said = {mark.word: mark for mark in readings.marks if mark.keyword.form == keyword}
    neighbors = shown(words.data)
    source = [word for word in neighbors if word.language is Language.SOURCE]
    target = [word for word in neighbors if word.language is Language.TARGET]
    assert {word: (mark.similar, mark.added) for word, mark in said.items()} == {
        source[0]: (True, False),
        target[1]: (False, False),
        _new_word(stage, words.data): (True, True),
    }
    assert 1 in [label.label for label in readings.labels]
    assert all(visit.seconds is not None and 0 < visit.seconds < 600 for visit in readings.visits)


def _open_page(stage: Stage, annotator: Annotator) -> None:
    """The campaign page, opened with the credentials in the address, tells the live model version."""
    own = stage.installation.keyring.credentials(stage.name)
    address = stage.installation.settings.address.replace("://", f"://{own.user}:{own.password}@")
    annotator.driver.get(f"{address}/campaigns/{stage.name}")
    annotator.wait_for(f"Model version {stage.live} is live")
    assert stage.live == 1 + len(stage.readings.visits)
    link = annotator.driver.find_element(By.CSS_SELECTOR, "a.button").get_attribute("href")
    assert link == f"{stage.label_studio.url}/projects/{stage.project_row().project}/data"


def test_the_stream_ends_on_the_screen(make_stage: MakeStage, person: Annotator) -> None:
    """When the budget is spent, Label Studio says that there is nothing more; then so does the campaign page."""
    stage = make_stage({"work": {"budget_minutes": 0.001, "share_documents": 1.0}})
    stage.up()
    person.open_queue(stage.project_row().project)
    while not person.exhausted:
        person.label_document("other")
        person.submit()
        stage.work()
    assert stage.status()["state"]["spent"] is True
    assert len(stage.readings.visits) == len(stage.tasks)
    assert "The time is used up" in stage.get(f"/campaigns/{stage.name}").text
