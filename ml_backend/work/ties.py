"""Ties: tasks whose annotators cancel each other out, and asking one more annotator about them.

A tied vote gives no label and no mark, so all visits to the task were for nothing, and one visit more saves them. A
fresh task needs `overlap` visits. So a document is asked again as soon as its vote is tied, and a word task where its
tied pairs, won by one visit, are more than what a fresh one such as this gives a visit: `overlap * tied > settled`.
Each task is asked again once, and comes before fresh ones of its activity.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clime_core.data.documents import DocumentId
from clime_core.data.labels import DocumentLabel, resolve_labels
from clime_core.data.marks import Conflict, Mark, resolve
from clime_core.policy.activity import Activity
from ml_backend.exchange.campaign import WorkPart
from ml_backend.exchange.readings import Readings
from ml_backend.exchange.reopen import reopen
from ml_backend.exchange.tasks import document_key, word_key
from ml_backend.ground.label_studio import Server
from ml_backend.ground.store.database import Store
from ml_backend.ground.store.tables import DecisionRow, ProjectRow, TaskRow


@dataclass(frozen=True)
class Tie:
    """A task that is done and not settled, what is tied in it, and how many annotators did it."""

    task: TaskRow
    tied: int
    annotators: int

    @property
    def reason(self) -> str:
        """Why it is asked again."""
        words = f" over {self.tied} of its words" if self.task.activity == Activity.WORDS else ""
        return f"a tie of {self.annotators} annotators{words}: one more is asked"


def tied_documents(labels: Iterable[DocumentLabel]) -> list[DocumentId]:
    """The documents whose vote gives no label."""
    resolved = resolve_labels(labels)
    return [conflict.document for conflict in resolved.conflicts if conflict.document not in resolved.labels]


def tied_pairs(marks: Iterable[Mark]) -> list[Conflict]:
    """The pairs of keyword and word whose vote gives no mark."""
    return [c for c in resolve(marks).conflicts if len(c.similar_by) == len(c.dissimilar_by)]


def find_ties(readings: Readings, overlap: int) -> list[Tie]:
    """The tasks to ask one more annotator about, in the order in which they were handed out.

    The readings name documents by their ids. A task that was asked again is no tie any more, whatever came of it.
    """
    tied = Counter(document_key(document) for document in tied_documents(readings.labels))
    pairs = Counter(word_key(conflict.keyword) for conflict in tied_pairs(readings.marks))
    settled = Counter(word_key(constraint.keyword) for constraint in resolve(readings.marks).constraints)
    tied.update({key: number for key, number in pairs.items() if overlap * number > settled[key]})
    return [
        Tie(task, tied[task.key], len(readings.done_by[task.id]))
        for task in readings.tasks
        if task.key in tied and not (task.gone or task.id in readings.open_tasks or task.reopened)
    ]


def release_ties(
    server: Server,
    store: Store,
    campaign_id: int,
    projects: Sequence[ProjectRow],
    readings: Readings,
    work: WorkPart,
    expected: Mapping[Activity, float],
) -> int:
    """Ask one more annotator about tied tasks, where the campaign wants it and has one; how many tasks.

    At most `lot` tasks an annotator are out so at a time. `expected`: seconds that one takes.
    """
    if not work.break_ties:
        return 0
    out = sum(task.reopened for task in readings.tasks if task.id in readings.open_tasks)
    room = max(0, work.lot * work.annotators - out)
    ties = [tie for tie in find_ties(readings, work.overlap) if tie.annotators < work.annotators][:room]
    for project in projects:
        mine = [tie for tie in ties if tie.task.project_id == project.id]
        if mine:
            decisions = [_decision(campaign_id, tie, expected) for tie in mine]
            reopen(server, store, project, {tie.task: tie.annotators + 1 for tie in mine}, decisions)
    return len(ties)


def _decision(campaign_id: int, tie: Tie, expected: Mapping[Activity, float]) -> DecisionRow:
    """What is logged. It has no state to be replayed from: no policy made it."""
    return DecisionRow(
        campaign_id=campaign_id,
        activity=tie.task.activity,
        key=tie.task.key,
        reason=tie.reason,
        expected_seconds=expected[Activity(tie.task.activity)],
    )
