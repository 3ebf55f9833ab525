"""Annotations in the store agree with Label Studio, whatever way they came."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from ml_backend.store.annotations import (
    AnnotationState,
    Changes,
    annotators_of,
    current_annotations,
    last_change,
    reconcile,
)
from ml_backend.store.database import Store
from ml_backend.store.tables import AnnotationRow, ProjectRow, now


def project_in(store: Store, campaign: int, number: int = 1) -> int:
    """A project to put annotations into."""
    with store.session() as session:
        row = ProjectRow(campaign_id=campaign, role=f"r{number}", server="http://ls", project=number, created=1)
        session.add(row)
        session.flush()
        return row.id


def state(annotation: int = 1, updated: float = 1.0, lead_time: float | None = 10.0) -> AnnotationState:
    """One annotation."""
    return AnnotationState(annotation, 7, "ada", [{"from_name": "label"}], False, lead_time, 1.0, updated)


def test_new_changed_and_vanished_annotations_are_told_apart(store: Store, campaign: int) -> None:
    """Each reading says what differs from the one before."""
    project = project_in(store, campaign)
    with store.session() as session:
        assert reconcile(session, project, [state(1), state(2)]) == Changes(added=2)
        assert not reconcile(session, project, [state(2), state(1)])
        assert reconcile(session, project, [state(1, updated=2.0), state(2)]) == Changes(updated=1)
        assert reconcile(session, project, [state(1, updated=2.0)]) == Changes(deleted=1)
        assert not reconcile(session, project, [state(1, updated=2.0)])
        assert [row.annotation for row in current_annotations(session, project)] == [1]


def test_every_state_is_kept(store: Store, campaign: int) -> None:
    """What was read once can be read again: history is never overwritten."""
    project = project_in(store, campaign)
    with store.session() as session:
        reconcile(session, project, [state(1)])
        reconcile(session, project, [state(1, updated=2.0, lead_time=30.0)])
        reconcile(session, project, [])
        rows = session.scalars(select(AnnotationRow).order_by(AnnotationRow.id)).all()
        assert [(row.lead_time, row.deleted, row.current) for row in rows] == [
            (10.0, False, False),
            (30.0, False, False),
            (30.0, True, True),
        ]


def test_a_deleted_annotation_that_comes_back_counts_again(store: Store, campaign: int) -> None:
    """A page that failed to list it is no loss."""
    project = project_in(store, campaign)
    with store.session() as session:
        reconcile(session, project, [state(1)])
        reconcile(session, project, [])
        assert reconcile(session, project, [replace(state(1), updated=5.0)]) == Changes(added=1)
        assert len(current_annotations(session, project)) == 1


def test_an_earlier_look_that_comes_late_takes_nothing_back(store: Store, campaign: int) -> None:
    """What a later look wrote stays: neither an older state nor a missing one undoes it; a newer one is taken."""
    project = project_in(store, campaign)
    began = now()
    with store.session() as session:
        reconcile(session, project, [state(1, updated=3.0), state(2, updated=3.0)], as_of=now())
        assert not reconcile(session, project, [state(1, updated=2.0)], as_of=began)
        assert reconcile(session, project, [state(1, updated=4.0)], as_of=began) == Changes(updated=1)
        assert {r.annotation: r.updated for r in current_annotations(session, project)} == {1: 4.0, 2: 3.0}
        assert reconcile(session, project, [state(1, updated=4.0)], as_of=now()) == Changes(deleted=1)


def test_a_look_at_some_takes_the_others_for_unseen(store: Store, campaign: int) -> None:
    """What was not looked at is as it was."""
    project = project_in(store, campaign)
    with store.session() as session:
        reconcile(session, project, [state(1), state(2)])
        assert reconcile(session, project, [state(3)], complete=False) == Changes(added=1)
        assert [row.annotation for row in current_annotations(session, project)] == [1, 2, 3]
        assert last_change(session, project) == 1.0
        assert annotators_of(session, [project]) == ["ada"]


def test_several_may_look_at_once(store: Store, campaign: int) -> None:
    """Threads and processes that find the same annotations at the same moment write each of them once."""
    project, together = project_in(store, campaign), Barrier(4)

    def look(_: int) -> Changes:
        together.wait()
        with store.session() as session:
            return reconcile(session, project, [state(number) for number in range(40)], complete=False, as_of=now())

    with ThreadPoolExecutor(4) as threads:
        assert sum(changes.added for changes in threads.map(look, range(4))) == 40
    with store.reading() as session:
        assert len(current_annotations(session, project)) == 40


def test_a_deletion_is_no_work(store: Store, campaign: int) -> None:
    """The last state keeps the time of its last change, not of the deletion."""
    project = project_in(store, campaign)
    with store.session() as session:
        reconcile(session, project, [state(1, updated=2.0)])
        reconcile(session, project, [])
        (row,) = current_annotations(session, project, with_deleted=True, with_result=False)
        assert (row.deleted, row.updated) == (True, 2.0)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(readings=st.lists(st.dictionaries(st.integers(1, 5), st.floats(1, 5), max_size=5), min_size=1, max_size=6))
def test_only_the_last_reading_matters(store: Store, campaign: int, readings: list[dict[int, float]]) -> None:
    """Lost and repeated readings change nothing: the store ends as the last one says."""
    with store.session() as session:
        number = (session.scalar(select(func.max(ProjectRow.project))) or 0) + 1
    project = project_in(store, campaign, number)
    for reading in readings:
        with store.session() as session:
            reconcile(session, project, [state(a, updated) for a, updated in reading.items()])
    with store.session() as session:
        rows = current_annotations(session, project)
    assert {row.annotation: row.updated for row in rows} == readings[-1]
