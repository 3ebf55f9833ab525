"""What an experiment leaves in its folder: results.json, report.md and the plots."""

from pathlib import Path

from clime_core.data.stream import writing
from clime_core.simulation.experiment import Experiment, Results
from clime_core.simulation.report.comparison import Comparison
from clime_core.simulation.report.figures import conditions_figure, keywords_figure, minutes_figure, sessions_figure
from clime_core.simulation.report.policy_figure import policies_figure
from clime_core.simulation.report.policy_report import policy_report
from clime_core.simulation.report.report import comparison, report
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
    compared = comparison(experiment, results, recipe)
    if not compared.records:
        return []
    if experiment.splits:
        policies_figure(experiment, compared, out / f"policies-{recipe}.svg")
        return [out / f"policies-{recipe}.svg"]
    made = [out / f"conditions-{recipe}.svg"]
    conditions_figure(compared, made[0])
    if len(experiment.conditions) > 1:
        made.append(out / f"minutes-{recipe}.svg")
        minutes_figure(compared, made[-1])
    if experiment.keyword_counts:
        made.append(out / f"keywords-{recipe}.svg")
        at = {
            budget.count or 0: Comparison.of(results.records, recipe, budget) for budget in experiment.keyword_budgets
        }
        keywords_figure({0: compared, **at}, made[-1])
    if experiment.budget.sessions > 1:
        for condition in (one for one in experiment.conditions if one.policy is not None):
            made.append(out / f"sessions-{recipe}-{condition}.svg")
            sessions_figure(compared, condition, made[-1])
    return made
