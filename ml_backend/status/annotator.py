"""All that one annotator's page shows."""

from typing import Any

from ml_backend.installation import Installation
from ml_backend.status.campaign import state_facts
from ml_backend.status.current import snapshot_of
from ml_backend.status.facts import next_facts
from ml_backend.status.minutes import annotator_minutes
from ml_backend.status.snapshot import CampaignSnapshot
from ml_backend.store.rounds import recent_rounds
from ml_backend.store.tables import CampaignRow


def annotator_status(
    installation: Installation, row: CampaignRow, annotator: str, timeout: float | None = None
) -> dict[str, Any]:
    """What they should do now, what they did, the minutes left to them and to the campaign, in seconds."""
    snapshot = snapshot_of(installation, row, timeout)
    with installation.store.reading() as session:
        rounds = recent_rounds(session, row.id, 5)
    campaign, schedule = snapshot.campaign, snapshot.schedule
    left = schedule.budget.left(schedule.ledger)
    return {
        "name": row.name,
        "annotator": annotator,
        "languages": [campaign.languages.source.name, campaign.languages.target.name],
        "question": campaign.task.question,
        "state": state_facts(row, rounds, spent=schedule.spent),
        "next": next_facts(snapshot, annotator),
        "own": annotator_minutes(snapshot, annotator),
        "campaign": {"budget": schedule.budget.seconds, "spent": schedule.ledger.spent(), "left": left},
        "annotators": known_annotators(snapshot),
        "gained": _gained(snapshot),
    }


def _gained(snapshot: CampaignSnapshot) -> list[float] | None:
    """The accuracy of the first version that was measured, and of the live one; None where that is not known."""
    measured = [v for v in snapshot.versions if v.metrics.get("accuracy") is not None]
    live = [v for v in measured if v.number == snapshot.row.live_version]
    return [measured[0].metrics["accuracy"], live[0].metrics["accuracy"]] if live and live != measured[:1] else None


def annotators_of(installation: Installation, row: CampaignRow, timeout: float | None = None) -> list[str]:
    """Everybody who has annotated or was given minutes, by name."""
    return known_annotators(snapshot_of(installation, row, timeout))


def known_annotators(snapshot: CampaignSnapshot) -> list[str]:
    """The names that there are pages for."""
    return sorted({*snapshot.ledger.annotators, *snapshot.campaign.work.minutes_of})
