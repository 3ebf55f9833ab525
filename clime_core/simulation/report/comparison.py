"""Comparisons: the runs of an experiment by arm, their values, and paired differences, for tables and plots."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from clime_core.simulation.condition import CONDITIONS, Condition, Effort
from clime_core.simulation.control import Control
from clime_core.simulation.controls import PRIOR_MATCHED, applies
from clime_core.simulation.experiment import Experiment, Results
from clime_core.simulation.report.measures import ALL_MEASURES
from clime_core.simulation.report.statistics import Interval, TTest, bootstrap_interval, one_sample_t
from clime_core.simulation.run_key import RunKey
from clime_core.simulation.run_record import RunRecord
from clime_core.simulation.score import Score

PERCENT = 100.0


@dataclass(frozen=True)
class Arm:
    """A row of the tables: a condition, perhaps under a control."""

    condition: Condition
    control: str = Control.name

    def __str__(self) -> str:
        return self.condition.title + ("" if self.control == Control.name else f", {self.control}")

    @property
    def real(self) -> bool:
        """Whether it is no control."""
        return self.control == Control.name


BASE = Arm(CONDITIONS["base"])
PRIOR = Arm(CONDITIONS["base"], PRIOR_MATCHED)


@dataclass(frozen=True, eq=False)
class Comparison:
    """The runs of one recipe with the experiment's budget, by arm, setting and seed."""

    records: tuple[RunRecord, ...]

    @classmethod
    def of(
        cls, records: Iterable[RunRecord], recipe: str, budget: Effort, *, prior_matched: bool = False
    ) -> "Comparison":
        """Those of a recipe and budget; with `prior_matched` Base is there a second time, its decision moved."""
        runs = [run for run in records if run.key.recipe == recipe and run.key.budget == budget]
        moved = [_moved(run) for run in runs if _is_base(run.key)] if prior_matched else []
        return cls((*runs, *moved))

    @cached_property
    def cells(self) -> dict[Arm, dict[str, dict[int, RunRecord]]]:
        """Arm to setting to seed to run."""
        found: dict[Arm, dict[str, dict[int, RunRecord]]] = {}
        for record in self.records:
            arm = Arm(record.key.condition, record.key.control)
            found.setdefault(arm, {}).setdefault(record.key.place, {})[record.key.seed] = record
        return found

    @property
    def arms(self) -> list[Arm]:
        """Conditions in the order of the experiment, each followed by its controls."""
        order = list(dict.fromkeys(arm.condition for arm in self.cells))
        return sorted(self.cells, key=lambda arm: (order.index(arm.condition), arm.control != Control.name))

    @property
    def settings(self) -> list[str]:
        """In the order of the experiment."""
        return list(dict.fromkeys(record.key.place for record in self.records))

    @property
    def n_sessions(self) -> int:
        """How many sessions there are."""
        return max((len(run.points) - 1 for run in self.records), default=0)

    def runs(self, arm: Arm) -> list[RunRecord]:
        """All of one arm; none where it was not run."""
        return [run for by_seed in self.cells.get(arm, {}).values() for run in by_seed.values()]

    def values(self, arm: Arm, measure: str, setting: str) -> list[float]:
        """Of one arm and setting after the last session, by seed, in percent."""
        records = (record for _, record in sorted(self.cells.get(arm, {}).get(setting, {}).items()))
        return [PERCENT * value for value in map(ALL_MEASURES[measure], records) if value is not None]

    def under(self, control: str) -> "Comparison":
        """The runs under a control as if they were real, with the real ones of the conditions that it leaves alone."""
        real = Control.name
        runs = [run for run in self.records if run.key.control == control]
        runs += [run for run in self.records if run.key.control == real and not applies(control, run.key.condition)]
        order = [run.key.condition for run in self.records]
        runs.sort(key=lambda run: order.index(run.key.condition))
        return Comparison(tuple(replace(run, key=replace(run.key, control=real)) for run in runs))

    def after(self, session: int) -> "Comparison":
        """The same runs as they were after a session; those that ended earlier as they ended."""
        return Comparison(tuple(replace(run, points=run.points[: session + 1]) for run in self.records))

    def mean(self, arm: Arm, measure: str, settings: Sequence[str] | None = None) -> Interval | None:
        """Over all settings or some, in percent; None where the measure is undefined everywhere."""
        return _interval([self.values(arm, measure, setting) for setting in settings or self.settings])

    def difference(
        self,
        arm: Arm,
        reference: Arm,
        measure: str,
        settings: Sequence[str] | None = None,
        of: "Comparison | None" = None,
    ) -> Interval | None:
        """Paired by setting and seed, in percentage points; None where no pair has both values.

        `of` has the runs of the reference: those of another recipe, or these.
        """
        runs = of or self
        return _interval([self._pairs(arm, reference, measure, setting, runs) for setting in settings or self.settings])

    def t_test(self, arm: Arm, reference: Arm, measure: str, setting: str) -> TTest | None:
        """The arm's values by seed against the mean of the reference's."""
        expected = self.values(reference, measure, setting)
        if not expected:
            return None
        return one_sample_t(self.values(arm, measure, setting), sum(expected) / len(expected))

    def _pairs(self, arm: Arm, reference: Arm, measure: str, setting: str, of: "Comparison") -> list[float]:
        first, second = self.cells.get(arm, {}).get(setting, {}), of.cells.get(reference, {}).get(setting, {})
        value = ALL_MEASURES[measure]
        pairs = [(value(first[seed]), value(second[seed])) for seed in sorted(first.keys() & second.keys())]
        return [PERCENT * (a - b) for a, b in pairs if a is not None and b is not None]


def comparison(experiment: Experiment, results: Results, recipe: str) -> Comparison:
    """The runs of a recipe with the experiment's own budget."""
    prior = PRIOR_MATCHED in experiment.controls and experiment.shares is not None
    return Comparison.of(results.records, recipe, experiment.budget, prior_matched=prior)


def _interval(values: Sequence[Sequence[float]]) -> Interval | None:
    """Of the settings that have values."""
    known = [row for row in values if row]
    return bootstrap_interval(known) if known else None


def _is_base(key: RunKey) -> bool:
    return key.condition.policy is None and key.control == Control.name


def _moved(record: RunRecord) -> RunRecord:
    """A run of Base as if it predicted with the pool's shares matched."""
    points = tuple(replace(point, score=_matched(point.score)) for point in record.points)
    return replace(record, key=replace(record.key, control=PRIOR_MATCHED), points=points)


def _matched(score: Score) -> Score:
    if score.matched is None or score.matched_f1 is None:
        return score
    return replace(score, accuracy=score.matched, macro_f1=score.matched_f1)
