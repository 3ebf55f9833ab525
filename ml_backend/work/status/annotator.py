"""All that one annotator's page shows."""

from typing import Any

from ml_backend.ground.store.rounds import recent_rounds
from ml_backend.ground.store.tables import CampaignRow
from ml_backend.work.status.current import standing_of
from ml_backend.work.status.minutes import annotator_minutes
from ml_backend.work.status.next_task import next_facts
from ml_backend.work.status.rounds import state_facts
from ml_backend.work.status.standing import Standing
from ml_backend.work.workshop import Workshop


def annotator_status(
    workshop: Workshop, row: CampaignRow, annotator: str, patience: float | None = None
) -> dict[str, Any]:
    """What they should do now, what they did, the minutes left to them and to the campaign, in seconds."""
    standing = standing_of(workshop, row, patience)
    with workshop.store.reading() as session:
        rounds = recent_rounds(session, row.id, 5)
    campaign, schedule = standing.campaign, standing.schedule
    left = schedule.budget.left(schedule.ledger)
    return {
        "name": row.name,
        "annotator": annotator,
        "languages": [campaign.languages.source.name, campaign.languages.target.name],
        "question": campaign.task.question,
        "state": state_facts(row, rounds, spent=schedule.spent),
        "next": next_facts(standing, annotator),
        "own": annotator_minutes(standing, annotator),
        "campaign": {"budget": schedule.budget.seconds, "spent": schedule.ledger.spent(), "left": left},
        "annotators": known_annotators(standing),
        "gained": _gained(standing),
    }


def _gained(standing: Standing) -> list[float] | None:
    """The accuracy of the first version that was measured, and of the live one; None where that is not known."""
    measured = [v for v in standing.versions if v.metrics.get("accuracy") is not None]
    live = [v for v in measured if v.number == standing.row.live_version]
    return [measured[0].metrics["accuracy"], live[0].metrics["accuracy"]] if live and live != measured[:1] else None


def annotators_of(workshop: Workshop, row: CampaignRow, patience: float | None = None) -> list[str]:
    """Everybody who has annotated or was given minutes, by name."""
    return known_annotators(standing_of(workshop, row, patience))


def known_annotators(standing: Standing) -> list[str]:
    """The names that there are pages for."""
    return sorted({*standing.ledger.annotators, *standing.campaign.work.minutes_of})
