"""Ties: tasks whose votes are equal, and asking one more annotator about them.

A tied vote gives no label and no mark, so the visits to the task brought nothing; one more visit decides it. A new task
needs `overlap` visits. So a document is asked again as soon as its vote is tied. A word task is asked again where one
more visit decides more pairs than a visit to a new task would: `overlap * tied pairs > decided pairs`. Each task is
asked again once, before new ones of its activity.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clime_core.data.labels import resolve_labels
from clime_core.data.marks import resolve
from clime_core.scheduling.activity import Activity
from ml_backend.campaign_tables import WorkPart
from ml_backend.label_studio.projects import LinkedProject
from ml_backend.label_studio.readings import Readings
from ml_backend.label_studio.task_data import word_key
from ml_backend.queue.publish import reopen
from ml_backend.store.tables import DecisionRow, TaskRow


@dataclass(frozen=True)
class Tie:
    """A task that is done and undecided: how many of its votes are tied, and how many annotators did it."""

    task: TaskRow
    tied: int
    annotators: int

    @property
    def reason(self) -> str:
        """Why it is asked again."""
        words = f" over {self.tied} of its words" if self.task.activity == Activity.WORDS else ""
        return f"a tie of {self.annotators} annotators{words}: one more is asked"


def find_ties(readings: Readings, overlap: int) -> list[Tie]:
    """The tasks to ask one more annotator about, in the order in which they were handed out.

    A task that was asked again does not count as a tie any more, whatever the answer was.
    """
    tied: Counter[str] = Counter(resolve_labels(readings.labels).ties)
    words = resolve(readings.marks)
    pairs = Counter(word_key(conflict.keyword) for conflict in words.conflicts if conflict.is_tie)
    decided = Counter(word_key(constraint.keyword) for constraint in words.constraints)
    tied.update({key: number for key, number in pairs.items() if overlap * number > decided[key]})
    return [
        Tie(task, tied[task.key], len(readings.done_by[task.id]))
        for task in readings.tasks
        if task.key in tied and not (task.gone or task.id in readings.open_ids or task.reopened)
    ]


def ask_again(
    projects: Sequence[LinkedProject], readings: Readings, work: WorkPart, expected: Mapping[Activity, float]
) -> int:
    """Ask one more annotator about tied tasks, if the campaign wants it and has one. Returns how many tasks.

    At most `lot` such tasks for each annotator are open at once. `expected`: seconds that a task takes, by activity.
    """
    if not work.break_ties:
        return 0
    reopened = sum(task.reopened for task in readings.open_tasks)
    free = max(0, work.lot * work.annotators - reopened)
    ties = [tie for tie in find_ties(readings, work.overlap) if tie.annotators < work.annotators][:free]
    for project in projects:
        in_project = [tie for tie in ties if tie.task.project_id == project.row.id]
        if in_project:
            decisions = [_decision(project.row.campaign_id, tie, expected) for tie in in_project]
            reopen(project, {tie.task: tie.annotators + 1 for tie in in_project}, decisions)
    return len(ties)


def _decision(campaign_id: int, tie: Tie, expected: Mapping[Activity, float]) -> DecisionRow:
    """The decision for the log. No policy made it, so it has no state to be replayed from."""
    return DecisionRow(
        campaign_id=campaign_id,
        activity=tie.task.activity,
        key=tie.task.key,
        reason=tie.reason,
        expected_seconds=expected[Activity(tie.task.activity)],
    )
