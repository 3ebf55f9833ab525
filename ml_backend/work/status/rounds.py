"""What the rounds are doing and did."""

from typing import Any

from ml_backend.ground.store.tables import CampaignRow, RoundRow, RoundState

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
