"""Logged decisions made again."""

from clime_core.errors import ClimeError
from clime_core.scheduling.replay import LoggedDecision
from ml_backend.store.tables import DecisionRow

SAME, DIFFERENT = "the same", "different"


def replayed(row: DecisionRow) -> str:
    """`the same`, `different: ...`, or why it cannot be made again."""
    logged = LoggedDecision(
        row.policy, row.state, row.seed, row.activity, row.reason, row.expected_seconds, row.probabilities
    )
    if not row.policy:
        return "not made by a policy, or logged before policies were"
    try:
        again = logged.replay()
    except ClimeError as error:
        return str(error)
    return SAME if logged.agrees(again) else f"{DIFFERENT}: {again.activity}, {again.reason}"
