"""An experiment: the grid of its runs, and their results."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clime_core.round.campaign_round import RoundSettings
from clime_core.simulation.annotator import Habits
from clime_core.simulation.condition import BASE, CLIME, Condition, Effort, split_condition
from clime_core.simulation.control import Control
from clime_core.simulation.controls import CONTROLS, PRIOR_MATCHED, applies
from clime_core.simulation.data_folder import SettingFiles
from clime_core.simulation.known_words import PoolKnowledge
from clime_core.simulation.run_key import Circumstances, RunKey
from clime_core.simulation.run_record import Failure, RunRecord

REAL = Control.name

Cell = tuple[Condition, str, Effort]
"""A condition, the name of a control, the budget."""


@dataclass(frozen=True)
class Experiment:
    """A grid of runs: settings x recipes x conditions x controls x seeds; a control only where it makes a difference.

    conditions: the paper's; or policies, if there are `splits`. These are shares of documents; policies are compared
    with the best of them in hindsight.
    keyword_counts: further runs of `clime` with so many keywords each, without controls (the paper's figure 4).
    shares: of the categories in the pool, for the matched accuracy and the machines' labels; None leaves these out.
    """

    settings: tuple[SettingFiles, ...]
    recipes: Mapping[str, RoundSettings]
    conditions: tuple[Condition, ...]
    controls: tuple[str, ...]
    seeds: tuple[int, ...]
    budget: Effort
    splits: tuple[float, ...] = ()
    keyword_counts: tuple[int, ...] = ()
    habits: Habits = field(default_factory=Habits)
    shares: tuple[float, ...] | None = None

    @property
    def keyword_budgets(self) -> tuple[Effort, ...]:
        """The budgets of the runs by number of keywords, in increasing order."""
        return tuple(Effort(count=count) for count in sorted(set(self.keyword_counts)))

    @property
    def split_conditions(self) -> tuple[Condition, ...]:
        """The fixed splits of the time."""
        return tuple(map(split_condition, self.splits))

    @property
    def run_controls(self) -> tuple[Control, ...]:
        """The controls that have runs of their own."""
        return tuple(CONTROLS[name] for name in self.controls if name != PRIOR_MATCHED)

    def keys(self, files: SettingFiles, seed: int) -> list[RunKey]:
        """The runs of one setting and seed by recipe: Base first, runs with another first round last."""
        return [
            RunKey(files.name, files.method, recipe, *cell, seed)
            for recipe in self.recipes
            for cell in dict.fromkeys((*self._cells(), *self._fair_cells(recipe, files)))
        ]

    def first_round(self, key: RunKey) -> RoundSettings:
        """The settings of a run's first round."""
        return CONTROLS[key.control].first_round(self.recipes[key.recipe])

    def circumstances(self, key: RunKey, stamp: str) -> Circumstances:
        """All that a run depends on beside its key and the code; `stamp` is that of its data."""
        return Circumstances(self.first_round(key), self.habits, self.shares, stamp)

    def _cells(self) -> list[Cell]:
        """The conditions, the controls of each, and the runs by number of keywords."""
        conditions = dict.fromkeys((BASE, *self.conditions, *self.split_conditions))
        cells = [(condition, REAL, self.budget) for condition in conditions]
        cells += [
            (condition, control.name, self.budget)
            for condition in conditions
            for control in self.run_controls
            if applies(control.name, condition)
        ]
        return cells + [(CLIME, REAL, budget) for budget in self.keyword_budgets]

    def _fair_cells(self, recipe: str, files: SettingFiles) -> list[Cell]:
        """The fair controls that fit, each in the place of its condition."""
        return [
            (control.stands_for, control.name, self.budget)
            for control in self.run_controls
            if control.stands_for is not None and control.fits(self.recipes[recipe], files)
        ]


@dataclass(frozen=True)
class Results:
    """The finished runs in the order of the grid, those that failed, and how many were found done.

    `planned`: how many runs the grid has; `stopped`: whether somebody stopped the experiment. `known`: by setting, what
    annotator and machine know of its pool.
    """

    records: tuple[RunRecord, ...]
    failures: tuple[Failure, ...]
    found: int
    planned: int = 0
    stopped: bool = False
    known: Mapping[str, PoolKnowledge] = field(default_factory=dict)

    @property
    def open(self) -> int:
        """The runs of the grid that are still to be done; those that failed are tried again."""
        return max(0, self.planned - len(self.records))
