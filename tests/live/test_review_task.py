"""A review screen in headless Chromium: answered by click and by key, submitted, read back, changed, read again."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from clime_core.data.language import Language, Word
from clime_core.errors import ExchangeError
from label_config import UNSURE_CHOICE, LabelConfigSettings, render
from ml_backend.label_studio.client import Server
from ml_backend.label_studio.local_server import LocalLabelStudio
from ml_backend.label_studio.review_task import ReviewTask, ReviewText, build_review_task, read_review
from ml_backend.label_studio.task_data import (
    DocumentTask,
    ShownWord,
    WordTask,
    build_document_task,
    build_word_task,
    read_document,
    read_words,
)
from tests.live.browser import Annotator

pytestmark = pytest.mark.browser

CATEGORIES = ("other", "health", "sport")
SETTINGS = LabelConfigSettings("English", "Spanish", CATEGORIES)
LONG = "El hospital del valle " + " ".join(f"palabra{n}" for n in range(80))
TEXTS = (
    ReviewText(11, "Una clínica abre."),
    ReviewText(12, LONG),
    ReviewText(13, "El partido terminó $tarde."),
    ReviewText(14, "Vacunas para <todos>."),
    ReviewText(15, "Nada."),
)
REVIEW = build_review_task(ReviewTask(1, TEXTS), CATEGORIES)
DOCUMENT = build_document_task(DocumentTask(7, "El terremoto."))
WORDS = build_word_task(WordTask(Word(Language.SOURCE, "quake"), (ShownWord("shock"),), (ShownWord("sismo"),)))


@pytest.fixture
def server(label_studio: LocalLabelStudio) -> Iterator[Server]:
    """Label Studio as the backend sees it."""
    made = Server(label_studio.url, label_studio.token)
    yield made
    made.close()


def project_with(server: Server, config: str, *tasks: Mapping[str, Any]) -> tuple[int, list[int]]:
    """A project with these tasks: its number and theirs."""
    project = server.create_project("review screens", "review screens", config).id
    return project, server.import_tasks(project, [{"data": dict(task)} for task in tasks])


def result_of(server: Server, project: int, task: int) -> list[dict[str, Any]]:
    """The result of the one annotation of a task."""
    (annotation,) = (found for found in server.annotations(project) if found.task == task)
    return annotation.result


def answers(server: Server, project: int, task: int) -> list[tuple[str, int | None, str]]:
    """The one annotation of the screen, read back: document, label and what was done, text by text."""
    reading = read_review(REVIEW, result_of(server, project, task), CATEGORIES)
    assert reading.problems == ()
    return [(answer.document, answer.label, answer.how) for answer in reading.answers]


def test_a_screen_is_reviewed_by_click_and_by_key_and_changed(server: Server, person: Annotator) -> None:
    """Every answer belongs to the text that stood there; what was left is accepted as predicted."""
    project, (task, *_) = project_with(server, render("mixed", SETTINGS), REVIEW, DOCUMENT, WORDS)
    person.open_task(project, task)
    assert person.kind == "review"
    assert "Predicted: health" in person.text
    assert person.excerpts == [text["text"] for text in REVIEW["review"][0]["texts"]]
    person.review(2, "sport")
    for key, shift in (("1", False), ("4", True), ("t", False)):
        person.press_key(key, shift=shift)
    assert person.reviewed() == ["other", None, "sport", UNSURE_CHOICE, "health"]
    person.submit()
    assert answers(server, project, task) == [
        ("d:11", 0, "changed"),
        ("d:12", 1, "left"),
        ("d:13", 2, "changed"),
        ("d:14", None, "unsure"),
        ("d:15", 1, "confirmed"),
    ]
    person.press_key("a")
    person.press_key("d")
    person.review(1, UNSURE_CHOICE)
    assert person.reviewed() == ["sport", UNSURE_CHOICE, None, UNSURE_CHOICE, "health"]
    person.update()
    assert answers(server, project, task) == [
        ("d:11", 2, "changed"),
        ("d:12", None, "unsure"),
        ("d:13", 1, "left"),
        ("d:14", None, "unsure"),
        ("d:15", 1, "confirmed"),
    ]


def test_a_screen_may_be_submitted_as_it_is(server: Server, person: Annotator) -> None:
    """Without any choice every text is accepted; the rest of a long text opens with one click."""
    project, (task,) = project_with(server, render("review", SETTINGS), REVIEW)
    person.open_task(project, task)
    assert person.open_rest(0) == REVIEW["review"][0]["texts"][1]["rest"]
    person.submit()
    assert result_of(server, project, task) == []
    assert {how for _, _, how in answers(server, project, task)} == {"left"}


def test_documents_and_words_are_as_before_beside_screens(server: Server, person: Annotator) -> None:
    """Nothing of a screen is on theirs, and their keys are their own."""
    project, (_, document, words) = project_with(server, render("mixed", SETTINGS), REVIEW, DOCUMENT, WORDS)
    do_document_and_words(server, person, project, document, words)


def test_projects_and_tasks_from_before_screens_go_on(server: Server, person: Annotator) -> None:
    """New tasks under an old config, and old tasks under a new config; only the import of old tasks is refused."""
    new = render("mixed", SETTINGS)
    old_config = new[: new.index('<Repeater on="$review"')] + "</View>"
    old_tasks = [{key: value for key, value in task.items() if key != "review"} for task in (DOCUMENT, WORDS)]
    project, (document, words, *old) = project_with(server, old_config, DOCUMENT, WORDS, *old_tasks)
    do_document_and_words(server, person, project, document, words)
    server.change_project(project, label_config=new)
    do_document_and_words(server, person, project, *old)
    with pytest.raises(ExchangeError, match="review"):
        server.import_tasks(project, [{"data": task} for task in old_tasks])


def do_document_and_words(server: Server, person: Annotator, project: int, document: int, words: int) -> None:
    """Label the document by key, mark a neighbour, and check what comes back."""
    person.open_task(project, document)
    assert person.kind == "document"
    person.press_key("3")
    person.submit()
    assert read_document(DOCUMENT, result_of(server, project, document), CATEGORIES).label == 2
    person.open_task(project, words)
    assert person.kind == "word"
    person.mark_neighbor("tgt", 0, "similar")
    person.submit()
    (mark,) = read_words(WORDS, result_of(server, project, words), "somebody", 0.0).marks
    assert (mark.word.form, mark.similar) == ("sismo", True)
