"""report.md: the tables of an experiment, every number with its interval."""

from collections.abc import Iterable, Iterator

from clime_core.simulation.experiment import Experiment, Results
from clime_core.simulation.report.cells import UNDEFINED, WORK_COLUMNS, interval_cell, mean_cell, work_cells
from clime_core.simulation.report.comparison import BASE, Arm, Comparison, comparison
from clime_core.simulation.report.contrasts import ACTIVE, BOTH, CLIME, contrasts
from clime_core.simulation.report.languages import languages_section
from clime_core.simulation.report.markdown import table
from clime_core.simulation.report.measures import MEASURES
from clime_core.simulation.report.sections import failures, head, known_words, open_runs, seconds_table
from clime_core.simulation.run_record import RunRecord

TESTED = ((CLIME, BASE), (CLIME, ACTIVE), (BOTH, ACTIVE), (BOTH, CLIME), (BOTH, BASE))
"""The pairs of conditions that the paper's appendix tests."""

MEASURES_OF_CLAIMS = {True: "matched accuracy", False: "accuracy"}
"""The kind of accuracy that claims are made of, by whether the pool's shares are matched."""

OF_CONDITIONS = (
    "### Conditions and controls\n\nMean over settings and seeds, in percent, with 95 % bootstrap intervals "
    "over settings and seeds."
)
OF_DIFFERENCES = "### Differences\n\nPaired by setting and seed, in percentage points, with 95 % intervals."
OF_SETTINGS = "### By setting\n\nMatched accuracy / AUC (accuracy / AUC where no shares are matched), means over seeds."
OF_SIGNIFICANCE = (
    "### Significance\n\nOne-sample t-tests of a condition's values by seed against the mean of the other "
    "condition, as in appendix A.1 of the paper, where users take the place of seeds."
)
OF_SECONDS = "### Time\n\nSeconds of computing a run, without the first round, which the runs of a seed share."


def report(experiment: Experiment, results: Results) -> str:
    """The whole report as Markdown."""
    parts = [head(experiment, results), *open_runs(experiment, results), *known_words(results)]
    for recipe in experiment.recipes:
        parts += _recipe(experiment, results, recipe)
    return "\n\n".join((*parts, *_between_recipes(experiment, results), *failures(results))) + "\n"


def conditions_table(compared: Comparison) -> str:
    """A row for each condition and control."""
    columns = ("", *(f"{name} %" for name in MEASURES), *WORK_COLUMNS, "marks + / - / added")
    return table(columns, [_condition_row(compared, arm) for arm in compared.arms])


def differences_table(compared: Comparison) -> str:
    """Every arm against Base, every condition against its controls, and A+C against either alone."""
    rows = [(f"{arm} - {reference}", *_differences(compared, arm, reference)) for arm, reference in contrasts(compared)]
    return table(("", *MEASURES), rows)


def settings_table(compared: Comparison) -> str:
    """A column for each setting, a row for each arm."""
    rows = [(str(arm), *(_pair(compared, arm, setting) for setting in compared.settings)) for arm in compared.arms]
    return table(("", *compared.settings), rows)


def significance_table(compared: Comparison) -> str:
    """As in the paper's appendix: p, t and the degrees of freedom, by setting."""
    rows = [
        (
            f"{arm} vs. {reference}",
            setting,
            *(_t_test(compared, arm, reference, measure, setting) for measure in ("accuracy", "AUC")),
        )
        for arm, reference in TESTED
        if {arm, reference} <= compared.cells.keys()
        for setting in compared.settings
    ]
    return table(("comparison", "setting", "accuracy: p, t, df", "AUC: p, t, df"), rows)


def _recipe(experiment: Experiment, results: Results, recipe: str) -> Iterator[str]:
    """The sections of one recipe."""
    compared = comparison(experiment, results, recipe)
    yield f"## Recipe {recipe}"
    yield from (OF_CONDITIONS, conditions_table(compared))
    yield from (OF_DIFFERENCES, differences_table(compared))
    yield from languages_section(compared, (MEASURES_OF_CLAIMS[experiment.shares is not None], "AUC"))
    yield from (OF_SETTINGS, settings_table(compared))
    if any({arm, reference} <= compared.cells.keys() for arm, reference in TESTED):
        yield from (OF_SIGNIFICANCE, significance_table(compared))
    yield from _sessions(compared)
    yield from _keywords(experiment, results, recipe)
    yield from (OF_SECONDS, seconds_table(compared))


def _condition_row(compared: Comparison, arm: Arm) -> tuple[str, ...]:
    runs = compared.runs(arm)
    means = (interval_cell(compared.mean(arm, measure)) for measure in MEASURES)
    return (str(arm), *means, *work_cells(runs), _marks(runs))


def _marks(runs: Iterable[RunRecord]) -> str:
    """Similar, dissimilar and added words, means over the runs."""
    last = [run.last for run in runs]
    counts = ([p.similar for p in last], [p.dissimilar for p in last], [p.added for p in last])
    return " / ".join(map(mean_cell, counts))


def _differences(
    compared: Comparison, arm: Arm, reference: Arm, reference_runs: Comparison | None = None
) -> Iterator[str]:
    """A cell for each measure."""
    for measure in MEASURES:
        yield interval_cell(compared.difference(arm, reference, measure, of=reference_runs), signed=True)


def _pair(compared: Comparison, arm: Arm, setting: str) -> str:
    matched = compared.values(arm, "matched accuracy", setting) or compared.values(arm, "accuracy", setting)
    return " / ".join(map(mean_cell, (matched, compared.values(arm, "AUC", setting))))


def _t_test(compared: Comparison, arm: Arm, reference: Arm, measure: str, setting: str) -> str:
    test = compared.t_test(arm, reference, measure, setting)
    if test is None:
        return UNDEFINED
    return f"{'<0.01' if test.p < 0.01 else f'{test.p:.2f}'}, {test.t:.2f}, {test.df}"


def _sessions(compared: Comparison) -> list[str]:
    """The scores after each session, where there is more than one."""
    sessions = [compared.after(session) for session in range(compared.n_sessions + 1)]
    if compared.n_sessions < 2:
        return []
    rows = [
        (str(arm), str(session), *(interval_cell(at.mean(arm, measure)) for measure in MEASURES))
        for arm in compared.arms
        if arm.condition.policy is not None
        for session, at in enumerate(sessions)
    ]
    columns = ("", "session", *(f"{name} %" for name in MEASURES))
    return ["### By session\n\nSession 0 is before the first minute.", table(columns, rows)]


def _keywords(experiment: Experiment, results: Results, recipe: str) -> list[str]:
    """The scores of CLIME by the number of keywords, where that was asked for."""
    rows = []
    for budget in experiment.keyword_budgets:
        at = Comparison.of(results.records, recipe, budget)
        rows.append((str(budget.count), *(interval_cell(at.mean(CLIME, measure)) for measure in MEASURES)))
    columns = ("keywords", *(f"{name} %" for name in MEASURES))
    return ["### CLIME by number of keywords", table(columns, rows)] if rows else []


def _between_recipes(experiment: Experiment, results: Results) -> list[str]:
    """Every recipe against the first one."""
    first, *further = experiment.recipes
    if not further:
        return []
    first_runs = comparison(experiment, results, first)
    rows = [
        (f"{recipe}: {arm} - {first}: {reference}", *_differences(compared, arm, reference, first_runs))
        for recipe in further
        for compared in (comparison(experiment, results, recipe),)
        for arm in compared.arms
        if arm.real
        for reference in dict.fromkeys((BASE, arm))
    ]
    text = f"## Recipes beside {first}\n\nPaired by setting and seed, in percentage points, with 95 % intervals."
    return [text, table(("", *MEASURES), rows)]
