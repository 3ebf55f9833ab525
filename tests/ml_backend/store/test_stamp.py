"""Whether anything was written about a campaign: on SQLite and PostgreSQL."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from ml_backend.store.annotations import AnnotationState, reconcile
from ml_backend.store.campaigns import projects_of
from ml_backend.store.database import Store
from ml_backend.store.stamp import campaign_stamp
from ml_backend.store.tables import CampaignRow, ProjectRow, RoundRow, TaskRow, VersionRow

ANNOTATION = AnnotationState(5, 1, "ada", [], False, 20.0, 1.0, 1.0)


@pytest.fixture
def stamp(store: Store, campaign: int) -> Callable[[], object]:
    """The stamp of a campaign with a project, a task and an annotation."""
    with store.session() as session:
        session.add(ProjectRow(campaign_id=campaign, role="mixed", server="http://ls", project=1, created=1))
        session.flush()
        session.add(TaskRow(project_id=1, key="d:1", activity="documents", data={}, task=1))
        session.flush()
        reconcile(session, 1, [ANNOTATION])

    def now() -> object:
        with store.reading() as session:
            row = session.get_one(CampaignRow, campaign)
            return campaign_stamp(session, row, projects_of(session, row))

    return now


def change(session: Session, what: type[TaskRow] | type[CampaignRow] | type[ProjectRow], **values: object) -> None:
    """Write some columns of the first row of a table."""
    for name, value in values.items():
        setattr(session.get_one(what, 1), name, value)


WRITTEN: dict[str, Callable[[Session], object]] = {
    "an annotation": lambda s: reconcile(s, 1, [ANNOTATION, AnnotationState(6, 1, "ben", [], False, 9.0, 2.0, 2.0)]),
    "a changed annotation": lambda s: reconcile(s, 1, [AnnotationState(5, 1, "ada", [], True, 20.0, 1.0, 3.0)]),
    "a deleted annotation": lambda s: reconcile(s, 1, []),
    "a task": lambda s: s.add(TaskRow(project_id=1, key="d:2", activity="documents", data={})),
    "a task that was not confirmed": lambda s: change(s, TaskRow, task=None),
    "a task that is gone": lambda s: change(s, TaskRow, gone=True),
    "a task that is asked again": lambda s: change(s, TaskRow, overlap=3),
    "a version": lambda s: s.add(VersionRow(campaign_id=1, number=1)),
    "a rollback": lambda s: change(s, CampaignRow, live_version=1),
    "more minutes": lambda s: change(s, CampaignRow, extended_minutes=20.0),
    "a closed queue": lambda s: change(s, ProjectRow, closed=True),
    "another file": lambda s: change(s, CampaignRow, spec={"name": "health"}),
}


@pytest.mark.parametrize("what", WRITTEN)
def test_it_changes_with_whatever_is_written(store: Store, stamp: Callable[[], object], what: str) -> None:
    """And with nothing else: it is the same before and the same after."""
    before = stamp()
    assert stamp() == before
    with store.session() as session:
        WRITTEN[what](session)
    after = stamp()
    assert after != before
    assert stamp() == after


def test_rounds_and_other_campaigns_do_not_change_it(store: Store, stamp: Callable[[], object], campaign: int) -> None:
    """They are looked at each time, or are none of ours."""
    before = stamp()
    with store.session() as session:
        session.add(RoundRow(campaign_id=campaign, reason="a regular check"))
        other = CampaignRow(name="other", spec={})
        session.add(other)
        session.flush()
        session.add(VersionRow(campaign_id=other.id, number=1))
    assert stamp() == before
