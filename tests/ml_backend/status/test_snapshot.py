"""A campaign at one moment, read anew when something changed."""

import pytest

from clime_core.scheduling.activity import Activity
from ml_backend.installation import Installation
from ml_backend.status import StillReadingError, annotator_status, snapshot_of
from ml_backend.store.campaigns import get_campaign
from tests.ml_backend.conftest import HALF_DONE
from tests.ml_backend.status.rows import SELAM, annotate, row_of, status_of


def test_a_new_annotation_shows_at_once(small: Installation) -> None:
    """The snapshot is kept only until the store changes."""
    before = status_of(small, HALF_DONE).time
    row = row_of(small, HALF_DONE)
    assert snapshot_of(small, row) is snapshot_of(small, row)
    annotate(small, HALF_DONE, "new@example.org", 30.0)
    after = status_of(small, HALF_DONE).time
    assert after.spent == pytest.approx(before.spent + 30.0)
    assert "new@example.org" in after.annotators


def test_facts_are_made_once(small: Installation) -> None:
    """By whoever reads the snapshot, so that no page waits for them."""
    snapshot = snapshot_of(small, row_of(small, HALF_DONE))
    assert "facts" in vars(snapshot)
    assert snapshot.facts is snapshot.facts


def test_time_and_open_tasks_of_one_annotator(small: Installation) -> None:
    """As in the table of all; open tasks are counted by activity."""
    snapshot = snapshot_of(small, row_of(small, HALF_DONE))
    assert snapshot.time_of(SELAM) in snapshot.facts.time.by_annotator
    assert sum(snapshot.waiting.values()) == len(snapshot.readings.open_tasks)
    assert set(snapshot.waiting) == set(Activity)


def test_an_extension_shows_at_once(small: Installation) -> None:
    """Also where nobody annotated."""
    assert status_of(small, HALF_DONE).time.budget == 3600.0
    with small.store.session() as session:
        get_campaign(session, HALF_DONE).extended_minutes = 20.0
    assert status_of(small, HALF_DONE).time.budget == 4800.0


def test_a_pause_of_annotating_shows_at_once(small: Installation) -> None:
    """Beside the pause of training."""
    with small.store.session() as session:
        get_campaign(session, HALF_DONE).annotating_paused = True
    status = status_of(small, HALF_DONE)
    assert (status.state.paused, status.state.annotating_paused) == (False, True)
    for step in (status.next, annotator_status(small, row_of(small, HALF_DONE), SELAM).next):
        assert (step.activity, step.url, step.reason) == (None, None, "annotating is paused")


def test_a_short_timeout_raises_while_annotations_are_read(
    small: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first time there is nothing older to show."""
    monkeypatch.setattr(small.snapshots, "get", lambda *_: None)
    with pytest.raises(StillReadingError, match="ask again in a moment"):
        snapshot_of(small, row_of(small, HALF_DONE), timeout=0.0)
