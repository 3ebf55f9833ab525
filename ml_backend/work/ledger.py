"""A campaign's time: what was spent and what may be."""

from collections.abc import Iterable

from clime_core.policy.budget import Budget
from clime_core.policy.ledger import Ledger, Visit
from ml_backend.exchange.campaign import Campaign
from ml_backend.exchange.readings import Readings
from ml_backend.ground.store.tables import CampaignRow
from ml_backend.work.workshop import budget_minutes


def campaign_ledger(campaign: Campaign, readings: Readings) -> Ledger:
    """The time spent in a campaign."""
    return ledger_of(campaign, readings.visits)


def ledger_of(campaign: Campaign, visits: Iterable[Visit]) -> Ledger:
    """The time spent in these visits, each as the campaign's rules count it."""
    return Ledger.of(visits, longest=campaign.work.longest_visit_seconds, clock=campaign.work.clock)


def campaign_budget(campaign: Campaign, row: CampaignRow) -> Budget:
    """The time that the campaign and its annotators may take: what its file says and what was added since."""
    each = campaign.work.annotator_minutes
    own = {
        name: annotator_minutes(campaign, row, name)
        for name in sorted({*campaign.work.minutes_of, *row.extended_annotators})
    }
    return Budget(
        seconds=60 * budget_minutes(campaign, row),
        each=None if each is None else 60 * each,
        own={name: 60 * max(0.0, minutes) for name, minutes in own.items() if minutes is not None},
    )


def annotator_minutes(campaign: Campaign, row: CampaignRow, annotator: str) -> float | None:
    """An annotator's own budget, with what was added since; None where they have none."""
    said = campaign.work.minutes_of.get(annotator, campaign.work.annotator_minutes)
    return None if said is None else said + float(row.extended_annotators.get(annotator, 0.0))
