"""The runs of an experiment spread over workers, each written to a file, so that nothing is done twice."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from clime_core.errors import DataError
from clime_core.model.device import threads
from clime_core.progress import Progress, silent
from clime_core.round.campaign_round import RoundSettings, Trained
from clime_core.simulation.backends import working
from clime_core.simulation.base_kinds import check_base
from clime_core.simulation.campaign import Start, simulate
from clime_core.simulation.controls import CONTROLS
from clime_core.simulation.data_folder import Setting, SettingFiles, read_setting
from clime_core.simulation.experiment import Experiment, Results
from clime_core.simulation.known_words import PoolKnowledge
from clime_core.simulation.plan import Group, Plan, Run, plan
from clime_core.simulation.run_key import RunKey
from clime_core.simulation.run_record import Failure, RunRecord, write_record

RUNS, VECTORS = "runs", "vectors"
"""The folders of records and of converted vectors."""

CHECK_SECONDS = 0.5
"""Between two reports of progress."""


def run_experiment(
    experiment: Experiment, out: Path, *, jobs: int = 1, backend: str = "loky", progress: Progress = silent
) -> Results:
    """Do the runs that are not done yet and read all. Records are in `out`/runs, vectors in `out`/vectors.

    Both must be where all workers can reach them. Raises ClimeError for data or settings that cannot work; an error
    inside a run is a Failure, and the other runs go on. A KeyboardInterrupt stops the workers; the results are then
    those of the runs done so far.
    """
    (out / RUNS).mkdir(parents=True, exist_ok=True)
    known = {}
    for done, files in enumerate(experiment.settings):
        progress("reading data", done, len(experiment.settings))
        known[files.place] = _check(experiment, files, out / VECTORS)
    planned = plan(experiment, out / RUNS)
    found = len(planned.done)
    failures: tuple[Failure, ...] = ()
    stopped = False
    try:
        failures = _work(experiment, planned, out / VECTORS, jobs, backend, progress)
    except KeyboardInterrupt:
        stopped = True
    records = Plan(planned.groups).records
    return Results(records, failures, found, len(planned.runs), stopped, known)


def _work(
    experiment: Experiment, planned: Plan, cache: Path, jobs: int, backend: str, progress: Progress
) -> tuple[Failure, ...]:
    """Do the open runs; what went wrong."""
    with working(backend, jobs), _watching([path for _, path in planned.runs], progress):
        parts = Parallel()(delayed(run_group)(experiment, group, cache) for group in planned.waiting)
    return tuple(failure for part in parts for failure in part)


def run_group(experiment: Experiment, group: Group, cache: Path) -> list[Failure]:
    """Do the open runs of a group on one thread; those with the same first round share it. Files appear one by one.

    A recipe whose first classifier would be that of the recipe before it takes it over.
    """
    failures: list[Failure] = []
    trained: Trained | None = None
    with threadpool_limits(1), threads(1):
        setting = read_setting(group.files, cache)
        for recipe, recipe_runs in groupby(group.open, key=lambda run: run[0].recipe):
            for settings, alike in groupby(recipe_runs, key=lambda run: experiment.first_round(run[0])):
                runs = list(alike)
                try:
                    start = _start(experiment, setting, settings, group.seed, runs, trained)
                except Exception as error:  # noqa: BLE001 - whatever it is, it is reported with the runs that it stopped
                    failures += [Failure(key, _error_text(error)) for key, _ in runs]
                    continue
                if settings == experiment.recipes[recipe]:
                    trained = start.result.trained
                failures += [failure for run in runs for failure in _attempt(experiment, start, *run)]
    return failures


def _start(
    experiment: Experiment,
    setting: Setting,
    settings: RoundSettings,
    seed: int,
    runs: Sequence[Run],
    trained: Trained | None,
) -> Start:
    """The first round, with as many keywords and review screens as the runs need."""
    keywords = max(_keywords(experiment, key) for key, _ in runs)
    screens = max(key.budget.screens(key.condition, settings.review.texts) for key, _ in runs)
    return Start.of(setting, settings, seed, keywords, experiment.shares, trained, screens)


def _keywords(experiment: Experiment, key: RunKey) -> int:
    """How many keywords a run needs, those for nothing included."""
    return max(key.budget.keywords(key.condition, experiment.habits), CONTROLS[key.control].keywords_for_nothing)


def _attempt(experiment: Experiment, start: Start, key: RunKey, path: Path) -> Sequence[Failure]:
    """One run and its file, or what went wrong."""
    try:
        run = simulate(start, key.condition, CONTROLS[key.control], key.budget, experiment.habits)
    except Exception as error:  # noqa: BLE001 - the other runs go on, this one is reported
        return [Failure(key, _error_text(error))]
    seconds = sum(point.seconds for point in run.points[1:])
    write_record(path, RunRecord(key, run.points, run.notes, seconds))
    return []


def _check(experiment: Experiment, files: SettingFiles, cache: Path) -> PoolKnowledge:
    """Read the setting once, here: its faults are reported at once, and the workers find its vectors converted.

    What is known of its pool.
    """
    for recipe, settings in experiment.recipes.items():
        check_base(recipe, settings, files)
    setting = read_setting(files, cache)
    if experiment.shares is not None and len(experiment.shares) != len(setting.categories):
        raise DataError(
            f"{files.folder}: {len(setting.categories)} categories, but shares of the pool for "
            f"{len(experiment.shares)}: give one share for each category, or none"
        )
    return PoolKnowledge.of(setting, files)


def _error_text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


@contextmanager
def _watching(paths: Sequence[Path], progress: Progress) -> Iterator[None]:
    """Report at the beginning and from time to time how many of the files are there."""
    over = threading.Event()

    def check() -> None:
        while True:
            progress("runs", sum(path.exists() for path in paths), len(paths))
            if over.wait(CHECK_SECONDS):
                return

    thread = threading.Thread(target=check, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
