"""A campaign's time: its ledger, its budget, and adding minutes."""

from collections.abc import Collection, Iterable

from clime_core.errors import CampaignError
from clime_core.scheduling.budget import Budget
from clime_core.scheduling.ledger import Ledger, Visit
from ml_backend.campaign_file import Campaign
from ml_backend.store.tables import CampaignRow


def ledger_of(campaign: Campaign, visits: Iterable[Visit]) -> Ledger:
    """The time spent in these visits, each as the campaign's rules count it."""
    return Ledger.of(visits, longest=campaign.work.longest_visit_seconds, clock=campaign.work.clock)


def campaign_budget(campaign: Campaign, row: CampaignRow) -> Budget:
    """The time of the campaign and of its annotators: from its file, and what was added since."""
    annotator_budget = campaign.work.annotator_minutes
    own = {
        name: annotator_minutes(campaign, row, name)
        for name in sorted({*campaign.work.minutes_of, *row.extended_annotators})
    }
    return Budget(
        seconds=60 * budget_minutes(campaign, row),
        each=None if annotator_budget is None else 60 * annotator_budget,
        own={name: 60 * max(0.0, minutes) for name, minutes in own.items() if minutes is not None},
    )


def budget_minutes(campaign: Campaign, row: CampaignRow) -> float:
    """The campaign's budget: from its file, and what was added since."""
    return campaign.work.budget_minutes + row.extended_minutes


def annotator_minutes(campaign: Campaign, row: CampaignRow, annotator: str) -> float | None:
    """An annotator's own budget, with what was added since; None where they have none."""
    minutes = campaign.work.minutes_of.get(annotator, campaign.work.annotator_minutes)
    return None if minutes is None else minutes + float(row.extended_annotators.get(annotator, 0.0))


def extend_campaign(campaign: Campaign, row: CampaignRow, minutes: float) -> float:
    """Add to the campaign's budget. Returns its minutes now. Raises CampaignError if they would be negative."""
    total = budget_minutes(campaign, row) + minutes
    if total < 0:
        raise CampaignError(f"--minutes {minutes:g} would take more from campaign {row.name} than its budget has")
    row.extended_minutes += minutes
    return total


def extend_annotator(
    campaign: Campaign, row: CampaignRow, annotator: str, minutes: float, known: Collection[str]
) -> float:
    """Add to one annotator's budget. Returns their minutes now. `known` are the annotators so far.

    Raises CampaignError for an unknown annotator, one without a budget of their own, and if it would be negative.
    """
    own, names = annotator_minutes(campaign, row, annotator), sorted({*known, *campaign.work.minutes_of})
    if annotator not in names:
        raise CampaignError(
            f"--annotator {annotator}: nobody of that address has annotated in campaign {row.name}"
            f" (there: {', '.join(names) or 'nobody yet'}); check the address, or add it to work.minutes_of"
        )
    if own is None:
        raise CampaignError(
            f"--annotator {annotator}: has no budget of their own in campaign {row.name};"
            " set work.annotator_minutes or work.minutes_of, or leave --annotator out"
        )
    if own + minutes < 0:
        raise CampaignError(f"--minutes {minutes:g} would take more from {annotator} than their budget has, {own:g}")
    before = row.extended_annotators
    row.extended_annotators = {**before, annotator: before.get(annotator, 0.0) + minutes}
    return own + minutes
