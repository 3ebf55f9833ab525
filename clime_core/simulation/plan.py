"""The plan of an experiment: which runs are done, which are open, and how long those will take."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import fmean

from clime_core.simulation.data_folder import SettingFiles
from clime_core.simulation.experiment import Experiment
from clime_core.simulation.run_key import RunKey, code_version, digest
from clime_core.simulation.run_record import RunRecord, read_record

Run = tuple[RunKey, Path]
"""A run and the file of its record."""

Cell = tuple[str, str]
"""A setting with its vectors, and a recipe."""


@dataclass(frozen=True)
class Group:
    """The runs of one setting and seed, which one worker does in a row, and the file of each."""

    files: SettingFiles
    seed: int
    runs: tuple[Run, ...]

    @property
    def open(self) -> list[Run]:
        """The runs that have no file yet."""
        return [(key, path) for key, path in self.runs if not path.exists()]


@dataclass(frozen=True)
class Plan:
    """Every run of an experiment, in groups; all settings of a seed before the next seed.

    It counts what is done when it is asked for the first time.
    """

    groups: tuple[Group, ...]

    @cached_property
    def runs(self) -> list[Run]:
        """All of them, in order."""
        return [run for group in self.groups for run in group.runs]

    @cached_property
    def waiting(self) -> list[Group]:
        """The groups that have an open run."""
        return [group for group in self.groups if group.open]

    @cached_property
    def done(self) -> dict[Path, RunRecord]:
        """The records that are there."""
        return {path: read_record(path) for _, path in self.runs if path.exists()}

    @property
    def records(self) -> tuple[RunRecord, ...]:
        """The same in order."""
        return tuple(self.done.values())

    def counts(self) -> dict[Cell, tuple[int, int]]:
        """By setting and recipe, how many runs there are, and how many of these are done."""
        every, done = Counter(_cell(key) for key, _ in self.runs), Counter(_cell(run.key) for run in self.records)
        return {cell: (number, done[cell]) for cell, number in every.items()}

    def seconds(self, jobs: int) -> float | None:
        """What the open runs will take `jobs` workers, by the runs that are done; None where there is none.

        A run takes the mean of its setting and recipe, or of its recipe, or of all. So does a first round, one for each
        recipe of a group. Neither reading the data nor other work of the machine is counted.
        """
        if not self.done:
            return None
        of_run = _means(self.records, lambda run: run.seconds)
        of_first = _means(self.records, lambda run: run.points[0].seconds)
        total = 0.0
        for group in self.waiting:
            cells = [_cell(key) for key, _ in group.open]
            total += sum(map(of_run, cells)) + sum(map(of_first, set(cells)))
        return total / max(1, min(jobs, len(self.waiting)))


def plan(experiment: Experiment, folder: Path) -> Plan:
    """All runs with their files in the folder."""
    code, stamps = code_version(), {files: files.stamp() for files in experiment.settings}
    groups = []
    for seed in experiment.seeds:
        for files in experiment.settings:
            keys = experiment.keys(files, seed)
            names = [digest(key, experiment.circumstances(key, stamps[files]), code) for key in keys]
            runs = zip(keys, (folder / f"{name}.json" for name in names), strict=True)
            groups.append(Group(files, seed, tuple(runs)))
    return Plan(tuple(groups))


def _cell(key: RunKey) -> Cell:
    return key.place, key.recipe


def _means(runs: Iterable[RunRecord], seconds: Callable[[RunRecord], float]) -> Callable[[Cell], float]:
    """Mean seconds by setting and recipe, else by recipe, else of all."""
    by_name: dict[tuple[str, ...], list[float]] = {}
    for run in runs:
        place, recipe = _cell(run.key)
        for name in ((place, recipe), (recipe,), ()):
            by_name.setdefault(name, []).append(seconds(run))
    means = {name: fmean(values) for name, values in by_name.items()}

    def mean(cell: Cell) -> float:
        return next(means[name] for name in (cell, cell[1:], ()) if name in means)

    return mean
