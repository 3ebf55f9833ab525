"""report.md: the tables of an experiment, every number with its interval."""

from collections.abc import Iterable, Sequence

import numpy as np

from clime_core.simulation.condition import CONDITIONS
from clime_core.simulation.controls import CONTROLS, PRIOR_MATCHED, Control
from clime_core.simulation.experiment import Experiment, Results
from clime_core.simulation.report.comparison import BASE, Arm, Comparison
from clime_core.simulation.report.measures import MEASURES
from clime_core.simulation.report.statistics import Interval
from clime_core.simulation.run_record import RunRecord

CLIME, ACTIVE, BOTH = (Arm(CONDITIONS[name]) for name in ("clime", "active", "a+c"))
TESTED = ((CLIME, BASE), (CLIME, ACTIVE), (BOTH, ACTIVE), (BOTH, CLIME), (BOTH, BASE))


def report(experiment: Experiment, results: Results) -> str:
    """The whole report as Markdown."""
    parts = [head(experiment, results)]
    for recipe in experiment.recipes:
        compared = comparison(experiment, results, recipe)
        parts += [
            f"## Recipe {recipe}",
            "### Conditions and controls\n\nMean over settings and seeds, in percent, with 95 % bootstrap intervals "
            "over settings and seeds.",
            conditions_table(compared),
            "### Differences\n\nPaired by setting and seed, in percentage points, with 95 % intervals.",
            differences_table(compared),
            "### By setting\n\nMatched accuracy / AUC (accuracy / AUC where no shares are matched), means over seeds.",
            settings_table(compared),
            "### Significance\n\nOne-sample t-tests of a condition's values by seed against the mean of the other "
            "condition, as in appendix A.1 of the paper, where users take the place of seeds.",
            significance_table(compared),
            *_sessions(compared),
            *_keywords(experiment, results, recipe),
            "### Time\n\nSeconds of computing a run, without the first round, which the runs of a seed share.",
            seconds_table(compared),
        ]
    return "\n\n".join((*parts, *_between(experiment, results), *failures(results))) + "\n"


def comparison(experiment: Experiment, results: Results, recipe: str) -> Comparison:
    """The runs of a recipe with the experiment's own budget."""
    prior = PRIOR_MATCHED in experiment.controls and experiment.shares is not None
    return Comparison.of(results.records, recipe, experiment.budget, prior_matched=prior)


def conditions_table(compared: Comparison) -> str:
    """A row for each condition and control."""
    rows = []
    for arm in compared.arms:
        runs = [run for by_seed in compared.cells[arm].values() for run in by_seed.values()]
        rows.append((str(arm), *(shown(compared.mean(arm, measure)) for measure in MEASURES), *_work(runs)))
    head = ("", *(f"{name} %" for name in MEASURES), "runs", "minutes", "keywords", "documents", "marks + / - / added")
    return table(head, rows)


def differences_table(compared: Comparison) -> str:
    """Every arm against Base, every condition against its controls, and A+C against either alone."""
    rows = []
    for arm, other in _contrasts(compared):
        differences = (shown(compared.difference(arm, other, measure), signed=True) for measure in MEASURES)
        rows.append((f"{arm} - {other}", *differences))
    return table(("", *MEASURES), rows)


def settings_table(compared: Comparison) -> str:
    """A column for each setting, a row for each arm."""
    rows = [(str(arm), *(_pair(compared, arm, setting) for setting in compared.settings)) for arm in compared.arms]
    return table(("", *compared.settings), rows)


def significance_table(compared: Comparison) -> str:
    """As in the paper's appendix: p, t and the degrees of freedom, by setting."""
    rows = []
    for arm, other in TESTED:
        for setting in compared.settings if {arm, other} <= compared.cells.keys() else ():
            cells = [_tested(compared, arm, other, measure, setting) for measure in ("accuracy", "AUC")]
            rows.append((f"{arm} vs. {other}", setting, *cells))
    return table(("comparison", "setting", "accuracy: p, t, df", "AUC: p, t, df"), rows)


def seconds_table(compared: Comparison) -> str:
    """Mean seconds of a run and of the first round."""
    first = [run.points[0].seconds for run in compared.records]
    rows = [("first round", f"{np.mean(first):.1f}")] if first else []
    for arm in compared.arms:
        seconds = [run.seconds for by_seed in compared.cells[arm].values() for run in by_seed.values()]
        rows += [(str(arm), f"{np.mean(seconds):.1f}")] if arm.condition.policy is not None else []
    return table(("", "seconds"), rows)


def shown(interval: Interval | None, *, signed: bool = False) -> str:
    """`80.2 [78.1, 82.4]`, with a sign for differences; a dash where there is none."""
    if interval is None:
        return "–"
    form = "+.1f" if signed else ".1f"
    return f"{interval.mean:{form}} [{interval.low:{form}}, {interval.high:{form}}]"


def head(experiment: Experiment, results: Results) -> str:
    """What was run."""
    habits = experiment.habits
    settings = ", ".join(f"{one.name} {one.method.upper()}" for one in experiment.settings)
    shares = "not matched" if experiment.shares is None else " / ".join(f"{share:.0%}" for share in experiment.shares)
    lines = [
        "# Report of `clime simulate`\n",
        f"- settings: {settings}",
        f"- seeds: {len(experiment.seeds)}; budget: {experiment.budget}; recipes: {', '.join(experiment.recipes)}",
        f"- annotator: {habits.word_seconds:g} s a keyword, {habits.document_seconds:g} s a document (medians), "
        f"{habits.error_rate:.0%} errors, {habits.skip_rate:.0%} skipped",
        f"- matched accuracy: shares of the categories in the pool {shares}",
        f"- runs: {len(results.records)} finished, {len(results.failures)} failed",
    ]
    used = [CONTROLS[name] for name in experiment.controls if name in CONTROLS]
    lines += [f"- control {control.name}: {control.about}" for control in used]
    if PRIOR_MATCHED in experiment.controls:
        lines.append(f"- control {PRIOR_MATCHED}: Base with its decision moved to match the pool's shares")
    return "\n".join(lines)


def _work(runs: Sequence[RunRecord]) -> tuple[str, ...]:
    """How much was done, means over the runs."""
    last = [run.last for run in runs]

    def mean(values: Iterable[float]) -> str:
        return f"{np.mean(list(values)):.1f}"

    marks = (mean(p.similar for p in last), mean(p.dissimilar for p in last), mean(p.added for p in last))
    done = (mean(p.minutes for p in last), mean(p.keywords for p in last), mean(p.documents for p in last))
    return (str(len(runs)), *done, " / ".join(marks))


def _contrasts(compared: Comparison) -> list[tuple[Arm, Arm]]:
    real = [arm for arm in compared.arms if arm.control == Control.name and arm != BASE]
    pairs = [(arm, BASE) for arm in compared.arms if arm != BASE]
    pairs += [(arm, other) for arm in real for other in compared.arms if _controls(other, arm)]
    return pairs + [(BOTH, other) for other in (ACTIVE, CLIME) if {BOTH, other} <= set(real)]


def _controls(other: Arm, arm: Arm) -> bool:
    """Whether the other is a control of the arm: of its condition, or Base with the shares matched."""
    return other.control != Control.name and other.condition in (arm.condition, BASE.condition)


def _pair(compared: Comparison, arm: Arm, setting: str) -> str:
    matched = compared.values(arm, "matched accuracy", setting) or compared.values(arm, "accuracy", setting)
    means = (f"{np.mean(v):.1f}" if v else "–" for v in (matched, compared.values(arm, "AUC", setting)))
    return " / ".join(means)


def _tested(compared: Comparison, arm: Arm, other: Arm, measure: str, setting: str) -> str:
    test = compared.t_test(arm, other, measure, setting)
    if test is None:
        return "–"
    return f"{'<0.01' if test.p < 0.01 else f'{test.p:.2f}'}, {test.t:.2f}, {test.df}"


def _sessions(compared: Comparison) -> list[str]:
    """The scores after each session, where there is more than one."""
    most = max((len(run.points) - 1 for run in compared.records), default=0)
    if most < 2:
        return []
    rows = []
    for arm in (arm for arm in compared.arms if arm.condition.policy is not None):
        for session in range(most + 1):
            at = compared.after(session)
            rows.append((str(arm), str(session), *(shown(at.mean(arm, measure)) for measure in MEASURES)))
    head = ("", "session", *(f"{name} %" for name in MEASURES))
    return ["### By session\n\nSession 0 is Base.", table(head, rows)]


def _keywords(experiment: Experiment, results: Results, recipe: str) -> list[str]:
    """The scores of CLIME by the number of keywords, where that was asked for."""
    rows = []
    for budget in experiment.keyword_budgets:
        at = Comparison.of(results.records, recipe, budget)
        rows.append((str(budget.count), *(shown(at.mean(CLIME, measure)) for measure in MEASURES)))
    return ["### CLIME by number of keywords", table(("keywords", *(f"{n} %" for n in MEASURES)), rows)] if rows else []


def _between(experiment: Experiment, results: Results) -> list[str]:
    """Every recipe against the first one."""
    first, *others = experiment.recipes
    if not others:
        return []
    rows, base = [], comparison(experiment, results, first)
    for recipe in others:
        compared = comparison(experiment, results, recipe)
        for arm in (one for one in compared.arms if one.control == Control.name):
            for other in dict.fromkeys((BASE, arm)):
                cells = (shown(compared.difference(arm, other, name, of=base), signed=True) for name in MEASURES)
                rows.append((f"{recipe}: {arm} - {first}: {other}", *cells))
    text = f"## Recipes beside {first}\n\nPaired by setting and seed, in percentage points, with 95 % intervals."
    return [text, table(("", *MEASURES), rows)]


def failures(results: Results) -> list[str]:
    """Runs that ended in an error, if any."""
    lines = [f"- {failure.key}: {failure.error}" for failure in results.failures]
    return ["## Failed runs", "\n".join(lines)] if lines else []


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
