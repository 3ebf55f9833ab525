"""report.md of policies compared: how good each is at equal minutes, beside fixed shares and the best in hindsight."""

from collections.abc import Sequence

import numpy as np

from clime_core.simulation.condition import policy_conditions
from clime_core.simulation.controls import CONTROLS, Control
from clime_core.simulation.experiment import Experiment, Results
from clime_core.simulation.report.comparison import BASE, Arm, Comparison
from clime_core.simulation.report.measures import BY_POLICY, OVER_TIME
from clime_core.simulation.report.oracle import BY_RUN, BY_SETTING, best_split, with_oracles
from clime_core.simulation.report.report import comparison, failures, head, seconds_table, shown, table
from clime_core.simulation.report.statistics import Interval
from clime_core.simulation.run_record import RunRecord

SHARE, DOCUMENTS, WORDS = (Arm(one) for one in policy_conditions(["share", "documents", "words"]))
ORACLES = (Arm(BY_SETTING), Arm(BY_RUN))
TOLERATED = 0.5
"""Points of AUC: a policy that may lose as much is not called as good as another."""

JUDGED_BY = "AUC"

EXPLAINED = (
    "The best split by setting takes, of the fixed splits, the one that was best in each setting on average over "
    "seeds; the best split by run takes the best of each setting and seed. Both look at the very results that they "
    "are shown with, by the measure of the column, and are upper bounds: the second takes the luck of the best of "
    f"several runs for skill. {OVER_TIME} is the mean after each of the equally long sessions, for campaigns that "
    "stop early."
)


def policy_report(experiment: Experiment, results: Results) -> str:
    """The whole report as Markdown."""
    parts = [head(experiment, results), EXPLAINED]
    for recipe in experiment.recipes:
        compared = comparison(experiment, results, recipe)
        parts += [f"## Recipe {recipe}", "### Verdict", verdict(experiment, compared)]
        for control in annotators(experiment):
            parts += _of_annotator(experiment, compared.under(control), control)
        parts += ["### Time\n\nSeconds of computing a run, without the first round.", seconds_table(compared)]
    return "\n\n".join((*parts, *failures(results))) + "\n"


def annotators(experiment: Experiment) -> list[str]:
    """The controls that the policies were run under, the annotator as described first."""
    return [Control.name, *(name for name in experiment.controls if name in CONTROLS)]


def described(control: str) -> str:
    """An annotator for a heading."""
    useless = CONTROLS[control].useless
    if control == Control.name:
        return "the annotator as described"
    return f"control {control}" + (f": {useless} are useless" if useless else "")


def policies_table(experiment: Experiment, compared: Comparison) -> str:
    """A row for each policy, split and oracle."""
    rows = []
    for arm in (*compared.arms, *ORACLES):
        values = (shown(_oracled(experiment, compared, name).mean(arm, name)) for name in BY_POLICY)
        runs = [run for by_seed in compared.cells.get(arm, {}).values() for run in by_seed.values()]
        rows.append((str(arm), *values, *_work(runs)))
    return table(
        ("", *(f"{name} %" for name in BY_POLICY), "runs", "minutes", "keywords", "documents", "time to documents"),
        rows,
    )


def differences_table(experiment: Experiment, compared: Comparison, measure: str) -> str:
    """Every policy and split against the references."""
    at = _oracled(experiment, compared, measure)
    others = [other for other in (SHARE, DOCUMENTS, WORDS, *ORACLES) if other in at.cells]
    rows = []
    for arm in (arm for arm in compared.arms if arm != BASE):
        cells = ("–" if arm == other else shown(at.difference(arm, other, measure), signed=True) for other in others)
        rows.append((str(arm), *cells))
    return table(("", *(f"- {other}" for other in others)), rows)


def settings_table(experiment: Experiment, compared: Comparison) -> str:
    """Means over seeds of matched accuracy and AUC, and the split with the best AUC."""
    rows = []
    for arm in compared.arms:
        means = (
            [_mean(compared.values(arm, name, one)) for name in ("matched accuracy", "AUC")]
            for one in compared.settings
        )
        rows.append((str(arm), *(" / ".join(pair) for pair in means)))
    best = [best_split(compared, experiment.split_conditions, "AUC", one) for one in compared.settings]
    rows.append(("best split", *("–" if one is None else one.title for one in best)))
    return table(("", *compared.settings), rows)


def verdict(experiment: Experiment, compared: Comparison) -> str:
    """Of every policy beside share: not worse on average? better where one activity is useless?"""
    real = compared.under(Control.name)
    useless = [name for name in annotators(experiment) if CONTROLS[name].useless is not None]
    lines = [
        f"Against `share`, by {JUDGED_BY} after the last session: not worse where the 95 % interval of the paired "
        f"difference excludes a loss of {TOLERATED:g} points or more; better where it excludes 0."
    ]
    for arm in (one for one in real.arms if one not in (BASE, SHARE) and one.condition in experiment.conditions):
        average = real.difference(arm, SHARE, JUDGED_BY)
        told = [f"not worse than share on average: {_not_worse(average)}"]
        for name in useless:
            gain = compared.under(name).difference(arm, SHARE, JUDGED_BY)
            told.append(f"better where {CONTROLS[name].useless} are useless: {_better(gain)}")
        lines.append(f"- `{arm}` {'; '.join(told)}")
    return "\n\n".join((lines[0], "\n".join(lines[1:])))


def _of_annotator(experiment: Experiment, compared: Comparison, control: str) -> list[str]:
    parts = [
        f"### Policies, {described(control)}\n\nMeans over settings and seeds, with 95 % bootstrap intervals.",
        policies_table(experiment, compared),
    ]
    for measure in BY_POLICY:
        if any(compared.mean(arm, measure) is not None for arm in compared.arms):
            parts += [
                f"#### Differences in {measure}, {described(control)}\n\nPaired by setting and seed, in points.",
                differences_table(experiment, compared, measure),
            ]
    return [
        *parts,
        f"#### By setting, {described(control)}\n\nMatched accuracy / AUC, means over seeds.",
        settings_table(experiment, compared),
    ]


def _oracled(experiment: Experiment, compared: Comparison, measure: str) -> Comparison:
    return with_oracles(compared, experiment.split_conditions, measure)


def _work(runs: Sequence[RunRecord]) -> tuple[str, ...]:
    """How much was done, means over the runs; of an oracle nothing, whose runs differ by measure."""
    last = [run.last for run in runs]
    if not last:
        return ("",) * 5
    minutes, documents = sum(p.minutes for p in last), sum(p.document_minutes for p in last)
    counts = (
        np.mean([p.minutes for p in last]),
        np.mean([p.keywords for p in last]),
        np.mean([p.documents for p in last]),
    )
    return (str(len(last)), *(f"{count:.1f}" for count in counts), f"{documents / minutes:.0%}" if minutes else "–")


def _mean(values: Sequence[float]) -> str:
    return f"{np.mean(values):.1f}" if values else "–"


def _not_worse(difference: Interval | None) -> str:
    if difference is None:
        return "unknown"
    answer = "yes" if difference.low > -TOLERATED else "no"
    return f"**{answer}** ({shown(difference, signed=True)}; at most {max(0.0, -difference.low):.1f} points worse)"


def _better(difference: Interval | None) -> str:
    if difference is None:
        return "unknown"
    return f"**{'yes' if difference.low > 0 else 'no'}** ({shown(difference, signed=True)})"
