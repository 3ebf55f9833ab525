"""The files of a finished experiment: results.json, report.md and the plots."""

from pathlib import Path

from clime_core.data.stream import writing
from clime_core.simulation.experiment import Experiment, Results
from clime_core.simulation.report.comparison import Comparison, comparison
from clime_core.simulation.report.figures import conditions_figure, keywords_figure, minutes_figure, sessions_figure
from clime_core.simulation.report.policy_figure import policies_figure
from clime_core.simulation.report.policy_report import policy_report
from clime_core.simulation.report.report import report
from clime_core.simulation.report.results_file import write_results


def publish(experiment: Experiment, results: Results, out: Path) -> list[Path]:
    """Write all files; their paths, results and report first. A plot without data is not made."""
    write_results(out / "results.json", experiment, results)
    text = policy_report(experiment, results) if experiment.splits else report(experiment, results)
    with writing(out / "report.md") as stream:
        stream.write(text.encode())
    plots = [path for recipe in experiment.recipes for path in _plots(experiment, results, recipe, out)]
    return [out / "results.json", out / "report.md", *plots]


def _plots(experiment: Experiment, results: Results, recipe: str, out: Path) -> list[Path]:
    """Draw the plots of a recipe; their paths."""
    compared = comparison(experiment, results, recipe)
    if not compared.records:
        return []
    if experiment.splits:
        policies_figure(experiment, compared, out / f"policies-{recipe}.svg")
        return [out / f"policies-{recipe}.svg"]
    conditions_figure(compared, out / f"conditions-{recipe}.svg")
    plots = [out / f"conditions-{recipe}.svg"]
    if len(experiment.conditions) > 1:
        minutes_figure(compared, out / f"minutes-{recipe}.svg")
        plots.append(out / f"minutes-{recipe}.svg")
    if experiment.keyword_counts:
        keywords_figure(_by_count(experiment, results, recipe, compared), out / f"keywords-{recipe}.svg")
        plots.append(out / f"keywords-{recipe}.svg")
    return plots + _session_plots(experiment, compared, recipe, out)


def _session_plots(experiment: Experiment, compared: Comparison, recipe: str, out: Path) -> list[Path]:
    """A plot for each condition with work, where there is more than one session."""
    if experiment.budget.sessions == 1:
        return []
    plots = []
    for condition in experiment.conditions:
        if condition.policy is not None:
            plots.append(out / f"sessions-{recipe}-{condition}.svg")
            sessions_figure(compared, condition, plots[-1])
    return plots


def _by_count(experiment: Experiment, results: Results, recipe: str, compared: Comparison) -> dict[int, Comparison]:
    """The runs by number of keywords; 0 is the comparison itself, which has Base."""
    budgets = experiment.keyword_budgets
    return {0: compared} | {budget.count or 0: Comparison.of(results.records, recipe, budget) for budget in budgets}
