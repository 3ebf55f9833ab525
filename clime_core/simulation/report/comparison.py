"""What the tables and plots of an experiment are made of: runs by arm, their values, and paired differences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from clime_core.simulation.condition import CONDITIONS, Condition, Effort
from clime_core.simulation.controls import PRIOR_MATCHED, Control, applies
from clime_core.simulation.report.measures import ALL_MEASURES
from clime_core.simulation.report.statistics import Interval, TTest, bootstrap_interval, one_sample_t
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
        own = [one for one in records if one.key.recipe == recipe and one.key.budget == budget]
        moved = [_moved(one) for one in own if one.key.condition.policy is None] if prior_matched else []
        return cls((*own, *moved))

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

    def values(self, arm: Arm, measure: str, setting: str) -> list[float]:
        """Of one arm and setting after the last session, by seed, in percent."""
        records = (record for _, record in sorted(self.cells.get(arm, {}).get(setting, {}).items()))
        return [PERCENT * value for value in map(ALL_MEASURES[measure], records) if value is not None]

    def under(self, control: str) -> "Comparison":
        """The runs under a control as if they were real, with the real ones of the conditions that it leaves alone."""
        real = Control.name
        mine = [one for one in self.records if one.key.control == control]
        mine += [one for one in self.records if one.key.control == real and not applies(control, one.key.condition)]
        order = [one.key.condition for one in self.records]
        mine.sort(key=lambda one: order.index(one.key.condition))
        return Comparison(tuple(replace(one, key=replace(one.key, control=real)) for one in mine))

    def after(self, session: int) -> "Comparison":
        """The same runs as they were after a session; those that ended earlier as they ended."""
        return Comparison(tuple(replace(one, points=one.points[: session + 1]) for one in self.records))

    def mean(self, arm: Arm, measure: str, settings: Sequence[str] | None = None) -> Interval | None:
        """Over all settings or some, in percent; None where the measure is undefined everywhere."""
        return _interval([self.values(arm, measure, setting) for setting in settings or self.settings])

    def difference(
        self, arm: Arm, other: Arm, measure: str, settings: Sequence[str] | None = None, of: "Comparison | None" = None
    ) -> Interval | None:
        """Paired by setting and seed, in percentage points; None where no pair has both values.

        `of` is where the other arm is looked up: the runs of another recipe, or these.
        """
        theirs = of or self
        return _interval([self._pairs(arm, other, measure, setting, theirs) for setting in settings or self.settings])

    def t_test(self, arm: Arm, other: Arm, measure: str, setting: str) -> TTest | None:
        """The arm's values by seed against the mean of the other's."""
        reference = self.values(other, measure, setting)
        if not reference:
            return None
        return one_sample_t(self.values(arm, measure, setting), sum(reference) / len(reference))

    def _pairs(self, arm: Arm, other: Arm, measure: str, setting: str, of: "Comparison") -> list[float]:
        mine, theirs = self.cells.get(arm, {}).get(setting, {}), of.cells.get(other, {}).get(setting, {})
        value = ALL_MEASURES[measure]
        pairs = [(value(mine[seed]), value(theirs[seed])) for seed in sorted(mine.keys() & theirs.keys())]
        return [PERCENT * (a - b) for a, b in pairs if a is not None and b is not None]


def _interval(values: Sequence[Sequence[float]]) -> Interval | None:
    """Of the settings that have values."""
    known = [row for row in values if row]
    return bootstrap_interval(known) if known else None


def _moved(record: RunRecord) -> RunRecord:
    """A run of Base as if it predicted with the pool's shares matched."""
    points = tuple(replace(point, score=_matched(point.score)) for point in record.points)
    return replace(record, key=replace(record.key, control=PRIOR_MATCHED), points=points)


def _matched(score: Score) -> Score:
    if score.matched is None or score.matched_f1 is None:
        return score
    return replace(score, accuracy=score.matched, macro_f1=score.matched_f1)
