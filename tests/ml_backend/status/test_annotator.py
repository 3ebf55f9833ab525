"""What one annotator sees."""

import pytest

from clime_core.scheduling.activity import Activity
from ml_backend.installation import Installation
from ml_backend.status import annotator_status, snapshot_of
from ml_backend.status.annotator import first_and_live_accuracy
from ml_backend.status.facts import VersionFacts
from tests.ml_backend.conftest import HALF_DONE
from tests.ml_backend.status.rows import DAWIT, SELAM, annotations, row_of


def test_an_annotator_sees_their_own_time_and_step(filled: Installation) -> None:
    """And how the accuracy rose with everybody's work."""
    status = annotator_status(filled, row_of(filled, HALF_DONE), SELAM)
    sent = sum(row.lead_time or 0.0 for row in annotations(filled, HALF_DONE) if row.annotator == SELAM)
    assert status.own.spent == pytest.approx(sent)
    assert status.own.left == pytest.approx(status.campaign.left)
    assert status.next.activity in tuple(Activity)
    assert (status.next.url or "").endswith("/data")
    assert status.accuracy is not None
    assert status.accuracy[0] < status.accuracy[1]
    assert status.annotators == (DAWIT, SELAM)
    assert snapshot_of(filled, row_of(filled, HALF_DONE)).annotators == (DAWIT, SELAM)


def test_a_new_annotator_has_done_nothing(filled: Installation) -> None:
    """And may begin."""
    status = annotator_status(filled, row_of(filled, HALF_DONE), "new@example.org")
    assert status.own.spent == 0
    assert status.own.done == dict.fromkeys(Activity, 0)
    assert status.next.url


def test_accuracies_are_those_of_the_first_measured_version_and_the_live_one() -> None:
    """None where the live one is the first, was not measured, or is not there."""
    unmeasured, first = VersionFacts(1, False, 0.0), VersionFacts(2, False, 0.0, accuracy=0.6)
    live = VersionFacts(3, True, 0.0, accuracy=0.8)
    assert first_and_live_accuracy([unmeasured, first, live, VersionFacts(4, False, 0.0, accuracy=0.7)]) == (0.6, 0.8)
    assert first_and_live_accuracy([unmeasured, live]) is None
    assert first_and_live_accuracy([first, VersionFacts(3, True, 0.0)]) is None
    assert first_and_live_accuracy([]) is None
