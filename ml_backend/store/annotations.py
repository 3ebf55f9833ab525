"""Annotations in the store: every state of each annotation, with its annotator and time."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from ml_backend.store.tables import AnnotationRow, ProjectRow


@dataclass(frozen=True)
class AnnotationState:
    """One annotation as Label Studio shows it now. Times in seconds since the epoch, `lead_time` in seconds."""

    annotation: int
    task: int
    annotator: str
    result: list[Any]
    skipped: bool
    lead_time: float | None
    created: float
    updated: float


@dataclass(frozen=True)
class Changes:
    """How many annotations were new, changed or gone."""

    added: int = 0
    updated: int = 0
    deleted: int = 0

    def __bool__(self) -> bool:
        return bool(self.added or self.updated or self.deleted)


def reconcile(
    session: Session,
    project_id: int,
    states: Iterable[AnnotationState],
    *,
    complete: bool = True,
    as_of: float | None = None,
) -> Changes:
    """Make the store agree with the annotations of a project, as Label Studio had them at `as_of`, by default now.

    `states` are all of them, or some where `complete` is False. Earlier states stay as history. The result does not
    depend on the order and number of calls: what was written after `as_of` came from a later sync, and stays.
    """
    # one sync at a time, also among several processes; SQLite has a single writer anyway
    session.execute(select(ProjectRow.id).where(ProjectRow.id == project_id).with_for_update())
    stored = {row.annotation: row for row in current_annotations(session, project_id, with_deleted=True)}
    later = {a for a, row in stored.items() if as_of is not None and row.read_at > as_of}
    added = updated = 0
    present = {state.annotation: state for state in states}  # one that moved between pages comes twice
    for state in present.values():
        row = stored.get(state.annotation)
        if row is not None and row.annotation in later and state.updated <= row.updated:
            continue
        if row is None or row.deleted:
            added += 1
        elif not _same(row, state):
            updated += 1
        else:
            continue
        _record(session, project_id, state, row)
    vanished = stored.keys() - present.keys() - later if complete else set()
    deleted = [stored[annotation] for annotation in sorted(vanished) if not stored[annotation].deleted]
    for row in deleted:
        _record_deleted(session, row)
    session.flush()
    return Changes(added, updated, len(deleted))


def current_annotations(
    session: Session, project_id: int, *, with_deleted: bool = False, with_result: bool = True
) -> list[AnnotationRow]:
    """The newest state of each annotation, by id. Results may be long; without `with_result` they are not read."""
    query = select(AnnotationRow).where(AnnotationRow.project_id == project_id, AnnotationRow.current)
    if not with_deleted:
        query = query.where(AnnotationRow.deleted.is_(False))
    if not with_result:
        query = query.options(defer(AnnotationRow.result, raiseload=True))
    return list(session.scalars(query.order_by(AnnotationRow.annotation)))


def results_of(session: Session, ids: Iterable[int]) -> dict[int, list[Any]]:
    """The results of states, by the ids of their rows."""
    query = select(AnnotationRow.id, AnnotationRow.result).where(AnnotationRow.id.in_(list(ids)))
    return {row.id: row.result for row in session.execute(query)}


def annotators_of(session: Session, projects: Collection[int]) -> list[str]:
    """Everybody who has annotated in these projects, by name."""
    query = select(AnnotationRow.annotator).where(AnnotationRow.project_id.in_(projects)).distinct()
    return sorted(session.scalars(query))


def last_change(session: Session, project_id: int) -> float | None:
    """The last change of an annotation in the store, by Label Studio's clock."""
    return session.scalar(select(func.max(AnnotationRow.updated)).where(AnnotationRow.project_id == project_id))


def _same(row: AnnotationRow, state: AnnotationState) -> bool:
    return (row.updated, row.result, row.skipped, row.lead_time) == (
        state.updated, state.result, state.skipped, state.lead_time
    )  # fmt: skip


def _record(session: Session, project_id: int, state: AnnotationState, before: AnnotationRow | None) -> None:
    if before is not None:
        before.current = False
        session.flush()  # only one state of an annotation may be current
    session.add(AnnotationRow(project_id=project_id, **vars(state)))


def _record_deleted(session: Session, row: AnnotationRow) -> None:
    """Keep the last state, marked as deleted. Its time was spent all the same."""
    row.current = False
    session.flush()
    state = {column: getattr(row, column) for column in AnnotationState.__dataclass_fields__}
    session.add(AnnotationRow(project_id=row.project_id, deleted=True, **state))
