"""The queue of rounds: queued, claimed, beating, ended.

Any number of requests lead to at most one queued and one running round for each campaign. A round whose worker died
is queued again.
"""

import os
import secrets
import socket
from collections.abc import Callable

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ml_backend.store.tables import RoundRow, RoundState, now

SILENCE_SECONDS = 120.0
"""A running round that has not been heard of for so long is taken for dead; workers beat every few seconds."""


def worker_name() -> str:
    """A name for one worker: host, process id, and a part that no later process of that id has."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def queue_round(
    session: Session, campaign_id: int, reason: str, *, forced: bool = False, at_once: bool = False
) -> bool:
    """Ask for a round. False if one is waiting already, which will see the same evidence.

    A forced round trains even where nothing is new. With `at_once` a postponed one waits no longer.
    """
    try:
        with session.begin_nested():
            session.add(RoundRow(campaign_id=campaign_id, reason=reason, forced=forced))
    except IntegrityError:
        changes = ({"forced": True} if forced else {}) | ({"not_before": 0.0, "error": None} if at_once else {})
        if changes:
            waiting = (RoundRow.campaign_id == campaign_id, RoundRow.state == RoundState.QUEUED)
            session.execute(update(RoundRow).where(*waiting).values(changes))
        return False
    return True


def claim_round(session: Session, worker: str, campaign_id: int | None = None) -> RoundRow | None:
    """Take, as that worker, the oldest waiting round of a campaign that has none running."""
    running = select(RoundRow.campaign_id).where(RoundRow.state == RoundState.RUNNING)
    ready = (RoundRow.state == RoundState.QUEUED, RoundRow.not_before <= now())
    query = select(RoundRow).where(*ready, RoundRow.campaign_id.not_in(running))
    if campaign_id is not None:
        query = query.where(RoundRow.campaign_id == campaign_id)
    for candidate in session.scalars(query.order_by(RoundRow.id)):
        if _take(session, candidate, worker):
            return candidate
    return None


def _take(session: Session, row: RoundRow, worker: str) -> bool:
    """Mark the round as running here; False where another worker was quicker."""
    values = {"state": RoundState.RUNNING, "claimed_by": worker, "started_at": now(), "beat_at": now()}
    mine = update(RoundRow).where(RoundRow.id == row.id, RoundRow.state == RoundState.QUEUED).values(values)
    try:
        with session.begin_nested():
            taken = session.execute(mine.returning(RoundRow.id)).scalar() is not None
    except IntegrityError:
        return False
    session.refresh(row)
    return taken


def beat(session: Session, round_id: int, step: str | None = None) -> None:
    """Say that the round is alive, and perhaps what it is doing now."""
    doing = {} if step is None else {"step": step}
    session.execute(update(RoundRow).where(RoundRow.id == round_id).values(beat_at=now(), **doing))


def end_round(session: Session, round_id: int, state: RoundState, **values: object) -> None:
    """Write down how the round ended."""
    ended = {"state": state, "ended_at": now(), "step": None, **values}
    session.execute(update(RoundRow).where(RoundRow.id == round_id).values(ended))


def postpone_round(session: Session, row: RoundRow, error: str, seconds: float) -> None:
    """Put a running round back into the queue, to be tried again after some seconds, and say why."""
    row = session.merge(row)
    drop_round(session, row.id)
    session.flush()
    queue_round(session, row.campaign_id, row.reason, forced=row.forced)
    waiting = (RoundRow.campaign_id == row.campaign_id, RoundRow.state == RoundState.QUEUED)
    session.execute(update(RoundRow).where(*waiting).values(error=error, not_before=now() + seconds))


def drop_round(session: Session, round_id: int) -> None:
    """Forget a round that found nothing new."""
    row = session.get(RoundRow, round_id)
    if row is not None:
        session.delete(row)


def forget_failures(session: Session, campaign_id: int, error: str | None = None) -> int:
    """Drop the newest failed rounds up to the last one that did not fail, or that failed otherwise; how many.

    Without an error: the fault is gone. With one: it happened again, and is told once.
    """
    ended = (RoundRow.campaign_id == campaign_id, RoundRow.state.in_((RoundState.DONE, RoundState.FAILED)))
    dropped = 0
    for row in session.scalars(select(RoundRow).where(*ended).order_by(RoundRow.id.desc())):
        if row.state != RoundState.FAILED or (error is not None and row.error != error):
            break
        session.delete(row)
        dropped += 1
    return dropped


def requeue_dead(session: Session, worker: str, alive: Callable[[int], bool] | None = None) -> int:
    """Queue again the rounds whose worker died; how many. `worker` is the one that asks."""
    is_alive = alive or process_lives
    running = session.scalars(select(RoundRow).where(RoundRow.state == RoundState.RUNNING))
    dead = [row for row in running if _is_dead(row, worker, is_alive)]
    for row in dead:
        reason, campaign_id, forced = f"{row.reason} (again: its worker died)", row.campaign_id, row.forced
        session.delete(row)
        session.flush()
        queue_round(session, campaign_id, reason, forced=forced)
    return len(dead)


def _is_dead(row: RoundRow, worker: str, alive: Callable[[int], bool]) -> bool:
    """Silent for long; or of a process that is gone, or whose id is now ours: in a container all are number 1."""
    if (row.beat_at or 0.0) < now() - SILENCE_SECONDS:
        return True
    host, process, _ = (row.claimed_by or "::").split(":")
    my_host, my_process, _ = worker.split(":")
    if host != my_host or row.claimed_by == worker:
        return False
    return process == my_process or not alive(int(process))


def process_lives(process: int) -> bool:
    """Whether there is a process with this id on this machine, ours or somebody else's."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def kept_waiting(session: Session, seconds: float) -> list[int]:
    """The campaigns whose next round has been waiting for so long, though it might begin: the worker is busy."""
    at = now()
    waits = (RoundRow.state == RoundState.QUEUED, RoundRow.not_before <= at, RoundRow.queued_at <= at - seconds)
    return list(session.scalars(select(RoundRow.campaign_id).where(*waits).order_by(RoundRow.campaign_id)))


def is_busy(session: Session, campaign_id: int) -> bool:
    """Whether a round of the campaign is waiting or running."""
    query = select(func.count()).where(
        RoundRow.campaign_id == campaign_id, RoundRow.state.in_((RoundState.QUEUED, RoundState.RUNNING))
    )
    return bool(session.scalar(query))


def recent_rounds(session: Session, campaign_id: int, most: int = 20) -> list[RoundRow]:
    """The latest rounds, newest first."""
    query = select(RoundRow).where(RoundRow.campaign_id == campaign_id).order_by(RoundRow.id.desc()).limit(most)
    return list(session.scalars(query))
