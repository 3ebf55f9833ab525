"""What the annotations in the store say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clime_core.data.language import Language, Word
from clime_core.evaluation.agreement import ShownWords
from ml_backend.label_studio.answers import document_result, word_result
from ml_backend.label_studio.readings import Readings, read_annotations
from ml_backend.label_studio.task_data import DocumentTask, ShownWord, WordTask, build_document_task, build_word_task
from ml_backend.store.annotations import AnnotationState, reconcile
from ml_backend.store.database import Store
from ml_backend.store.tables import ProjectRow, TaskRow
from tests.ml_backend.label_studio.stored_tasks import stored_tasks

KEYWORD, WORD = Word(Language.SOURCE, "ill"), Word(Language.TARGET, "enfermo")
DOCUMENT = build_document_task(DocumentTask(7, "hola"))
WORDS = build_word_task(WordTask(KEYWORD, (), (ShownWord(WORD.form),)))
HEALTH, OTHER = document_result("health"), document_result("other")
SIMILAR, NOTHING = word_result(WORDS, {WORD: True}, {}), word_result(WORDS, {}, {})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A project with a document task (1) and a word task (2)."""
    with stored_tasks(tmp_path, [DOCUMENT, WORDS]) as store:
        yield store


def said(number: int, task: int, result: list[Any], who: str = "ada", *, skipped: bool = False) -> AnnotationState:
    """An annotation of 20 seconds; its number is also its time."""
    return AnnotationState(number, task, who, result, skipped, 20.0, float(number), float(number))


def read(store: Store, *states: AnnotationState, overlap: int = 1, since: float = 0.0) -> Readings:
    """What is read when Label Studio has these annotations."""
    with store.session() as session:
        reconcile(session, 1, states)
    with store.reading() as session:
        projects = session.query(ProjectRow).all()
    return read_annotations(store, projects, ["other", "health"], overlap=overlap, since=since)


def test_labels_and_marks_are_read_with_their_time(store: Store) -> None:
    """One document and one keyword."""
    readings = read(store, said(1, 1, HEALTH), said(2, 2, SIMILAR))
    assert [(x.document, x.label, x.annotator) for x in readings.labels] == [(DOCUMENT["key"], 1, "ada")]
    assert [(m.keyword, m.word, m.similar) for m in readings.marks] == [(KEYWORD, WORD, True)]
    assert [v.seconds for v in readings.visits] == [20.0, 20.0]
    assert readings.open_ids == frozenset()


def test_a_second_submit_replaces_the_first_of_the_same_annotator(store: Store) -> None:
    """Also where it takes a mark back; the time of both was spent."""
    readings = read(store, said(1, 2, SIMILAR), said(2, 2, NOTHING), said(3, 1, HEALTH), said(4, 1, OTHER))
    assert readings.marks == ()
    assert [x.label for x in readings.labels] == [0]
    assert len(readings.visits) == 4


def test_a_later_skip_takes_the_label_back(store: Store) -> None:
    """The latest counts, whatever it is."""
    readings = read(store, said(1, 1, HEALTH), said(2, 1, [], skipped=True))
    assert readings.labels == ()
    assert 1 not in readings.open_ids


def test_overlap_counts_annotators_and_not_submits(store: Store) -> None:
    """A double submit leaves the task open for the second annotator."""
    once = read(store, said(1, 1, HEALTH), said(2, 1, HEALTH), overlap=2)
    assert 1 in once.open_ids
    both = read(store, said(1, 1, HEALTH), said(3, 1, OTHER, "ben"), overlap=2)
    assert 1 not in both.open_ids


def test_a_task_may_need_more_annotators_than_the_others(store: Store) -> None:
    """It is open until as many have done it; who did it is told, a skip too."""
    with store.session() as session:
        session.query(TaskRow).filter(TaskRow.task == 1).update({TaskRow.overlap: 3})
    two = said(1, 1, HEALTH), said(2, 1, [], "ben", skipped=True)
    readings = read(store, *two, overlap=2)
    assert readings.open_ids == {1, 2}
    assert readings.done_by == {1: {"ada", "ben"}}
    assert read(store, *two, said(3, 1, OTHER, "eve"), overlap=2).open_ids == {2}


def test_what_an_annotator_saw_is_told(store: Store) -> None:
    """All words that the task shows, marked or not; who skipped has judged none of them."""
    readings = read(store, said(1, 2, NOTHING), said(2, 2, [], "ben", skipped=True), overlap=2)
    assert readings.shown == (ShownWords("ada", KEYWORD, (WORD,)),)


def test_time_before_the_campaign_is_not_its_own(store: Store) -> None:
    """A team's earlier labels count, the hours they took do not."""
    earlier = said(1, 1, HEALTH), said(9, 2, SIMILAR)
    ours = read(store, *earlier, since=5.0)
    assert [v.at for v in ours.visits] == [1.0, 9.0]
    with store.session() as session:
        session.query(ProjectRow).update({ProjectRow.tag: {"from_name": "label"}})  # the team's own project
    readings = read(store, *earlier, since=5.0)
    assert [x.label for x in readings.labels] == [1]
    assert [v.at for v in readings.visits] == [9.0]


def test_a_deleted_annotation_leaves_its_time(store: Store) -> None:
    """The label goes, the task is open again, the seconds stay."""
    read(store, said(1, 1, HEALTH))
    readings = read(store)
    assert readings.labels == ()
    assert 1 in readings.open_ids
    assert [v.seconds for v in readings.visits] == [20.0]


def test_a_task_that_was_deleted_waits_for_nobody(store: Store) -> None:
    """It is neither open nor lost: what was said about it counts."""
    with store.session() as session:
        session.query(TaskRow).update({TaskRow.gone: True})
    readings = read(store, said(1, 1, HEALTH))
    assert readings.open_ids == frozenset()
    assert len(readings.labels) == 1


def test_what_cannot_be_read_is_told(store: Store) -> None:
    """Unknown tasks and categories are problems, not silence."""
    readings = read(store, said(1, 99, HEALTH), said(2, 1, document_result("sport")))
    assert any("its task 99 is not one of ours" in problem for problem in readings.problems)
    assert any("no category 'sport'" in problem for problem in readings.problems)
