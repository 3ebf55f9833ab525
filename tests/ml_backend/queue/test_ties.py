"""Which tasks are asked again."""

from collections.abc import Iterable, Mapping

from clime_core.data.labels import DocumentLabel
from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark
from clime_core.scheduling.activity import Activity
from ml_backend.label_studio.readings import Readings
from ml_backend.label_studio.task_data import document_key, word_key
from ml_backend.queue.ties import find_ties
from ml_backend.store.tables import TaskRow

FLU = Word(Language.SOURCE, "flu")
WORDS = tuple(Word(Language.TARGET, form) for form in ("gripe", "fiebre", "coche", "casa"))


def document(number: int = 1, overlap: int | None = None, *, gone: bool = False) -> TaskRow:
    """A document's task, whose row has the document's number."""
    key = document_key(number)
    return TaskRow(id=number, key=key, activity=Activity.DOCUMENTS, task=number, overlap=overlap, gone=gone)


KEYWORD = TaskRow(id=9, key=word_key(FLU), activity=Activity.WORDS, task=9, gone=False)


def read(
    tasks: Iterable[TaskRow],
    labels: Mapping[str, int] = {},
    marks: Iterable[Mark] = (),
    open_tasks: frozenset[int] = frozenset(),
    skipped_by: frozenset[str] = frozenset(),
) -> Readings:
    """What was read where annotators gave those labels to document 1, and all of them did every task."""
    said = tuple(DocumentLabel(who, document_key(1), label) for who, label in labels.items())
    marked = tuple(marks)
    annotators = frozenset(labels) | {mark.annotator for mark in marked} | skipped_by
    rows = tuple(tasks)
    return Readings(said, marked, (), (), rows, open_tasks, {row.id: annotators for row in rows})


def marked(similar: Mapping[str, Iterable[bool | None]]) -> list[Mark]:
    """Marks of annotators on the words in turn, None for a word that was left alone."""
    return [
        Mark(who, FLU, word, mark)
        for who, marks in similar.items()
        for word, mark in zip(WORDS, marks, strict=False)
        if mark is not None
    ]


def test_a_tied_document_is_asked_again() -> None:
    """It says how many annotators have done it."""
    (tie,) = find_ties(read([document()], {"ada": 0, "ben": 1}), overlap=2)
    assert (tie.task.key, tie.annotators) == ("d:1", 2)
    assert "a tie of 2 annotators: one more is asked" in tie.reason


def test_a_skip_is_no_vote_but_the_annotator_was_asked() -> None:
    """Two votes and a skip: three annotators have done it."""
    (tie,) = find_ties(read([document()], {"ada": 0, "ben": 1}, skipped_by=frozenset({"eve"})), overlap=3)
    assert tie.annotators == 3


def test_what_is_settled_is_not_asked_again() -> None:
    """Agreement, and a majority."""
    assert find_ties(read([document()], {"ada": 1, "ben": 1}), overlap=2) == []
    assert find_ties(read([document()], {"ada": 1, "ben": 1, "eve": 0}), overlap=3) == []


def test_what_is_still_open_is_not_asked_again() -> None:
    """Those who are still to come may settle it; nor is what was deleted there."""
    labels = {"ada": 0, "ben": 1}
    assert find_ties(read([document()], labels, open_tasks=frozenset({1})), overlap=3) == []
    assert find_ties(read([document(gone=True)], labels), overlap=2) == []


def test_a_task_is_asked_again_once() -> None:
    """Three who say three things are not followed by a fourth."""
    assert find_ties(read([document(overlap=3)], {"ada": 0, "ben": 1, "eve": 2}), overlap=2) == []


def test_a_word_task_is_asked_again_where_that_is_worth_a_visit() -> None:
    """One more visit settles the tied pairs, half a fresh task settles half of its pairs."""
    worth = marked({"ada": (True, True, True), "ben": (True, False, False)})
    (tie,) = find_ties(read([KEYWORD], marks=worth), overlap=2)
    assert (tie.task.key, tie.tied) == ("w:src:flu", 2)
    assert "over 2 of its words" in tie.reason
    not_worth = marked({"ada": (True, True, True, None), "ben": (True, None, False, True)})
    assert find_ties(read([KEYWORD], marks=not_worth), overlap=2) == []


def test_left_alone_is_no_vote_against() -> None:
    """One marks and the other does not: the mark counts, nothing is tied."""
    assert find_ties(read([KEYWORD], marks=marked({"ada": (True,), "ben": (None, True)})), overlap=2) == []
