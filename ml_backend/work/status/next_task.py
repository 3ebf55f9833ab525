"""What to do now."""

from typing import Any

from ml_backend.work.next_step import next_step
from ml_backend.work.status.standing import Standing

SOMEBODY_NEW = ""
"""The annotator who has done nothing yet."""


def next_facts(standing: Standing, annotator: str = SOMEBODY_NEW) -> dict[str, Any]:
    """What the annotator should do now, and where; no activity and no url where there is nothing to do for them."""
    schedule = standing.schedule
    left = schedule.budget.left_of(schedule.ledger, annotator)
    step = next_step(
        annotator, standing.readings, standing.campaign, standing.projects, schedule.next, left,
        paused=standing.row.annotating_paused,
    )  # fmt: skip
    return {
        "activity": step.activity,
        "reason": step.reason,
        "url": step.url,
        "waiting": dict(step.waiting),
        "tied": dict(step.tied),
    }
