"""The facts that stay as they are until somebody annotates or a version is made."""

from collections import Counter
from dataclasses import asdict
from typing import Any

from clime_core.data.labels import resolve_labels
from clime_core.data.language import Word
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.schedule import MAX_FORECAST_TASKS
from clime_core.scheduling.stopping import advice
from ml_backend.queue.next_step import next_step
from ml_backend.status.agreement import agreement_facts
from ml_backend.status.minutes import minutes_facts
from ml_backend.status.snapshot import CampaignSnapshot
from ml_backend.store.gain_periods import closed_periods
from ml_backend.store.tables import VersionRow

SALIENT = 40


def campaign_facts(snapshot: CampaignSnapshot) -> dict[str, Any]:
    """What the page says of this snapshot, made once."""
    return snapshot.once("facts", lambda: _facts(snapshot))


def _facts(snapshot: CampaignSnapshot) -> dict[str, Any]:
    campaign = snapshot.campaign
    return {
        "languages": [campaign.languages.source.name, campaign.languages.target.name],
        "categories": list(campaign.task.categories),
        "next": next_facts(snapshot),
        "time": minutes_facts(snapshot),
        "forecast": forecast_facts(snapshot),
        "advice": advice_facts(snapshot),
        "versions": [version_facts(version, snapshot.row.live_version) for version in snapshot.versions],
        "salient": snapshot.rankings.salient[:SALIENT],
        "judged": judged_keywords(snapshot),
        "balance": class_balance(snapshot),
        "agreement": agreement_facts(snapshot.readings, len(campaign.task.categories)),
        "problems": list(snapshot.readings.problems),
        "projects": [{"role": p.role, "url": campaign.label_studio.link(p.project)} for p in snapshot.projects],
    }


def class_balance(snapshot: CampaignSnapshot) -> dict[str, Any]:
    """Shares of the predictions by category, None where the live version says nothing; counts of the labels."""
    live = next((v for v in snapshot.versions if v.number == snapshot.row.live_version), None)
    labels = Counter(resolve_labels(snapshot.readings.labels).labels.values())
    return {
        "predicted": live.made_from.get("class_balance") if live else None,
        "labels": [labels[category] for category in range(len(snapshot.campaign.task.categories))],
    }


SHOWN = 40


def judged_keywords(snapshot: CampaignSnapshot) -> list[list[Any]]:
    """Language, form and number of marks of each, the one judged last first, at most 40."""
    last: dict[Word, float] = {}
    marks: dict[Word, int] = {}
    for mark in snapshot.readings.marks:
        last[mark.keyword] = max(mark.at, last.get(mark.keyword, mark.at))
        marks[mark.keyword] = marks.get(mark.keyword, 0) + 1
    newest = sorted(last, key=lambda word: (-last[word], word))[:SHOWN]
    return [[str(word.language), word.form, marks[word]] for word in newest]


SOMEBODY_NEW = ""
"""The annotator who has done nothing yet."""


def next_facts(snapshot: CampaignSnapshot, annotator: str = SOMEBODY_NEW) -> dict[str, Any]:
    """What the annotator should do now, and where; no activity and no url where there is nothing to do for them."""
    schedule = snapshot.schedule
    left = schedule.budget.left_of(schedule.ledger, annotator)
    step = next_step(
        annotator, snapshot.readings, snapshot.campaign, snapshot.projects, schedule.next, left,
        paused=snapshot.row.annotating_paused,
    )  # fmt: skip
    return {
        "activity": step.activity,
        "reason": step.reason,
        "url": step.url,
        "waiting": dict(step.waiting),
        "tied": dict(step.tied),
    }


def forecast_facts(snapshot: CampaignSnapshot) -> dict[str, Any] | None:
    """The forecast and its sentence; None where the time is up, and before the first model version.

    Every round finds new keywords, so that those prepared by now say nothing about how many there will be.
    """
    schedule, rankings = snapshot.schedule, snapshot.rankings
    if schedule.spent or not snapshot.versions:
        return None
    words = MAX_FORECAST_TASKS if rankings.keywords else 0
    prepared = {Activity.DOCUMENTS: len(rankings.documents), Activity.WORDS: words}
    found = schedule.forecast({a: prepared[a] + snapshot.waiting[a] for a in Activity})
    return {**asdict(found), "text": str(found)}


def advice_facts(snapshot: CampaignSnapshot) -> list[dict[str, Any]]:
    """Reasons to stop and whether they hold; nobody is stopped by them."""
    schedule, periods = snapshot.schedule, [closed.period for closed in closed_periods(snapshot.versions)]
    found = advice(
        schedule.ledger.spent(),
        schedule.budget.seconds,
        [period.stability for period in periods],
        [period.gain for period in periods],
    )
    return [asdict(one) for one in found]


COUNTS = ("labels", "marks", "keywords", "seconds", "seconds_by", "class_balance")


def version_facts(version: VersionRow, live: int | None) -> dict[str, Any]:
    """One version. `stability`: Cohen's kappa of its predictions and those where the stretch of work began."""
    period = version.made_from.get("stretch") or {}
    return {
        "number": version.number,
        "live": version.number == live,
        "at": version.created_at,
        **{key: version.made_from.get(key) for key in COUNTS},
        "gain": period.get("gain"),
        "stability": period.get("stability"),
        **version.metrics,
    }
