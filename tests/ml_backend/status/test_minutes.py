"""Where the minutes went."""

import pytest

from clime_core.scheduling.activity import Activity
from ml_backend.installation import Installation
from ml_backend.store.campaigns import get_campaign
from tests.ml_backend.conftest import HALF_DONE
from tests.ml_backend.status.rows import DAWIT, SELAM, annotations, status_of


def test_minutes_add_up_by_activity_and_annotator(filled: Installation) -> None:
    """Both sums are the seconds that were sent: no visit here is too long, or overlaps another."""
    time = status_of(filled, HALF_DONE).time
    sent = sum(row.lead_time or 0.0 for row in annotations(filled, HALF_DONE))
    by_activity = sum(activity.seconds for activity in time.activities.values())
    by_annotator = sum(own.spent for own in time.by_annotator)
    assert time.spent == pytest.approx(sent) == pytest.approx(by_activity) == pytest.approx(by_annotator)
    assert time.left == pytest.approx(3600 - sent)
    assert sum(time.annotators.values()) == pytest.approx(sent)
    for activity in Activity:
        cells = [own.seconds[activity] for own in time.by_annotator]
        assert sum(cells) == pytest.approx(time.activities[activity].seconds)


def test_tasks_are_counted_once_and_skips_apart(filled: Installation) -> None:
    """Documents and words, by annotator and in all."""
    time = status_of(filled, HALF_DONE).time
    rows = annotations(filled, HALF_DONE)
    done = sum(not row.skipped for row in rows)
    assert sum(activity.done for activity in time.activities.values()) == done
    assert sum(activity.skipped for activity in time.activities.values()) == len(rows) - done
    assert sum(number for own in time.by_annotator for number in own.done.values()) == done


def test_time_beyond_the_own_minutes_is_shown(small: Installation) -> None:
    """It counts; the annotator has nothing left, the others have what the campaign has."""
    with small.store.session() as session:
        row = get_campaign(session, HALF_DONE)
        row.spec = {**row.spec, "work": {**row.spec["work"], "minutes_of": {SELAM: 0.5}}}
    by_name = {own.annotator: own for own in status_of(small, HALF_DONE).time.by_annotator}
    own = by_name[SELAM]
    assert (own.budget, own.left) == (30.0, 0.0)
    assert own.over == pytest.approx(own.spent - 30.0)
    assert own.over > 0
    assert (by_name[DAWIT].over, by_name[DAWIT].left > 0) == (0.0, True)
