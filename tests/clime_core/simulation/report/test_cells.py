"""Cells of the reports' tables."""

from clime_core.simulation.report.cells import WORK_COLUMNS, interval_cell, mean_cell, work_cells
from clime_core.simulation.report.statistics import Interval


def test_an_interval_has_a_sign_where_it_is_a_difference() -> None:
    """The mean with its bounds; a dash where there is none."""
    interval = Interval(1.25, -0.5, 3.0, 2, 6)
    assert interval_cell(interval) == "1.2 [-0.5, 3.0]"
    assert interval_cell(interval, signed=True) == "+1.2 [-0.5, +3.0]"
    assert interval_cell(None) == interval_cell(None, signed=True) == "–"


def test_means_have_one_decimal() -> None:
    """And there is no mean of nothing."""
    assert mean_cell(iter([1, 2, 2])) == "1.7"
    assert mean_cell([]) == "–"


def test_no_runs_leave_the_cells_empty() -> None:
    """A cell for each column, so that the row is as wide as the table."""
    assert work_cells([]) == ("",) * len(WORK_COLUMNS)
