"""Ties: tasks whose annotators cancel each other out, and asking one more annotator about them.

A tied vote gives no label and no mark, so all visits to the task were for nothing, and one visit more saves them. A
fresh task needs `overlap` visits. So a document is asked again as soon as its vote is tied; a word task is asked again
where that one visit decides more pairs than a visit to a fresh task would: `overlap * tied pairs > decided pairs`.
Each task is asked again once, and comes before fresh ones of its activity.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clime_core.data.labels import resolve_labels
from clime_core.data.marks import resolve
from clime_core.scheduling.activity import Activity
from ml_backend.campaign_file import WorkPart
from ml_backend.label_studio.projects import LinkedProject
from ml_backend.label_studio.readings import Readings
from ml_backend.label_studio.task_data import word_key
from ml_backend.queue.publish import reopen
from ml_backend.store.tables import DecisionRow, TaskRow


@dataclass(frozen=True)
class Tie:
    """A task that is done and undecided, how much in it is tied, and how many annotators did it."""

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

    A task that was asked again is no tie any more, whatever came of it.
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
    """Ask one more annotator about tied tasks, where the campaign wants it and has one; how many tasks.

    At most `lot` tasks an annotator are out so at a time. `expected`: seconds that one takes.
    """
    if not work.break_ties:
        return 0
    out = sum(task.reopened for task in readings.open_tasks)
    room = max(0, work.lot * work.annotators - out)
    ties = [tie for tie in find_ties(readings, work.overlap) if tie.annotators < work.annotators][:room]
    for project in projects:
        own = [tie for tie in ties if tie.task.project_id == project.row.id]
        if own:
            decisions = [_decision(project.row.campaign_id, tie, expected) for tie in own]
            reopen(project, {tie.task: tie.annotators + 1 for tie in own}, decisions)
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
