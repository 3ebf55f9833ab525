"""Adding minutes to a campaign, or to one of its annotators."""

from collections.abc import Collection

from clime_core.errors import CampaignError
from ml_backend.exchange.campaign import Campaign
from ml_backend.ground.store.tables import CampaignRow
from ml_backend.work.ledger import annotator_minutes
from ml_backend.work.workshop import budget_minutes


def extend_campaign(campaign: Campaign, row: CampaignRow, minutes: float) -> float:
    """Add to the campaign's budget; the minutes it has now. Raises CampaignError for less than nothing."""
    total = budget_minutes(campaign, row) + minutes
    if total < 0:
        raise CampaignError(f"--minutes {minutes:g} would take more from campaign {row.name} than its budget has")
    row.extended_minutes += minutes
    return total


def extend_annotator(
    campaign: Campaign, row: CampaignRow, annotator: str, minutes: float, known: Collection[str]
) -> float:
    """Add to one annotator's budget; the minutes they have now. `known` are those who have annotated.

    Raises CampaignError for somebody unknown, without a budget of their own, or left with less than nothing.
    """
    own, named = annotator_minutes(campaign, row, annotator), sorted({*known, *campaign.work.minutes_of})
    if annotator not in named:
        raise CampaignError(
            f"--annotator {annotator}: nobody of that address has annotated in campaign {row.name}"
            f" (there: {', '.join(named) or 'nobody yet'}); check the address, or add it to work.minutes_of"
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
