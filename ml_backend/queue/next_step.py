"""What one annotator should do next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.decision import Decision
from ml_backend.campaign_file import Campaign
from ml_backend.label_studio.readings import Readings
from ml_backend.store.tables import ProjectRow, Role

Due = Callable[[Mapping[Activity, int]], Decision]
"""What the policy decides while so many tasks of each activity are there."""

PAUSED = "annotating is paused"


@dataclass(frozen=True)
class NextStep:
    """The activity that is due to an annotator, why, and where; None where there is nothing to do for them.

    `waiting` are the open tasks that this annotator has not done. `tied` are those of them on which the others cancel
    each other out.
    """

    annotator: str
    activity: Activity | None
    reason: str
    url: str | None
    waiting: Mapping[Activity, int]
    tied: Mapping[Activity, int]


def next_step(
    annotator: str,
    readings: Readings,
    campaign: Campaign,
    projects: Sequence[ProjectRow],
    due: Due,
    left: float,
    *,
    paused: bool = False,
) -> NextStep:
    """What the annotator should do next, with `left` seconds to go; nothing while annotating is paused.

    A task that they did or skipped is none of theirs, though it may be open to others. Tied tasks go first: few can do
    them.
    """
    own = [task for task in readings.open_tasks if annotator not in readings.done_by.get(task.id, ())]
    waiting = {a: sum(task.activity == a for task in own) for a in Activity}
    tied = {a: sum(task.activity == a and task.reopened for task in own) for a in Activity}
    activity, reason = (None, PAUSED) if paused else _chosen(waiting, tied, due, left, others=len(readings.open_tasks))
    role = Role.MIXED if campaign.work.setup == "mixed" else activity
    project = next((p for p in projects if activity is not None and p.role == role), None)
    url = campaign.label_studio.link(project.project) if project else None
    return NextStep(annotator, activity, reason, url, waiting, tied)


def _chosen(
    waiting: Mapping[Activity, int], tied: Mapping[Activity, int], due: Due, left: float, others: int
) -> tuple[Activity | None, str]:
    """The activity and the reason; `others` counts the tasks open to anybody."""
    if left <= 0:
        return None, "the time is used up"
    if not any(waiting.values()) and others:
        return None, f"what is out ({others}) waits for other annotators; new tasks come when it is done"
    first = due(tied).activity if any(tied.values()) else None
    if first is not None:
        return first, f"the others do not agree there ({tied[first]}): one more annotator decides"
    decision = due(waiting)
    return decision.activity, decision.reason
