"""The facts that stay as they are until somebody annotates."""

import pytest

from ml_backend.installation import Installation
from ml_backend.label_studio.readings import Readings, read_annotations
from tests.bench.filled_store import CATEGORIES
from tests.ml_backend.conftest import EMPTY, HALF_DONE, OLD
from tests.ml_backend.status.rows import projects, status_of


def readings_of(installation: Installation, name: str) -> Readings:
    """The campaign's annotations, read by themselves."""
    return read_annotations(installation.store, projects(installation, name), CATEGORIES)


def test_before_the_first_round_little_is_known(filled: Installation) -> None:
    """No forecast, no balance of predictions, no agreement; the budget is whole."""
    status = status_of(filled, EMPTY)
    assert (status.versions, status.salient, status.forecast) == ((), (), None)
    assert (status.balance.predicted, status.balance.labels) == (None, (0, 0))
    assert status.agreement.documents is None
    assert status.time.left == 3600.0
    assert not any(reason.holds for reason in status.advice)


def test_the_forecast_is_of_the_minutes_left(filled: Installation) -> None:
    """Its numbers are in order."""
    status = status_of(filled, HALF_DONE)
    assert status.forecast is not None
    assert status.forecast.minutes == pytest.approx(status.time.left / 60)
    for tasks in status.forecast.tasks.values():
        assert 0 < tasks.low <= tasks.median <= tasks.high


def test_balance_counts_the_labels_that_count(filled: Installation) -> None:
    """One a document, by category; predictions as the live version noted them."""
    balance = status_of(filled, HALF_DONE).balance
    labels = readings_of(filled, HALF_DONE).labels
    assert balance.labels == tuple(sum(label.label == category for label in labels) for category in range(2))
    assert balance.predicted == pytest.approx([0.56, 0.44])


def test_judged_keywords_come_with_their_marks_the_last_first(filled: Installation) -> None:
    """As many marks as were read."""
    marks = readings_of(filled, HALF_DONE).marks
    judged = status_of(filled, HALF_DONE).judged
    newest = max(marks, key=lambda mark: mark.at).keyword
    assert (judged[0].language, judged[0].form) == newest
    expected = {(*keyword, sum(m.keyword == keyword for m in marks)) for keyword in {m.keyword for m in marks}}
    assert set(judged) <= expected
    assert len(judged) == min(40, len(expected))


def test_versions_say_what_they_know(filled: Installation) -> None:
    """New ones their intervals and, where they close a gain period, its gain; old ones less."""
    new = status_of(filled, HALF_DONE).versions
    assert [version.number for version in new if version.live] == [12]
    assert new[2].gain is not None
    assert new[2].gain.measure == "held-out loss"
    assert new[2].stability is not None
    assert new[2].stability > 0.5
    assert new[1].gain is None
    interval, accuracy = new[0].interval("accuracy"), new[0].measure("accuracy")
    assert interval is not None
    assert accuracy is not None
    assert interval[0] < accuracy < interval[1]
    old = status_of(filled, OLD).versions
    assert all(version.accuracy is None and version.class_balance is None for version in old)
    assert all(version.interval("accuracy") is None for version in old)
