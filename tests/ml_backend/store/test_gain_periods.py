"""Gain periods in version folders and version rows."""

import json
from pathlib import Path

import numpy as np
import pytest

from clime_core.evaluation.gain import Gain, Observation
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.gain_period import ClosedPeriod, OpenPeriod
from ml_backend.store.gain_periods import closed_periods, period_json, read_open_period, write_open_period
from ml_backend.store.tables import VersionRow
from ml_backend.store.version_folder import VersionFolder

D, W, R = Activity


@pytest.fixture
def folder(tmp_path: Path) -> VersionFolder:
    """The folder of a version."""
    return VersionFolder(tmp_path)


def opened(pool: str = "pool") -> OpenPeriod:
    """A period that began after half an hour; documents are named by words and by numbers."""
    losses: dict[str | int, float] = {"d1": 0.7, 7: 0.6}
    return OpenPeriod({D: 900.0, W: 900.0, R: 60.0}, Observation(np.tile([0.6, 0.4], (4, 1)), pool, held_out=losses))


def test_an_open_period_comes_back_from_the_folder(folder: VersionFolder) -> None:
    """Seconds, predictions and losses; ids that are numbers stay numbers."""
    write_open_period(folder, opened())
    read = read_open_period(folder)
    assert read is not None
    assert read.began == opened().began
    assert read.observation.pool == "pool"
    assert read.observation.held_out == opened().observation.held_out
    assert (read.observation.probabilities == opened().observation.probabilities).all()


def test_an_older_folder_does_not_know_its_pool(folder: VersionFolder) -> None:
    """It is read all the same: losses can be compared."""
    write_open_period(folder, opened())
    facts = json.loads(folder.gain_period.read_text())
    del facts["pool"]
    folder.gain_period.write_text(json.dumps(facts))
    read = read_open_period(folder)
    assert read is not None
    assert read.observation.pool == ""


def test_where_nothing_can_be_read_a_period_begins_anew(folder: VersionFolder) -> None:
    """Before the first version, without files, and with damaged ones."""
    assert read_open_period(None) is None
    assert read_open_period(folder) is None
    write_open_period(folder, opened())
    folder.gain_period_arrays.write_bytes(b"no")
    assert read_open_period(folder) is None


def test_closed_periods_come_back_from_the_rows_of_versions() -> None:
    """Versions that closed none are passed over, and so are those of before periods were kept."""
    gain = Gain(0.1, 0.0, 0.2, "change", 5)
    first = ClosedPeriod({D: 100.0, W: 90.0, R: 30.0}, gain, 0.9)
    second = ClosedPeriod({D: 10.0, W: 190.0, R: 0.0}, None, None)
    kept = [{}, {"stretch": None}, {"stretch": period_json(first)}, {"stretch": period_json(second)}]
    rows = [VersionRow(number=number, made_from=made_from) for number, made_from in enumerate(kept)]
    assert [(closed.version, closed.period) for closed in closed_periods(rows)] == [(2, first), (3, second)]


def test_what_a_row_keeps_is_what_older_releases_wrote() -> None:
    """A store that was filled before the update is read after it, and the other way round."""
    period = ClosedPeriod({D: 100.0, W: 90.0}, Gain(0.1, 0.0, 0.2, "change", 5), 0.9)
    assert period_json(period) == {
        "seconds_by": {"documents": 100.0, "words": 90.0},
        "gain": {"value": 0.1, "low": 0.0, "high": 0.2, "measure": "change", "n": 5},
        "stability": 0.9,
    }
    assert period_json(None) is None


def test_a_period_from_before_review_screens_has_none_of_them() -> None:
    """What older releases wrote names the activities that there were."""
    stretch = {"seconds_by": {"documents": 9.0, "words": 5.0}, "gain": None, "stability": None}
    row = VersionRow(number=1, made_from={"stretch": stretch})
    (closed,) = closed_periods([row])
    assert closed.period.seconds == {D: 9.0, W: 5.0, R: 0}
