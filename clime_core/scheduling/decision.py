"""A decision: which activity comes next, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clime_core.scheduling.activity import Activity


@dataclass(frozen=True)
class Decision:
    """The next activity, why, and how long it should take. `activity` is None when nothing is to be handed out.

    `probabilities` of the activities that it was drawn from; one where nothing was left to chance.
    """

    activity: Activity | None
    reason: str
    expected_seconds: float = 0.0
    probabilities: Mapping[Activity, float] = field(default_factory=dict)
