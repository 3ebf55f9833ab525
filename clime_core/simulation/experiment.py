"""An experiment: every run of a grid, spread over workers, each written to a file, so that nothing is done twice."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from clime_core.errors import DataError
from clime_core.model.device import threads
from clime_core.progress import Progress, silent
from clime_core.round.campaign_round import RoundSettings, Trained
from clime_core.simulation.annotator import Habits
from clime_core.simulation.backends import working
from clime_core.simulation.campaign import Start, simulate
from clime_core.simulation.condition import BASE, CLIME, Condition, Effort, split_condition
from clime_core.simulation.controls import CONTROLS, PRIOR_MATCHED, Control, applies
from clime_core.simulation.data_folder import Setting, SettingFiles, read_setting
from clime_core.simulation.run_key import Circumstances, RunKey, code_version, digest
from clime_core.simulation.run_record import Failure, RunRecord, read_record, write_record

REAL = Control.name

CHECK_SECONDS = 0.5
"""Between two reports of progress."""


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

    def keys(self, files: SettingFiles, seed: int) -> list[RunKey]:
        """The runs of one setting and seed, Base first, by recipe."""
        conditions = dict.fromkeys((BASE, *self.conditions, *self.split_conditions))
        controls = [name for name in self.controls if name != PRIOR_MATCHED]
        cells = [(condition, REAL, self.budget) for condition in conditions]
        cells += [
            (condition, name, self.budget) for condition in conditions for name in controls if applies(name, condition)
        ]
        cells += [(CLIME, REAL, budget) for budget in self.keyword_budgets]
        distinct = dict.fromkeys(cells)
        return [RunKey(files.name, files.method, recipe, *cell, seed) for recipe in self.recipes for cell in distinct]


@dataclass(frozen=True)
class Group:
    """The runs of one setting and seed, which one worker does in a row, and the file of each."""

    files: SettingFiles
    seed: int
    runs: tuple[tuple[RunKey, Path], ...]

    @property
    def open(self) -> list[tuple[RunKey, Path]]:
        """The runs that have no file yet."""
        return [(key, path) for key, path in self.runs if not path.exists()]


@dataclass(frozen=True)
class Results:
    """The finished runs in the order of the grid, those that failed, and how many were found done."""

    records: tuple[RunRecord, ...]
    failures: tuple[Failure, ...]
    found: int


def run_experiment(
    experiment: Experiment, out: Path, *, jobs: int = 1, backend: str = "loky", progress: Progress = silent
) -> Results:
    """Do the runs that are not done yet and read all. Records are in `out`/runs, vectors in `out`/vectors.

    Both must be where all workers can reach them. Raises ClimeError for data or settings that cannot work; an error
    inside a run is a Failure, and the other runs go on.
    """
    cache = out / "vectors"
    (out / "runs").mkdir(parents=True, exist_ok=True)
    for done, files in enumerate(experiment.settings):
        progress("reading data", done, len(experiment.settings))
        _check(experiment, files, cache)
    groups = plan(experiment, out / "runs")
    runs = [run for group in groups for run in group.runs]
    waiting = [group for group in groups if group.open]
    found = len(runs) - sum(len(group.open) for group in waiting)
    with working(backend, jobs), _watching([path for _, path in runs], progress):
        parts = Parallel()(delayed(run_group)(experiment, group, cache) for group in waiting)
    failures = tuple(failure for part in parts for failure in part)
    return Results(tuple(read_record(path) for _, path in runs if path.exists()), failures, found)


def plan(experiment: Experiment, folder: Path) -> list[Group]:
    """Every run with its file, grouped; all settings of a seed before the next seed."""
    code, stamps = code_version(), {files: files.stamp() for files in experiment.settings}
    groups = []
    for seed in experiment.seeds:
        for files in experiment.settings:
            names = [
                (key, digest(key, _circumstances(experiment, key, stamps[files]), code))
                for key in experiment.keys(files, seed)
            ]
            groups.append(Group(files, seed, tuple((key, folder / f"{name}.json") for key, name in names)))
    return groups


def run_group(experiment: Experiment, group: Group, cache: Path) -> list[Failure]:
    """Do the open runs of a group on one thread, with one first round a recipe; their files appear one by one.

    A recipe whose first classifier would be that of the recipe before it takes it over.
    """
    failures: list[Failure] = []
    trained: Trained | None = None
    with threadpool_limits(1), threads(1):
        setting = read_setting(group.files, cache)
        for recipe, runs in groupby(group.open, key=lambda run: run[0].recipe):
            recipe_runs = list(runs)
            try:
                start = _start(experiment, setting, recipe, group.seed, recipe_runs, trained)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is reported with the runs that it stopped
                failures += [Failure(key, _error_text(error)) for key, _ in recipe_runs]
                continue
            trained = start.result.trained
            failures += [failure for run in recipe_runs for failure in _attempt(experiment, start, *run)]
    return failures


def _start(
    experiment: Experiment,
    setting: Setting,
    recipe: str,
    seed: int,
    runs: Sequence[tuple[RunKey, Path]],
    trained: Trained | None,
) -> Start:
    """The first round, with as many keywords as the runs need."""
    keywords = max(key.budget.keywords(key.condition, experiment.habits) for key, _ in runs)
    return Start.of(setting, experiment.recipes[recipe], seed, keywords, experiment.shares, trained)


def _attempt(experiment: Experiment, start: Start, key: RunKey, path: Path) -> Sequence[Failure]:
    """One run and its file, or what went wrong."""
    try:
        run = simulate(start, key.condition, CONTROLS[key.control], key.budget, experiment.habits)
    except Exception as error:  # noqa: BLE001 - the other runs go on, this one is reported
        return [Failure(key, _error_text(error))]
    seconds = sum(point.seconds for point in run.points[1:])
    write_record(path, RunRecord(key, run.points, run.notes, seconds))
    return []


def _check(experiment: Experiment, files: SettingFiles, cache: Path) -> None:
    """Read the setting once, here: its faults are reported at once, and the workers find its vectors converted."""
    setting = read_setting(files, cache)
    if experiment.shares is not None and len(experiment.shares) != len(setting.categories):
        raise DataError(
            f"{files.folder}: {len(setting.categories)} categories, but shares of the pool for "
            f"{len(experiment.shares)}: give one share for each category, or none"
        )


def _circumstances(experiment: Experiment, key: RunKey, stamp: str) -> Circumstances:
    return Circumstances(experiment.recipes[key.recipe], experiment.habits, experiment.shares, stamp)


def _error_text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


@contextmanager
def _watching(paths: Sequence[Path], progress: Progress) -> Iterator[None]:
    """Report from time to time how many of the files are there."""
    over = threading.Event()

    def check() -> None:
        while not over.wait(CHECK_SECONDS):
            progress("runs", sum(path.exists() for path in paths), len(paths))

    thread = threading.Thread(target=check, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
