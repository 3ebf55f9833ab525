"""Reading only what was not read before gives what reading everything gives."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clime_core.data.language import Language, Word
from ml_backend.label_studio.answers import document_result, word_result
from ml_backend.label_studio.readings import ReadingCache, Readings, read_annotations
from ml_backend.label_studio.task_data import DocumentTask, ShownWord, WordTask, build_document_task, build_word_task
from ml_backend.store.annotations import AnnotationState, reconcile
from ml_backend.store.database import Store
from ml_backend.store.tables import AnnotationRow, ProjectRow
from tests.ml_backend.label_studio.stored_tasks import stored_tasks

CATEGORIES = ["other", "health"]
WORD = Word(Language.TARGET, "enfermo")
TASKS = [
    build_document_task(DocumentTask(7, "hola")),
    build_document_task(DocumentTask(8, "adiós")),
    build_word_task(WordTask(Word(Language.SOURCE, "ill"), (), (ShownWord(WORD.form),))),
]
RESULTS: dict[int, list[list[Any]]] = {
    1: [document_result("health"), document_result("other"), document_result("no such category"), []],
    2: [document_result("health"), document_result("other")],
    3: [word_result(TASKS[2], {WORD: similar}, {}) for similar in (True, False)] + [[]],
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A project with two document tasks and a word task."""
    with stored_tasks(tmp_path, TASKS) as store:
        yield store


@st.composite
def looks(draw: st.DrawFn) -> list[AnnotationState]:
    """What Label Studio shows at one look: any annotations of three, with any of their results."""
    states = []
    for annotation in draw(st.sets(st.integers(1, 5))):
        task = 1 + annotation % 3
        result = draw(st.sampled_from(RESULTS[task]))
        skipped, updated = draw(st.booleans()), float(draw(st.integers(1, 9)))
        who = "ada" if annotation < 4 else "ben"
        states.append(AnnotationState(annotation, task, who, result, skipped, 20.0, 1.0, updated))
    return states


def read(store: Store, cache: ReadingCache | None, categories: list[str] = CATEGORIES) -> Readings:
    """Everything, with or without a cache."""
    with store.reading() as session:
        projects = session.query(ProjectRow).all()
    return read_annotations(store, projects, categories, overlap=2, cache=cache)


def plain(readings: Readings) -> tuple[object, ...]:
    """What can be compared."""
    read = (readings.labels, readings.marks, readings.visits, readings.problems, readings.shown)
    return (*read, readings.open_ids, readings.done_by, [task.key for task in readings.tasks])


@given(st.lists(looks(), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_cache_changes_nothing(store: Store, seen: list[list[AnnotationState]]) -> None:
    """Whatever is added, changed, skipped, deleted and brought back between the readings."""
    cache = ReadingCache()
    for states in seen:
        with store.session() as session:
            reconcile(session, 1, states)
        assert plain(read(store, cache)) == plain(read(store, None))


def test_what_was_read_is_not_read_again(store: Store) -> None:
    """A state that was read once is taken from the cache: here it is not even there any more."""
    cache = ReadingCache()
    with store.session() as session:
        reconcile(session, 1, [AnnotationState(1, 2, "ada", RESULTS[2][0], False, 20.0, 1.0, 1.0)])
    first = read(store, cache)
    with store.session() as session:
        session.query(AnnotationRow).one().result = document_result("other")
    assert read(store, cache).labels == first.labels
    assert read(store, None).labels != first.labels


def test_with_other_categories_the_cache_begins_anew(store: Store) -> None:
    """They give other labels of the same annotations."""
    cache = ReadingCache()
    with store.session() as session:
        reconcile(session, 1, [AnnotationState(1, 2, "ada", document_result("health"), False, 20.0, 1.0, 1.0)])
    assert [label.label for label in read(store, cache).labels] == [1]
    assert [label.label for label in read(store, cache, ["health", "other"]).labels] == [0]
