"""The best split of the time in hindsight: an upper bound for policies that choose a share."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from clime_core.simulation.condition import Condition
from clime_core.simulation.report.comparison import Arm, Comparison
from clime_core.simulation.report.measures import ALL_MEASURES
from clime_core.simulation.run_record import RunRecord

BY_SETTING = Condition("best-split", title="best split by setting")
BY_RUN = Condition("best-split-of-run", title="best split by run")


def with_oracles(compared: Comparison, splits: Sequence[Condition], measure: str) -> Comparison:
    """The same runs with two further arms that take those of the best of the splits by a measure.

    `BY_SETTING` takes one split in each setting, the best on average over its seeds; `BY_RUN` the best of each setting
    and seed. Both choose by the results that they are then shown with, so that they are biased upwards: the first by
    little where there are many seeds, the second by the luck of the best of so many runs.
    """
    value = ALL_MEASURES[measure]
    chosen: list[RunRecord] = []
    for setting in compared.settings:
        best = best_split(compared, splits, measure, setting)
        if best is not None:
            runs = _complete(compared, splits, measure, setting)
            chosen += [_named(run, BY_SETTING) for run in runs[best].values()]
            for seed in runs[best]:
                runs_of_seed = [by_seed[seed] for by_seed in runs.values()]
                chosen.append(_named(max(runs_of_seed, key=lambda run: value(run) or 0.0), BY_RUN))
    return Comparison((*compared.records, *chosen))


def best_split(compared: Comparison, splits: Sequence[Condition], measure: str, setting: str) -> Condition | None:
    """The split that `BY_SETTING` takes; None where nothing can be compared."""
    value = ALL_MEASURES[measure]
    means = {
        split: float(np.mean([value(run) or 0.0 for run in by_seed.values()]))
        for split, by_seed in _complete(compared, splits, measure, setting).items()
    }
    return max(means, key=lambda split: means[split]) if means else None


def _complete(
    compared: Comparison, splits: Sequence[Condition], measure: str, setting: str
) -> dict[Condition, dict[int, RunRecord]]:
    """Of each split the runs of the seeds that all splits have a value for; empty where there is no such seed."""
    value = ALL_MEASURES[measure]
    runs = {split: compared.cells.get(Arm(split), {}).get(setting, {}) for split in splits}
    seeds = [{seed for seed, run in by_seed.items() if value(run) is not None} for by_seed in runs.values()]
    common = sorted(set.intersection(*seeds)) if seeds else []
    return {split: {seed: by_seed[seed] for seed in common} for split, by_seed in runs.items()} if common else {}


def _named(run: RunRecord, condition: Condition) -> RunRecord:
    return replace(run, key=replace(run.key, condition=condition))
