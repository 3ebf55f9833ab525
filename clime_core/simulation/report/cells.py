"""Cells of the reports' tables."""

from collections.abc import Iterable, Sequence

import numpy as np

from clime_core.simulation.report.statistics import Interval
from clime_core.simulation.run_record import RunRecord

UNDEFINED = "–"

WORK_COLUMNS = ("runs", "minutes", "keywords", "documents")
"""The columns of `work_cells`."""


def interval_cell(interval: Interval | None, *, signed: bool = False) -> str:
    """`80.2 [78.1, 82.4]`, with a sign for differences; a dash where there is none."""
    if interval is None:
        return UNDEFINED
    form = "+.1f" if signed else ".1f"
    return f"{interval.mean:{form}} [{interval.low:{form}}, {interval.high:{form}}]"


def mean_cell(values: Iterable[float]) -> str:
    """The mean with one decimal; a dash where there are no values."""
    known = list(values)
    return f"{np.mean(known):.1f}" if known else UNDEFINED


def work_cells(runs: Sequence[RunRecord]) -> tuple[str, ...]:
    """The number of runs, and means of the work done in them; empty cells without runs."""
    if not runs:
        return ("",) * len(WORK_COLUMNS)
    last = [run.last for run in runs]
    work: tuple[list[float], ...] = (
        [point.minutes for point in last],
        [float(point.keywords) for point in last],
        [float(point.documents) for point in last],
    )
    return (str(len(runs)), *(mean_cell(values) for values in work))
