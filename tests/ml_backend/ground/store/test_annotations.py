"""Annotations in the store agree with Label Studio, whatever way they came."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from ml_backend.ground.store.annotations import AnnotationState, Changes, current_annotations, reconcile
from ml_backend.ground.store.database import Store
from ml_backend.ground.store.tables import AnnotationRow, ProjectRow


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
