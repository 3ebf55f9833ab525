"""A decision: the activity of the next task, and the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clime_core.scheduling.activity import Activity


@dataclass(frozen=True)
class Decision:
    """The next activity, the reason, and the expected seconds. `activity` is None when nothing is to be handed out.

    `probabilities`: of the activities that it was drawn from; a single one where nothing was left to chance.
    """

    activity: Activity | None
    reason: str
    expected_seconds: float = 0.0
    probabilities: Mapping[Activity, float] = field(default_factory=dict)
