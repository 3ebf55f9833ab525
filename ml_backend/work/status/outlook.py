"""What the time left is enough for, and whether it may be time to stop."""

from dataclasses import asdict
from typing import Any

from clime_core.policy.activity import Activity
from clime_core.policy.stopping import advice
from ml_backend.work.schedule import LOOKED_AHEAD
from ml_backend.work.status.standing import Standing
from ml_backend.work.stretches import stretches_of


def forecast_facts(standing: Standing) -> dict[str, Any] | None:
    """The forecast and its sentence; None where the time is up, and before the first model version.

    Every round finds new keywords, so that those prepared by now say nothing about how many there will be.
    """
    schedule, rankings = standing.schedule, standing.rankings
    if schedule.spent or not standing.versions:
        return None
    prepared = {Activity.DOCUMENTS: len(rankings.documents), Activity.WORDS: LOOKED_AHEAD if rankings.keywords else 0}
    found = schedule.forecast({a: prepared[a] + standing.waiting[a] for a in Activity})
    return {**asdict(found), "text": str(found)}


def advice_facts(standing: Standing) -> list[dict[str, Any]]:
    """Reasons to stop and whether they hold; nobody is stopped by them."""
    schedule, stretches = standing.schedule, stretches_of(standing.versions)
    found = advice(
        schedule.ledger.spent(),
        schedule.budget.seconds,
        [stretch.stability for stretch in stretches],
        [stretch.gain for stretch in stretches],
    )
    return [asdict(one) for one in found]
