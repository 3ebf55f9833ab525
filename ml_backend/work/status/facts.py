"""The facts that stay as they are until somebody annotates or a version is made."""

from typing import Any

from ml_backend.work.agreements import agreement_facts
from ml_backend.work.status.balance import class_balance
from ml_backend.work.status.keywords import judged_keywords
from ml_backend.work.status.minutes import minutes_facts
from ml_backend.work.status.next_task import next_facts
from ml_backend.work.status.outlook import advice_facts, forecast_facts
from ml_backend.work.status.standing import Standing
from ml_backend.work.status.versions import version_facts

SALIENT = 40


def campaign_facts(standing: Standing) -> dict[str, Any]:
    """What the page says of this standing, made once."""
    return standing.once("facts", lambda: _facts(standing))


def _facts(standing: Standing) -> dict[str, Any]:
    campaign = standing.campaign
    return {
        "languages": [campaign.languages.source.name, campaign.languages.target.name],
        "categories": list(campaign.task.categories),
        "next": next_facts(standing),
        "time": minutes_facts(standing),
        "forecast": forecast_facts(standing),
        "advice": advice_facts(standing),
        "versions": [version_facts(version, standing.row.live_version) for version in standing.versions],
        "salient": standing.rankings.salient[:SALIENT],
        "judged": judged_keywords(standing),
        "balance": class_balance(standing),
        "agreement": agreement_facts(standing.readings, len(campaign.task.categories)),
        "problems": list(standing.readings.problems),
        "projects": [{"role": p.role, "url": campaign.label_studio.link(p.project)} for p in standing.projects],
    }
