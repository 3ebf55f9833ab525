"""All that the lead's page shows."""

from datetime import UTC, datetime
from typing import Any

from ml_backend.ground.store.decisions import recent_decisions
from ml_backend.ground.store.rounds import recent_rounds
from ml_backend.ground.store.tables import CampaignRow, DecisionRow
from ml_backend.work.status.current import standing_of
from ml_backend.work.status.facts import campaign_facts
from ml_backend.work.status.rounds import round_facts, state_facts
from ml_backend.work.workshop import Workshop


def campaign_status(
    workshop: Workshop, row: CampaignRow, most_rounds: int = 20, patience: float | None = None
) -> dict[str, Any]:
    """Times in seconds since the epoch, durations in seconds, shares in [0, 1]; docs/operating.md has all fields.

    `patience` as for `standing_of`.
    """
    standing = standing_of(workshop, row, patience)
    with workshop.store.reading() as session:
        rounds = recent_rounds(session, row.id, most_rounds)
        decisions = recent_decisions(session, row.id, 10)
    return {
        "name": row.name,
        **campaign_facts(standing),
        "state": state_facts(row, rounds, spent=standing.schedule.spent),
        "rounds": [round_facts(item) for item in rounds],
        "decisions": [_decision(item) for item in decisions],
        "now": datetime.now(UTC).timestamp(),
    }


def _decision(row: DecisionRow) -> dict[str, Any]:
    return {
        "at": row.decided_at,
        "task": row.key,
        "activity": row.activity,
        "reason": row.reason,
        "expected_seconds": row.expected_seconds,
        "policy": row.policy.get("name"),
        "probabilities": row.probabilities,
    }
