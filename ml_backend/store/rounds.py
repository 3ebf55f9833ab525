"""The queue of rounds: queued, claimed by a worker, running with a heartbeat, ended.

Any number of requests lead to at most one queued and one running round for each campaign. A watchdog queues rounds
again whose worker died: `beat` and `requeue_dead`.
"""

import os
import secrets
import socket
from collections.abc import Callable, Mapping

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ml_backend.store.tables import RoundRow, RoundState, now

MAX_SILENCE_SECONDS = 120.0
"""A running round whose last heartbeat is older counts as dead; workers beat every few seconds."""


def worker_name() -> str:
    """A unique name for a worker: host, process id, and a random part, as process ids are used again."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def queue_round(
    session: Session, campaign_id: int, reason: str, *, forced: bool = False, at_once: bool = False
) -> bool:
    """Ask for a round. Returns False if one is queued already, which will read the same annotations.

    A forced round trains even if nothing is new. With `at_once` a postponed round is due now.
    """
    try:
        with session.begin_nested():
            session.add(RoundRow(campaign_id=campaign_id, reason=reason, forced=forced))
    except IntegrityError:
        changes = ({"forced": True} if forced else {}) | ({"not_before": 0.0, "error": None} if at_once else {})
        if changes:
            _change_queued(session, campaign_id, changes)
        return False
    return True


def claim_round(session: Session, worker: str, campaign_id: int | None = None) -> RoundRow | None:
    """Claim, for that worker, the oldest round that is due, of a campaign that has none running."""
    running = select(RoundRow.campaign_id).where(RoundRow.state == RoundState.RUNNING)
    due = (RoundRow.state == RoundState.QUEUED, RoundRow.not_before <= now())
    query = select(RoundRow).where(*due, RoundRow.campaign_id.not_in(running))
    if campaign_id is not None:
        query = query.where(RoundRow.campaign_id == campaign_id)
    for candidate in session.scalars(query.order_by(RoundRow.id)):
        if _claim(session, candidate, worker):
            return candidate
    return None


def _claim(session: Session, row: RoundRow, worker: str) -> bool:
    """Mark the round as running; False where another worker was quicker."""
    values = {"state": RoundState.RUNNING, "claimed_by": worker, "started_at": now(), "beat_at": now()}
    claim = update(RoundRow).where(RoundRow.id == row.id, RoundRow.state == RoundState.QUEUED).values(values)
    try:
        with session.begin_nested():
            claimed = session.execute(claim.returning(RoundRow.id)).scalar() is not None
    except IntegrityError:
        return False
    session.refresh(row)
    return claimed


def beat(session: Session, round_id: int, step: str | None = None) -> None:
    """Note that the round is alive, and its present step if given."""
    values = {} if step is None else {"step": step}
    session.execute(update(RoundRow).where(RoundRow.id == round_id).values(beat_at=now(), **values))


def end_round(session: Session, round_id: int, state: RoundState, **values: object) -> None:
    """Store how the round ended."""
    ended = {"state": state, "ended_at": now(), "step": None, **values}
    session.execute(update(RoundRow).where(RoundRow.id == round_id).values(ended))


def postpone_round(session: Session, row: RoundRow, error: str, seconds: float) -> None:
    """Put a running round back into the queue, due after some seconds, with the error that postponed it."""
    row = session.merge(row)
    drop_round(session, row.id)
    session.flush()
    queue_round(session, row.campaign_id, row.reason, forced=row.forced)
    _change_queued(session, row.campaign_id, {"error": error, "not_before": now() + seconds})


def _change_queued(session: Session, campaign_id: int, values: Mapping[str, object]) -> None:
    """Change the campaign's queued round."""
    queued = (RoundRow.campaign_id == campaign_id, RoundRow.state == RoundState.QUEUED)
    session.execute(update(RoundRow).where(*queued).values(values))


def drop_round(session: Session, round_id: int) -> None:
    """Delete a round that found nothing new."""
    row = session.get(RoundRow, round_id)
    if row is not None:
        session.delete(row)


def forget_failures(session: Session, campaign_id: int, error: str | None = None) -> int:
    """Delete the newest failed rounds, back to the last one that did not fail. Returns how many.

    Without an error: the fault is fixed. With one: only rounds with the same error, so that it is shown once.
    """
    ended = (RoundRow.campaign_id == campaign_id, RoundRow.state.in_((RoundState.DONE, RoundState.FAILED)))
    deleted = 0
    for row in session.scalars(select(RoundRow).where(*ended).order_by(RoundRow.id.desc())):
        if row.state != RoundState.FAILED or (error is not None and row.error != error):
            break
        session.delete(row)
        deleted += 1
    return deleted


def requeue_dead(session: Session, worker: str, alive: Callable[[int], bool] | None = None) -> int:
    """Queue the rounds again whose worker died. Returns how many. `worker` is the caller's name."""
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
    """Whether the round is silent, or its process ended; in a container a later process has the same id, 1."""
    if (row.beat_at or 0.0) < now() - MAX_SILENCE_SECONDS:
        return True
    host, process, _ = (row.claimed_by or "::").split(":")
    own_host, own_process, _ = worker.split(":")
    if host != own_host or row.claimed_by == worker:
        return False
    return process == own_process or not alive(int(process))


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
    """The campaigns whose queued round has been due for so many seconds: the worker is busy with another one."""
    at = now()
    overdue = (RoundRow.state == RoundState.QUEUED, RoundRow.not_before <= at, RoundRow.queued_at <= at - seconds)
    return list(session.scalars(select(RoundRow.campaign_id).where(*overdue).order_by(RoundRow.campaign_id)))


def is_busy(session: Session, campaign_id: int) -> bool:
    """Whether a round of the campaign is queued or running."""
    query = select(func.count()).where(
        RoundRow.campaign_id == campaign_id, RoundRow.state.in_((RoundState.QUEUED, RoundState.RUNNING))
    )
    return bool(session.scalar(query))


def recent_rounds(session: Session, campaign_id: int, limit: int = 20) -> list[RoundRow]:
    """The latest rounds, newest first."""
    query = select(RoundRow).where(RoundRow.campaign_id == campaign_id).order_by(RoundRow.id.desc()).limit(limit)
    return list(session.scalars(query))
