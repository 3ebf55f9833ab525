"""Sections that every report has: what was run, the seconds of computing, and the runs that failed."""

from clime_core.simulation.annotator import Habits
from clime_core.simulation.controls import CONTROLS, PRIOR_MATCHED
from clime_core.simulation.experiment import Experiment, Results
from clime_core.simulation.report.cells import mean_cell
from clime_core.simulation.report.comparison import Comparison
from clime_core.simulation.report.markdown import table


def head(experiment: Experiment, results: Results) -> str:
    """The title, and what was run."""
    settings = ", ".join(f"{files.name} {files.method.upper()}" for files in experiment.settings)
    shares = "not matched" if experiment.shares is None else " / ".join(f"{share:.0%}" for share in experiment.shares)
    lines = [
        "# Report of `clime simulate`\n",
        f"- settings: {settings}",
        f"- seeds: {len(experiment.seeds)}; budget: {experiment.budget}; recipes: {', '.join(experiment.recipes)}",
        f"- annotator: {_annotator(experiment.habits)}",
        f"- matched accuracy: shares of the categories in the pool {shares}",
        f"- runs: {len(results.records)} finished, {len(results.failures)} failed",
    ]
    return "\n".join((*lines, *_controls(experiment)))


def seconds_table(compared: Comparison) -> str:
    """Mean seconds of a run and of the first round."""
    first = [run.points[0].seconds for run in compared.records]
    rows = [("first round", mean_cell(first))] if first else []
    for arm in compared.arms:
        if arm.condition.policy is not None:
            rows.append((str(arm), mean_cell(run.seconds for run in compared.runs(arm))))
    return table(("", "seconds"), rows)


def failures(results: Results) -> list[str]:
    """Runs that ended in an error, if any."""
    lines = [f"- {failure.key}: {failure.error}" for failure in results.failures]
    return ["## Failed runs", "\n".join(lines)] if lines else []


def _annotator(habits: Habits) -> str:
    return (
        f"{habits.word_seconds:g} s a keyword, {habits.document_seconds:g} s a document (medians), "
        f"{habits.error_rate:.0%} errors, {habits.skip_rate:.0%} skipped"
    )


def _controls(experiment: Experiment) -> list[str]:
    """A line for each control."""
    controls = [CONTROLS[name] for name in experiment.controls if name in CONTROLS]
    lines = [f"- control {control.name}: {control.about}" for control in controls]
    if PRIOR_MATCHED in experiment.controls:
        lines.append(f"- control {PRIOR_MATCHED}: Base with its decision moved to match the pool's shares")
    return lines
