"""`clime simulate`: simulated campaigns with their controls."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from clime_core.errors import CampaignError
from clime_core.simulation.annotator import Habits
from clime_core.simulation.condition import Effort, policy_conditions
from clime_core.simulation.experiment import Experiment, Results
from clime_core.simulation.plan import Plan, plan
from clime_core.simulation.report.cells import interval_cell
from clime_core.simulation.report.comparison import comparison
from clime_core.simulation.report.measures import BY_POLICY, MEASURES
from clime_core.simulation.workers import RUNS, run_experiment
from ml_backend.cli.simulate_options import (
    conditions_of,
    controls_of,
    names,
    number,
    recipes_of,
    seeds_of,
    setting_files,
    shares_of,
    splits_of,
)
from ml_backend.cli.terminal import bars, say, show, warn

app = typer.Typer(add_completion=False)

DEFAULT_MINUTES = 50.0
DEFAULT_SPLITS = "0,0.25,0.5,0.75,1"
STOPPED = 130
"""The exit status of an experiment that was stopped."""


@app.command()
def simulate(
    data: Annotated[list[Path], typer.Option("--data", help="Data folder of a language pair; may be given again.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of results; what is done there is not done again.")],
    base: Annotated[str, typer.Option("--base", help="words (the default), encoder, given or transformer.")] = "",
    method: Annotated[
        str, typer.Option("--method", help="Kinds of vectors or predictions, with commas; docs have the default.")
    ] = "",
    model: Annotated[
        str, typer.Option("--model", help="What a transformer is fine-tuned from: a folder, or a name.")
    ] = "",
    recipes: Annotated[
        str, typer.Option("--recipes", help="Ways to compute a round, with commas; those of --base unless given.")
    ] = "",
    conditions: Annotated[
        str,
        typer.Option(
            "--conditions",
            help="base, active, clime, a+c (the default), review, d+r; with commas.",
        ),
    ] = "",
    policies: Annotated[str, typer.Option("--policies", help="Policies in place of the conditions, with commas.")] = "",
    splits: Annotated[
        str, typer.Option("--splits", help="With --policies: shares of documents, for the best split in hindsight.")
    ] = DEFAULT_SPLITS,
    controls: Annotated[
        str, typer.Option("--controls", help="all, fair, none, or some with commas; all unless --policies.")
    ] = "",
    annotator_dictionary: Annotated[
        list[Path] | None,
        typer.Option("--annotator-dictionary", help="The person's, in place of dictionary.tsv; one, or one a folder."),
    ] = None,
    seeds: Annotated[str, typer.Option("--seeds", help="How many, or the seeds with commas: 0,7,11.")] = "10",
    minutes: Annotated[float | None, typer.Option("--minutes", help="Minutes of work; 50 unless --counts.")] = None,
    counts: Annotated[int | None, typer.Option("--counts", help="Tasks instead of minutes: the paper's 50.")] = None,
    sessions: Annotated[int, typer.Option("--sessions", help="Equal parts of the work, a round after each.")] = 1,
    keyword_counts: Annotated[
        str, typer.Option("--keyword-counts", help="Further runs of clime with so many keywords, with commas.")
    ] = "",
    pool_shares: Annotated[
        str, typer.Option("--pool-shares", help="Of the categories, with commas, or none; 0.7,0.3 of two categories.")
    ] = "",
    topics: Annotated[bool, typer.Option("--topics", help="The task of many categories.")] = False,
    error_rate: Annotated[float, typer.Option("--error-rate", min=0, max=1, help="Of the annotator.")] = 0.0,
    skip_rate: Annotated[float, typer.Option("--skip-rate", min=0, max=1, help="Of the annotator.")] = 0.0,
    review_seconds: Annotated[
        float | None,
        typer.Option("--review-seconds", min=0.1, help="Of a text on a review screen; else 8, cut 15."),
    ] = None,
    omission_rate: Annotated[
        float, typer.Option("--omission-rate", min=0, max=1, help="Of wrong predictions left on review screens.")
    ] = 0.05,
    fixed_times: Annotated[bool, typer.Option("--fixed-times", help="Every task takes its median time.")] = False,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Workers.")] = 2,
    backend: Annotated[str, typer.Option("--backend", help="joblib's: loky, threading, dask, ray, ...")] = "loky",
    plan_only: Annotated[bool, typer.Option("--plan", help="Show what would be run, and end.")] = False,
) -> None:
    """Run simulated campaigns with their controls on data folders, and report what a person's minutes are worth."""
    if policies and counts is not None:
        raise CampaignError("--policies are compared at equal minutes: give --minutes in place of --counts")
    settings = setting_files(data, method, topics, base, annotator_dictionary or [])
    experiment = Experiment(
        settings=settings,
        recipes=recipes_of(recipes, base, model),
        conditions=policy_conditions(names(policies)) if policies else conditions_of(conditions, settings),
        controls=controls_of(controls, bool(policies)),
        seeds=seeds_of(seeds),
        budget=Effort(DEFAULT_MINUTES if minutes is None and counts is None else minutes, counts, sessions),
        splits=splits_of(splits) if policies else (),
        keyword_counts=tuple(number(part, int, "--keyword-counts") for part in names(keyword_counts)),
        habits=Habits(
            error_rate=error_rate,
            skip_rate=skip_rate,
            sigma=0.0 if fixed_times else Habits.sigma,
            review_seconds=review_seconds,
            omission_rate=omission_rate,
        ),
        shares=shares_of(pool_shares, settings),
    )
    _announce(plan(experiment, out / RUNS), jobs)
    if plan_only:
        return
    with _stoppable(), bars() as progress:
        results = run_experiment(experiment, out, jobs=jobs, backend=backend, progress=progress)
    _finish(experiment, results, out)


def _announce(planned: Plan, jobs: int) -> None:
    """How many runs there are, by setting and recipe, and how long the open ones will take."""
    table = Table("setting", "recipe", "runs", "done", "open")
    for (place, recipe), (runs, done) in planned.counts().items():
        table.add_row(place, recipe, str(runs), str(done), str(runs - done))
    show(table)
    n_open, seconds = len(planned.runs) - len(planned.done), planned.seconds(jobs)
    text = f"plan: {len(planned.runs)} runs, {len(planned.done)} done, {n_open} open"
    if n_open and seconds is None:
        text += "; how long they take is known once some of them are done"
    elif n_open and seconds is not None:
        text += f"; about {max(1, round(seconds / 60))} minutes with {jobs} workers, by the runs that are done"
    say(text)


@contextmanager
def _stoppable() -> Iterator[None]:
    """SIGTERM stops the block as Ctrl-C does; a second signal while the report is written ends at once."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _finish(experiment: Experiment, results: Results, out: Path) -> None:
    """Write the files, show the tables, and report the runs that failed or are open."""
    from clime_core.simulation.report.publication import publish  # matplotlib takes a second to load

    files = publish(experiment, results, out)
    for recipe in experiment.recipes:
        show(_table(experiment, results, recipe))
    if results.found:
        say(f"{results.found} of {results.planned} runs were done before")
    for path in files:
        say(str(path))
    for failure in results.failures:
        warn(f"failed: {failure.key}: {failure.error}")
    if results.stopped:
        warn(
            f"stopped: {len(results.records)} of {results.planned} runs are done, and the report is partial; "
            "the same command goes on where it stopped"
        )
        raise typer.Exit(STOPPED)
    if results.failures:
        raise CampaignError(f"{len(results.failures)} runs failed; the same command does them again")


def _table(experiment: Experiment, results: Results, recipe: str) -> Table:
    compared = comparison(experiment, results, recipe)
    title = f"{recipe}: {experiment.budget}, {len(experiment.settings)} settings, {len(experiment.seeds)} seeds"
    measures = BY_POLICY if experiment.splits else MEASURES
    table = Table("", *(f"{name} %" for name in measures), title=title)
    for arm in compared.arms:
        table.add_row(str(arm), *(interval_cell(compared.mean(arm, measure)) for measure in measures))
    return table
