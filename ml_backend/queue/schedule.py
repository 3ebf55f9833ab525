"""The schedule of a campaign, from its file, its annotations and its model versions."""

from collections.abc import Sequence

from clime_core.scheduling.schedule import Schedule, open_schedule, relative_salience
from ml_backend.campaign_file import Campaign
from ml_backend.label_studio.readings import Readings
from ml_backend.label_studio.task_data import word_key
from ml_backend.queue.time_budget import campaign_budget, ledger_of
from ml_backend.store.gain_periods import closed_periods
from ml_backend.store.rankings import Rankings
from ml_backend.store.tables import CampaignRow, VersionRow


def campaign_schedule(
    campaign: Campaign, row: CampaignRow, readings: Readings, versions: Sequence[VersionRow], rankings: Rankings
) -> Schedule:
    """The schedule that chooses the campaign's next task."""
    measured = [closed.period.measured for closed in closed_periods(versions)]
    handed_out = readings.keys
    waiting = [keyword.salience for keyword in rankings.keywords if word_key(keyword.keyword) not in handed_out]
    return open_schedule(
        campaign.work.chosen_policy,
        ledger_of(campaign, readings.visits),
        campaign_budget(campaign, row),
        campaign.seed,
        annotators=campaign.work.annotators,
        overlap=campaign.work.overlap,
        history=[period for period in measured if period is not None],
        salience=relative_salience(waiting, rankings.highest_salience),
    )
