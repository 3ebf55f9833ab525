"""Commands that steer a campaign under way: its time, its training, its live version."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from ml_backend.cli.terminal import say
from ml_backend.installation import Installation, opened_installation
from ml_backend.store.annotations import annotators_of
from ml_backend.store.campaigns import get_campaign, projects_of
from ml_backend.store.events import add_event
from ml_backend.store.rounds import queue_round
from ml_backend.store.tables import CampaignRow
from ml_backend.store.versions import roll_back, versions_of

app = typer.Typer(add_completion=False)

Name = Annotated[str, typer.Argument(help="The campaign's name.")]
Annotating = Annotated[bool, typer.Option("--annotating", help="Close the queue instead; training goes on.")]


@contextmanager
def _steering(name: str) -> Iterator[tuple[Installation, Session, CampaignRow]]:
    """The campaign, its row to be changed."""
    with opened_installation() as installation, installation.store.session() as session:
        yield installation, session, get_campaign(session, name)


@app.command()
def extend(
    name: Name,
    minutes: Annotated[float, typer.Option("--minutes", help="Minutes to add; below 0 takes some away.")],
    annotator: Annotated[str | None, typer.Option("--annotator", help="Of this one alone: an e-mail address.")] = None,
) -> None:
    """Add minutes to a campaign's budget, or to one annotator's; a queue that was closed opens again."""
    from ml_backend.queue.time_budget import (
        extend_annotator,
        extend_campaign,
    )  # imports the policies: a fifth of a second

    with _steering(name) as (installation, session, row):
        campaign = installation.campaign(row)
        if annotator is None:
            budget, total = "the budget", extend_campaign(campaign, row, minutes)
        else:
            annotators = annotators_of(session, [project.id for project in projects_of(session, row)])
            budget = f"the budget of {annotator.lower()}"
            total = extend_annotator(campaign, row, annotator.lower(), minutes, annotators)
        _notify(session, row, "clime extend", "the budget was changed")
    say(f"{name}: {budget} is now {total:g} minutes; the server applies it at its next sync")


@app.command()
def pause(name: Name, annotating: Annotating = False) -> None:
    """Train nothing more for now; serving goes on, the queue is kept filled, and time spent still counts."""
    with _steering(name) as (_, session, row):
        if annotating:
            row.annotating_paused = True
        else:
            row.paused = True
        activity = "annotating" if annotating else "training"
        _notify(session, row, "clime pause", f"{activity} is paused")
    say(f"{name}: {activity} is paused until `clime resume {name}`")


@app.command()
def resume(name: Name) -> None:
    """Go on training and annotating."""
    with _steering(name) as (_, session, row):
        row.paused = row.annotating_paused = False
        rolled_back = row.live_version not in [version.number for version in versions_of(session, row.id)[-1:]]
        _notify(session, row, "clime resume", "the campaign goes on", forced=rolled_back)
    say(f"{name}: training and annotating go on")


@app.command()
def rollback(name: Name, version: Annotated[int, typer.Argument(help="Number of the model version.")]) -> None:
    """Serve an earlier model version, and train nothing more until `clime resume`."""
    with _steering(name) as (installation, session, row):
        roll_back(session, row, installation.folder(row), version)
        row.paused = True
    say(f"{name}: model version {version} is live; training is paused until `clime resume {name}`")


def _notify(session: Session, row: CampaignRow, action: str, reason: str, *, forced: bool = False) -> None:
    """Make the server act on the change: by a round, or at once where a round is under way."""
    add_event(session, row.id, action, None)
    queue_round(session, row.id, reason, forced=forced)
