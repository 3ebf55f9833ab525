"""Annotations in the store: every state that was read of each, who, when, how long."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ml_backend.ground.store.tables import AnnotationRow, now


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


def reconcile(session: Session, project_id: int, seen: Iterable[AnnotationState]) -> Changes:
    """Make the store agree with all annotations of a project as Label Studio has them now.

    Whatever came before stays as history. The order and number of calls make no difference to the outcome.
    """
    known = {row.annotation: row for row in current_annotations(session, project_id, with_deleted=True)}
    added = updated = 0
    present = {state.annotation: state for state in seen}  # one that moved between pages is seen twice
    for state in present.values():
        row = known.get(state.annotation)
        if row is None or row.deleted:
            added += 1
        elif not _same(row, state):
            updated += 1
        else:
            continue
        _record(session, project_id, state, row)
    gone = [row for row in known.values() if row.annotation not in present and not row.deleted]
    for row in gone:
        _bury(session, row)
    session.flush()
    return Changes(added, updated, len(gone))


def current_annotations(session: Session, project_id: int, *, with_deleted: bool = False) -> list[AnnotationRow]:
    """The newest state of each annotation, in the order of their ids."""
    query = select(AnnotationRow).where(AnnotationRow.project_id == project_id, AnnotationRow.current)
    if not with_deleted:
        query = query.where(AnnotationRow.deleted.is_(False))
    return list(session.scalars(query.order_by(AnnotationRow.annotation)))


def _same(row: AnnotationRow, state: AnnotationState) -> bool:
    return (row.updated, row.result, row.skipped, row.lead_time) == (
        state.updated, state.result, state.skipped, state.lead_time
    )  # fmt: skip


def _record(session: Session, project_id: int, state: AnnotationState, before: AnnotationRow | None) -> None:
    if before is not None:
        before.current = False
        session.flush()  # the new state takes its place only then
    session.add(AnnotationRow(project_id=project_id, **vars(state)))


def _bury(session: Session, row: AnnotationRow) -> None:
    """Keep the last state and note that the annotation is gone. Its time was spent all the same."""
    row.current = False
    session.flush()
    kept = {column: getattr(row, column) for column in AnnotationState.__dataclass_fields__}
    session.add(AnnotationRow(project_id=row.project_id, deleted=True, **{**kept, "updated": now()}))
