"""`clime simulate`: simulated campaigns with their controls."""

from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from clime_core.errors import CampaignError
from clime_core.round.campaign_round import RoundSettings
from clime_core.simulation.annotator import Habits
from clime_core.simulation.condition import CONDITIONS, Condition, Effort, policy_conditions, split_condition
from clime_core.simulation.controls import parse_controls
from clime_core.simulation.data_folder import SettingFiles
from clime_core.simulation.experiment import Experiment, Results
from clime_core.simulation.recipes import RECIPES
from clime_core.simulation.report.cells import interval_cell
from clime_core.simulation.report.comparison import comparison
from clime_core.simulation.report.measures import BY_POLICY, MEASURES
from clime_core.simulation.workers import run_experiment
from ml_backend.cli.terminal import bars, say, show, warn

app = typer.Typer(add_completion=False)

Number = TypeVar("Number", int, float)

DEFAULT_MINUTES = 50.0
DEFAULT_SPLITS = "0,0.25,0.5,0.75,1"
DEFAULT_SHARES = (0.7, 0.3)
"""Of the two categories in the pool."""


@app.command()
def simulate(
    data: Annotated[list[Path], typer.Option("--data", help="Data folder of a language pair; may be given again.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of results; what is done there is not done again.")],
    method: Annotated[str, typer.Option("--method", help="Kinds of vectors, with commas.")] = "cca",
    recipes: Annotated[str, typer.Option("--recipes", help="Ways to compute a round, with commas.")] = "paper,clime",
    conditions: Annotated[str, typer.Option("--conditions", help="With commas.")] = "base,active,clime,a+c",
    policies: Annotated[str, typer.Option("--policies", help="Policies in place of the conditions, with commas.")] = "",
    splits: Annotated[
        str, typer.Option("--splits", help="With --policies: shares of documents, for the best split in hindsight.")
    ] = DEFAULT_SPLITS,
    controls: Annotated[
        str, typer.Option("--controls", help="all, none, or some with commas; all unless --policies.")
    ] = "",
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="How many.")] = 10,
    minutes: Annotated[float | None, typer.Option("--minutes", help="Minutes of work; 50 unless --counts.")] = None,
    counts: Annotated[int | None, typer.Option("--counts", help="Tasks instead of minutes: the paper's 50.")] = None,
    sessions: Annotated[int, typer.Option("--sessions", help="Equal parts of the work, a round after each.")] = 1,
    keyword_counts: Annotated[
        str, typer.Option("--keyword-counts", help="Further runs of clime with so many keywords, with commas.")
    ] = "",
    pool_shares: Annotated[
        str, typer.Option("--pool-shares", help="Of the categories, with commas, or none; 0.7,0.3 unless --topics.")
    ] = "",
    topics: Annotated[bool, typer.Option("--topics", help="The task of many categories.")] = False,
    error_rate: Annotated[float, typer.Option("--error-rate", min=0, max=1, help="Of the annotator.")] = 0.0,
    skip_rate: Annotated[float, typer.Option("--skip-rate", min=0, max=1, help="Of the annotator.")] = 0.0,
    fixed_times: Annotated[bool, typer.Option("--fixed-times", help="Every task takes its median time.")] = False,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Workers.")] = 2,
    backend: Annotated[str, typer.Option("--backend", help="joblib's: loky, threading, dask, ray, ...")] = "loky",
) -> None:
    """Run simulated campaigns with their controls on data folders, and report what a person's minutes are worth."""
    if policies and counts is not None:
        raise CampaignError("--policies are compared at equal minutes: give --minutes in place of --counts")
    methods = _names(method)
    experiment = Experiment(
        settings=tuple(SettingFiles(folder, name, topics) for folder in data for name in methods),
        recipes=_recipes(recipes),
        conditions=policy_conditions(_names(policies)) if policies else _conditions(conditions),
        controls=parse_controls(controls or ("none" if policies else "all")),
        seeds=tuple(range(seeds)),
        budget=Effort(DEFAULT_MINUTES if minutes is None and counts is None else minutes, counts, sessions),
        splits=_splits(splits) if policies else (),
        keyword_counts=tuple(_number(part, int, "--keyword-counts") for part in _names(keyword_counts)),
        habits=Habits(error_rate=error_rate, skip_rate=skip_rate, sigma=0.0 if fixed_times else Habits.sigma),
        shares=_shares(pool_shares, topics),
    )
    with bars() as progress:
        results = run_experiment(experiment, out, jobs=jobs, backend=backend, progress=progress)
    _finish(experiment, results, out)


def _finish(experiment: Experiment, results: Results, out: Path) -> None:
    """Write the files, show the tables, and report the runs that failed."""
    from clime_core.simulation.report.publication import publish  # matplotlib takes a second to load

    files = publish(experiment, results, out)
    for recipe in experiment.recipes:
        show(_table(experiment, results, recipe))
    if results.found:
        say(f"{results.found} of {len(results.records)} runs were done before")
    for path in files:
        say(str(path))
    for failure in results.failures:
        warn(f"failed: {failure.key}: {failure.error}")
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


def _recipes(text: str) -> dict[str, RoundSettings]:
    names = _names(text)
    unknown = [name for name in names if name not in RECIPES]
    if unknown or not names:
        raise CampaignError(f"--recipes are some of {', '.join(RECIPES)}, got {text!r}")
    return {name: RECIPES[name] for name in names}


def _conditions(text: str) -> tuple[Condition, ...]:
    names = _names(text)
    if not names or not set(names) <= CONDITIONS.keys():
        raise CampaignError(f"--conditions are some of {', '.join(CONDITIONS)}, got {text!r}")
    return tuple(CONDITIONS[name] for name in names)


def _splits(text: str) -> tuple[float, ...]:
    """Distinct shares of documents. Raises CampaignError for one that is no share, or none."""
    splits = tuple(sorted({_number(part, float, "--splits") for part in _names(text)}))
    if not splits:
        raise CampaignError("--splits are shares of documents from 0 to 1, with commas, got none")
    for share in splits:
        split_condition(share)
    return splits


def _shares(text: str, topics: bool) -> tuple[float, ...] | None:
    if not text:
        return None if topics else DEFAULT_SHARES
    if text == "none":
        return None
    shares = tuple(_number(part, float, "--pool-shares") for part in _names(text))
    if min(shares) <= 0 or abs(sum(shares) - 1) > 1e-6:
        raise CampaignError(f"--pool-shares must be above 0 and add up to 1, got {text!r}")
    return shares


def _names(text: str) -> list[str]:
    """Distinct parts of a list with commas, in order."""
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _number(text: str, kind: type[Number], option: str) -> Number:
    try:
        return kind(text)
    except ValueError as error:
        raise CampaignError(f"{option} takes numbers with commas between them, got {text!r}") from error
