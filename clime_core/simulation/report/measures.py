"""Measures of a run. Values in [0, 1], None where a measure is undefined."""

from collections.abc import Callable

from clime_core.simulation.run_record import RunRecord

Measure = Callable[[RunRecord], float | None]


def _auc_over_time(record: RunRecord) -> float | None:
    """The area under the learning curve: the mean AUC after each of the sessions, which are equally long."""
    values = [point.score.auc for point in record.points[1:] or record.points]
    known = [auc for auc in values if auc is not None]
    return sum(known) / len(known) if len(known) == len(values) else None


MEASURES: dict[str, Measure] = {
    "accuracy": lambda record: record.last.score.accuracy,
    "matched accuracy": lambda record: record.last.score.matched,
    "macro F1": lambda record: record.last.score.macro_f1,
    "AUC": lambda record: record.last.score.auc,
}
"""After the last session, by name."""

OVER_TIME = "AUC over time"

BY_POLICY: dict[str, Measure] = {
    "matched accuracy": MEASURES["matched accuracy"],
    "AUC": MEASURES["AUC"],
    OVER_TIME: _auc_over_time,
}
"""The measures of policies: a campaign may stop early, so that the learning curve counts too."""

ALL_MEASURES = {**MEASURES, **BY_POLICY}
