"""The state of a campaign, for its page and for programs."""

from datetime import UTC, datetime
from typing import Any

from clime_core.policy.activity import Activity
from clime_core.policy.handout import schedule_state
from clime_core.policy.schedule import choose
from ml_backend.exchange.campaign import Campaign
from ml_backend.exchange.readings import Readings, read_projects
from ml_backend.ground.store.campaigns import projects_of
from ml_backend.ground.store.decisions import recent_decisions
from ml_backend.ground.store.rounds import recent_rounds
from ml_backend.ground.store.tables import CampaignRow, ProjectRow, Role, RoundRow, RoundState, VersionRow
from ml_backend.ground.store.versions import version_folder, versions_of
from ml_backend.work.queue import open_ledger
from ml_backend.work.rankings import Rankings, read_rankings
from ml_backend.work.workshop import Workshop, budget_minutes


def campaign_status(workshop: Workshop, row: CampaignRow, most_rounds: int = 20) -> dict[str, Any]:
    """All that the page shows. Times in seconds since the epoch, durations in seconds."""
    campaign = workshop.campaign(row)
    with workshop.store.reading() as session:
        projects = projects_of(session, row)
        rounds = recent_rounds(session, row.id, most_rounds)
        versions = versions_of(session, row.id)
        decisions = recent_decisions(session, row.id, 10)
    readings = read_projects(
        workshop.store, projects, None, campaign.task.categories, campaign.work.overlap, since=row.created_at
    )
    budget = 60 * budget_minutes(campaign, row)
    return {
        "name": row.name,
        "languages": [campaign.languages.source.name, campaign.languages.target.name],
        "categories": list(campaign.task.categories),
        "state": _state(row, rounds, readings, budget),
        "next": _next(campaign, projects, readings, budget),
        "time": _time(readings, campaign, budget),
        "versions": [_version(version, row.live_version) for version in versions],
        "rounds": [_round(item) for item in rounds],
        "decisions": [{"at": d.decided_at, "task": d.key, "reason": d.reason} for d in decisions],
        "salient": _rankings(workshop, row).salient[:20],
        "problems": list(readings.problems),
        "projects": [{"role": p.role, "url": campaign.label_studio.link(p.project)} for p in projects],
        "now": datetime.now(UTC).timestamp(),
    }


def _state(row: CampaignRow, rounds: list[RoundRow], readings: Readings, budget: float) -> dict[str, Any]:
    busy = next((r for r in rounds if r.state == RoundState.RUNNING), None)
    queued = next((r for r in rounds if r.state == RoundState.QUEUED), None)
    newest = next((r for r in rounds if r.state in (RoundState.DONE, RoundState.FAILED)), None)
    return {
        "live_version": row.live_version,
        "paused": row.paused,
        "running": busy.step or "starting" if busy else None,
        "waiting": (queued.error or "queued") if queued else None,
        "again_at": queued.not_before if queued and queued.error else None,
        "failed": newest.error if newest and newest.state == RoundState.FAILED else None,
        "spent": open_ledger(readings).spent() >= budget,
    }


def _next(campaign: Campaign, projects: list[ProjectRow], readings: Readings, budget: float) -> dict[str, Any]:
    """What the annotator should do now: the activity that is due, and the link to its project."""
    open_tasks = [task for task in readings.tasks if task.id in readings.open_tasks]
    available = {a: sum(task.activity == a for task in open_tasks) for a in Activity}
    decision = choose(schedule_state(open_ledger(readings), budget, available), campaign.work.shares)
    role = Role.MIXED if campaign.work.setup == "mixed" else decision.activity
    project = next((p for p in projects if p.role == role), None)
    return {
        "activity": decision.activity,
        "reason": decision.reason,
        "url": campaign.label_studio.link(project.project) if project else None,
        "waiting": available,
    }


def _time(readings: Readings, campaign: Campaign, budget: float) -> dict[str, Any]:
    ledger = open_ledger(readings)
    activities = {
        str(a): {
            "seconds": ledger.spent(a),
            "share": campaign.work.shares[a],
            "done": sum(v.activity is a and not v.skipped for v in ledger.visits),
            "skipped": sum(v.activity is a and v.skipped for v in ledger.visits),
        }
        for a in Activity
    }
    annotators = {v.annotator for v in ledger.visits}
    return {
        "budget": budget,
        "spent": ledger.spent(),
        "left": max(0.0, budget - ledger.spent()),
        "activities": activities,
        "annotators": {name: ledger.spent(annotator=name) for name in sorted(annotators)},
        "estimated": ledger.estimated,
        "capped": ledger.capped,
    }


def _version(version: VersionRow, live: int | None) -> dict[str, Any]:
    kept = {key: version.made_from.get(key) for key in ("labels", "marks", "keywords", "seconds")}
    metrics = version.metrics
    return {
        "number": version.number,
        "live": version.number == live,
        "at": version.created_at,
        **kept,
        **metrics,
    }


def _round(row: RoundRow) -> dict[str, Any]:
    keys = (
        "id",
        "state",
        "reason",
        "step",
        "seconds",
        "error",
        "notes",
        "version",
        "queued_at",
        "started_at",
        "ended_at",
    )
    return {key: getattr(row, key) for key in keys}


def _rankings(workshop: Workshop, row: CampaignRow) -> Rankings:
    if row.live_version is None:
        return Rankings()
    return read_rankings(version_folder(workshop.folder(row), row.live_version))
