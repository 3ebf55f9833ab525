"""Which tasks are asked again."""

from collections.abc import Iterable, Mapping

from clime_core.data.labels import DocumentLabel
from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark
from clime_core.scheduling.activity import Activity
from ml_backend.label_studio.readings import Readings
from ml_backend.label_studio.sync import sync_project
from ml_backend.label_studio.task_data import document_key, word_key
from ml_backend.queue.ties import ask_again, find_ties
from ml_backend.store.tables import DecisionRow, TaskRow
from tests.ml_backend.label_studio.paper_campaign import PaperCampaign

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


def test_a_word_task_that_is_as_good_as_a_fresh_one_is_not_asked_again() -> None:
    """One visit would settle one tied pair, half a fresh task settles one of two: the fresh one teaches more words."""
    even = marked({"ada": (True, True, True), "ben": (False, True, True)})
    assert find_ties(read([KEYWORD], marks=even), overlap=2) == []
    assert len(find_ties(read([KEYWORD], marks=even), overlap=3)) == 1


def test_ties_are_asked_again_in_label_studio(stage: PaperCampaign) -> None:
    """One annotator more than have done it, at most `lot` an annotator at once, with what was expected of it."""
    stage.change(overlap=2, annotators=3, share_documents=1.0, break_ties=True)
    stage.round()
    for task in stage.tasks[:2]:
        stage.answer(task, "ada", label="health")
        stage.answer(task, "ben", label="other")
    sync_project(stage.project())
    expected = {Activity.DOCUMENTS: 44.0, Activity.WORDS: 22.0}
    work, readings, before = stage.campaign.work, stage.readings, len(stage.stored(DecisionRow))
    assert ask_again(stage.projects, readings, work.model_copy(update={"break_ties": False}), expected) == 0
    assert ask_again(stage.projects, readings, work.model_copy(update={"annotators": 2}), expected) == 0
    assert len(stage.stored(DecisionRow)) == before
    assert ask_again(stage.projects, readings, work, expected) == 2
    first, second = stage.tasks[:2]
    assert (first.overlap, second.overlap) == (3, 3)
    assert first.task is not None
    assert stage.server.tasks_there[first.task].overlap == 3
    decisions = stage.stored(DecisionRow)[before:]
    assert [(d.campaign_id, d.key, d.activity, d.expected_seconds) for d in decisions] == [
        (stage.row.id, task.key, "documents", 44.0) for task in (first, second)
    ]
    assert decisions[0].reason == "a tie of 2 annotators: one more is asked"


def test_few_ties_are_out_at_a_time(stage: PaperCampaign) -> None:
    """What is out already leaves so much less room; the first handed out come first."""
    stage.change(overlap=2, annotators=3, share_documents=1.0, break_ties=True)
    stage.round()
    for task in stage.tasks[:3]:
        stage.answer(task, "ada", label="health")
        stage.answer(task, "ben", label="other")
    sync_project(stage.project())
    work = stage.campaign.work.model_copy(update={"lot": 1, "annotators": 3})
    with stage.installation.store.session() as session:
        for task in stage.tasks[-2:]:
            session.get_one(TaskRow, task.id).overlap = 3
    expected = {Activity.DOCUMENTS: 44.0, Activity.WORDS: 22.0}
    assert ask_again(stage.projects, stage.readings, work, expected) == 1
    assert [task.key for task in stage.tasks[:3] if task.reopened] == [stage.tasks[0].key]
    assert ask_again(stage.projects, stage.readings, work, expected) == 0
