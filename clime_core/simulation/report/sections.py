"""Sections that every report has: what was run, what was known, the seconds of computing, the runs that failed."""

from collections import Counter

from clime_core.simulation.annotator import Habits
from clime_core.simulation.control import Control
from clime_core.simulation.controls import PRIOR_MATCHED
from clime_core.simulation.experiment import Experiment, Results
from clime_core.simulation.known_words import KnownWords
from clime_core.simulation.report.cells import mean_cell
from clime_core.simulation.report.comparison import Comparison
from clime_core.simulation.report.markdown import table


def head(experiment: Experiment, results: Results) -> str:
    """The title, and what was run."""
    settings = ", ".join(f"{files.name} {files.method.upper()}" for files in experiment.settings)
    seeds = ", ".join(map(str, experiment.seeds))
    lines = [
        "# Report of `clime simulate`\n",
        f"- settings: {settings}",
        f"- seeds: {len(experiment.seeds)} ({seeds}); budget: {experiment.budget}",
        f"- recipes: {', '.join(experiment.recipes)}",
        f"- annotator: {_annotator(experiment.habits)}",
        f"- matched accuracy: {_matched(experiment.shares)}",
        f"- runs: {len(results.records)} finished, {len(results.failures)} failed, {results.open} open",
    ]
    return "\n".join((*lines, *_controls(experiment)))


def open_runs(experiment: Experiment, results: Results) -> list[str]:
    """That the report is partial, and by how much, where somebody stopped the experiment."""
    if not results.stopped:
        return []
    done = Counter((run.key.place, run.key.recipe) for run in results.records)
    places = [files.place for files in experiment.settings]
    rows = [(place, recipe, str(done[place, recipe])) for place in places for recipe in experiment.recipes]
    text = (
        f"**Partial: {len(results.records)} of {results.planned} runs are done.** The experiment was stopped. Settings "
        "and seeds that are missing in one row may be there in another, so that rows cannot be compared; differences "
        "are paired all the same. The same command goes on where it stopped."
    )
    return [text, table(("setting", "recipe", "runs done"), rows)]


def known_words(results: Results) -> list[str]:
    """How much of each pool the annotator and the machine's dictionary know; nothing where there is no dictionary."""
    columns = ("", "pairs of words", "running words of the pool", "distinct words of the pool")
    rows = []
    for place, known in results.known.items():
        annotator, machine = known.annotator, known.machine
        rows.append((f"{place}: annotator, {known.file}", *_known_cells(annotator)))
        if annotator.by_all != annotator.by_dictionary:
            rows.append((f"{place}: annotator, with the words that it has read", *_known_cells(annotator, counts=True)))
        rows.append((f"{place}: machine's dictionary", *_known_cells(machine)))
    if not any(known.file for known in results.known.values()):
        return []
    text = (
        "A word of the pool is known where it stands in the dictionary exactly as it is written. Labels of documents "
        "are right whatever words are known."
    )
    return ["## What is known of the pool", text, table(columns, rows)]


def seconds_table(compared: Comparison) -> str:
    """Mean seconds of a run and of the first round."""
    first = [run.points[0].seconds for run in compared.records if run.key.control == Control.name]
    rows = [("first round", mean_cell(first))] if first else []
    for arm in compared.arms:
        if arm.condition.policy is not None:
            rows.append((str(arm), mean_cell(run.seconds for run in compared.runs(arm))))
    return table(("", "seconds"), rows)


def failures(results: Results) -> list[str]:
    """Runs that ended in an error, if any."""
    lines = [f"- {failure.key}: {failure.error}" for failure in results.failures]
    return ["## Failed runs", "\n".join(lines)] if lines else []


def _known_cells(known: KnownWords, *, counts: bool = False) -> tuple[str, ...]:
    """The pairs of a dictionary, and the shares of the pool that it knows; or with the counted words."""
    coverage = known.by_all if counts else known.by_dictionary
    pairs = "" if counts else f"{known.pairs:,}"
    return pairs, f"{coverage.share:.0%}", f"{coverage.share_of_types:.0%}"


def _annotator(habits: Habits) -> str:
    text = "" if habits.review_seconds is None else f"{habits.review_seconds:g} s a text on a review screen, "
    return (
        f"{habits.word_seconds:g} s a keyword, {habits.document_seconds:g} s a document, {text}all medians; "
        f"{habits.error_rate:.0%} errors, {habits.omission_rate:.0%} of wrong predictions left on review screens, "
        f"{habits.skip_rate:.0%} skipped"
    )


def _matched(shares: tuple[float, ...] | None) -> str:
    if shares is None:
        return "none, no shares of the pool's categories were given"
    return "shares of the categories in the pool " + " / ".join(f"{share:.0%}" for share in shares)


def _controls(experiment: Experiment) -> list[str]:
    """A line for each control."""
    lines = [f"- control {one.name}: {one.about}{_left_out(experiment, one)}" for one in experiment.run_controls]
    if PRIOR_MATCHED in experiment.controls:
        lines.append(f"- control {PRIOR_MATCHED}: Base with its decision moved to match the pool's shares")
    return lines


def _left_out(experiment: Experiment, control: Control) -> str:
    """Where a control was not run, because it needs what is not there, or would be the real run."""
    missing = [
        f"{files.place} {recipe}"
        for files in experiment.settings
        for recipe, settings in experiment.recipes.items()
        if not control.fits(settings, files)
    ]
    return f" (does not apply to, and was not run for: {', '.join(missing)})" if missing else ""
