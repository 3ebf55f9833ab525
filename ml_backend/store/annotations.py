"""Annotations in the store: every state that was read of each, who, when, how long."""

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
    seen: Iterable[AnnotationState],
    *,
    whole: bool = True,
    as_of: float | None = None,
) -> Changes:
    """Make the store agree with the annotations of a project as Label Studio had them at `as_of`, or has them now.

    `seen` are all of them, or with `whole` False some. Whatever came before stays as history. The order and number of
    calls make no difference to the outcome: what was written since `as_of` came from a later look, and stays.
    """
    # one at a time, also where several processes look at once; SQLite has a single writer anyway
    session.execute(select(ProjectRow.id).where(ProjectRow.id == project_id).with_for_update())
    known = {row.annotation: row for row in current_annotations(session, project_id, with_deleted=True)}
    later = {a for a, row in known.items() if as_of is not None and row.read_at > as_of}
    added = updated = 0
    present = {state.annotation: state for state in seen}  # one that moved between pages is seen twice
    for state in present.values():
        row = known.get(state.annotation)
        if row is not None and row.annotation in later and state.updated <= row.updated:
            continue
        if row is None or row.deleted:
            added += 1
        elif not _same(row, state):
            updated += 1
        else:
            continue
        _record(session, project_id, state, row)
    vanished = known.keys() - present.keys() - later if whole else set()
    gone = [known[annotation] for annotation in sorted(vanished) if not known[annotation].deleted]
    for row in gone:
        _bury(session, row)
    session.flush()
    return Changes(added, updated, len(gone))


def current_annotations(
    session: Session, project_id: int, *, with_deleted: bool = False, with_result: bool = True
) -> list[AnnotationRow]:
    """The newest state of each annotation, in the order of their ids; the results, which may be long, if asked for."""
    query = select(AnnotationRow).where(AnnotationRow.project_id == project_id, AnnotationRow.current)
    if not with_deleted:
        query = query.where(AnnotationRow.deleted.is_(False))
    if not with_result:
        query = query.options(defer(AnnotationRow.result, raiseload=True))
    return list(session.scalars(query.order_by(AnnotationRow.annotation)))


def results_of(session: Session, ids: Iterable[int]) -> dict[int, list[Any]]:
    """The results of some states, by the ids of their rows."""
    query = select(AnnotationRow.id, AnnotationRow.result).where(AnnotationRow.id.in_(list(ids)))
    return {row.id: row.result for row in session.execute(query)}


def annotators_of(session: Session, projects: Collection[int]) -> list[str]:
    """Everybody who has annotated in these projects, by name."""
    query = select(AnnotationRow.annotator).where(AnnotationRow.project_id.in_(projects)).distinct()
    return sorted(session.scalars(query))


def last_change(session: Session, project_id: int) -> float | None:
    """When, by Label Studio's clock, the newest of the annotations that we know was changed."""
    return session.scalar(select(func.max(AnnotationRow.updated)).where(AnnotationRow.project_id == project_id))


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
    """Keep the last state and note that the annotation is gone. Its time was spent all the same, and then."""
    row.current = False
    session.flush()
    kept = {column: getattr(row, column) for column in AnnotationState.__dataclass_fields__}
    session.add(AnnotationRow(project_id=row.project_id, deleted=True, **kept))
