"""All that the lead's page shows."""

from datetime import UTC, datetime
from typing import Any

from ml_backend.installation import Installation
from ml_backend.status.current import snapshot_of
from ml_backend.status.facts import campaign_facts
from ml_backend.store.decisions import recent_decisions
from ml_backend.store.rounds import recent_rounds
from ml_backend.store.tables import CampaignRow, DecisionRow, RoundRow, RoundState


def campaign_status(
    installation: Installation, row: CampaignRow, most_rounds: int = 20, timeout: float | None = None
) -> dict[str, Any]:
    """Times in seconds since the epoch, durations in seconds, shares in [0, 1]; docs/operating.md has all fields.

    `timeout` as for `snapshot_of`.
    """
    snapshot = snapshot_of(installation, row, timeout)
    with installation.store.reading() as session:
        rounds = recent_rounds(session, row.id, most_rounds)
        decisions = recent_decisions(session, row.id, 10)
    return {
        "name": row.name,
        **campaign_facts(snapshot),
        "state": state_facts(row, rounds, spent=snapshot.schedule.spent),
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


SHOWN = ("id", "state", "reason", "step", "seconds", "error", "notes", "version", "queued_at", "started_at", "ended_at")


def state_facts(row: CampaignRow, rounds: list[RoundRow], *, spent: bool) -> dict[str, Any]:
    """What is live, under way, waiting or wrong; `rounds` newest first."""
    busy = next((r for r in rounds if r.state == RoundState.RUNNING), None)
    queued = next((r for r in rounds if r.state == RoundState.QUEUED), None)
    newest = next((r for r in rounds if r.state in (RoundState.DONE, RoundState.FAILED)), None)
    return {
        "live_version": row.live_version,
        "paused": row.paused,
        "annotating_paused": row.annotating_paused,
        "running": busy.step or "starting" if busy else None,
        "waiting": (queued.error or "queued") if queued else None,
        "again_at": queued.not_before if queued and queued.error else None,
        "failed": newest.error if newest and newest.state == RoundState.FAILED else None,
        "spent": spent,
    }


def round_facts(row: RoundRow) -> dict[str, Any]:
    """One round: seconds by step, and what a person should know of it."""
    return {key: getattr(row, key) for key in SHOWN}
