"""The next step of one annotator: which activity, where, and why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.decision import Decision
from ml_backend.campaign_file import Campaign
from ml_backend.label_studio.readings import Readings
from ml_backend.store.tables import ProjectRow, Role

Due = Callable[[Mapping[Activity, int]], Decision]
"""The policy's decision while so many tasks of each activity are open."""

PAUSED = "annotating is paused"


@dataclass(frozen=True)
class NextStep:
    """The activity that an annotator should do now, why, and where; None where they have nothing to do.

    `waiting` counts the open tasks that this annotator has not done, `tied` those of them whose votes are tied.
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
    """The annotator's next step, with `left` seconds of their time left; none while annotating is paused.

    Tasks that they did or skipped do not count, though they may be open to other annotators. Tied tasks come first,
    because few annotators can do them.
    """
    todo = [task for task in readings.open_tasks if annotator not in readings.done_by.get(task.id, ())]
    waiting = {a: sum(task.activity == a for task in todo) for a in Activity}
    tied = {a: sum(task.activity == a and task.reopened for task in todo) for a in Activity}
    open_tasks = len(readings.open_tasks)
    activity, reason = (None, PAUSED) if paused else _choose(waiting, tied, due, left, open_tasks)
    role = Role.MIXED if campaign.work.setup == "mixed" else activity
    project = next((p for p in projects if activity is not None and p.role == role), None)
    url = campaign.label_studio.link(project.project) if project else None
    return NextStep(annotator, activity, reason, url, waiting, tied)


def _choose(
    waiting: Mapping[Activity, int], tied: Mapping[Activity, int], due: Due, left: float, open_tasks: int
) -> tuple[Activity | None, str]:
    """The activity and the reason. `open_tasks` counts the tasks that are open to anybody."""
    if left <= 0:
        return None, "the time is used up"
    if not any(waiting.values()) and open_tasks:
        return None, f"the open tasks ({open_tasks}) wait for other annotators; new tasks come when they are done"
    first = due(tied).activity if any(tied.values()) else None
    if first is not None:
        return first, f"votes are tied there ({tied[first]}): one more annotator decides"
    decision = due(waiting)
    return decision.activity, decision.reason
