"""report.md of policies compared: how good each is at equal minutes, beside fixed shares and the best in hindsight."""

from collections.abc import Iterator, Sequence

from clime_core.simulation.condition import policy_conditions
from clime_core.simulation.control import Control
from clime_core.simulation.controls import CONTROLS
from clime_core.simulation.experiment import Experiment, Results
from clime_core.simulation.report.cells import UNDEFINED, WORK_COLUMNS, interval_cell, mean_cell, work_cells
from clime_core.simulation.report.comparison import BASE, Arm, Comparison, comparison
from clime_core.simulation.report.markdown import table
from clime_core.simulation.report.measures import BY_POLICY, OVER_TIME
from clime_core.simulation.report.oracle import BY_RUN, BY_SETTING, best_split, with_oracles
from clime_core.simulation.report.sections import failures, head, known_words, open_runs, seconds_table
from clime_core.simulation.report.statistics import Interval
from clime_core.simulation.run_record import RunRecord

SHARE, DOCUMENTS, WORDS = (Arm(condition) for condition in policy_conditions(["share", "documents", "words"]))
ORACLES = (Arm(BY_SETTING), Arm(BY_RUN))

MAX_LOSS = 0.5
"""Points of AUC: a policy that may lose as much is not called as good as another."""

VERDICT_MEASURE = "AUC"

EXPLANATION = (
    "The best split by setting takes, of the fixed splits, the one that was best in each setting on average over "
    "seeds; the best split by run takes the best of each setting and seed. Both look at the very results that they "
    "are shown with, by the measure of the column, and are upper bounds: the second takes the luck of the best of "
    f"several runs for skill. {OVER_TIME} is the mean after each of the equally long sessions, for campaigns that "
    "stop early."
)


def policy_report(experiment: Experiment, results: Results) -> str:
    """The whole report as Markdown."""
    parts = [head(experiment, results), *open_runs(experiment, results), *known_words(results), EXPLANATION]
    for recipe in experiment.recipes:
        compared = comparison(experiment, results, recipe)
        parts += [f"## Recipe {recipe}", "### Verdict", verdict(experiment, compared)]
        for control in annotators(experiment):
            parts += _of_annotator(experiment, compared.under(control), described(control))
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
    by_measure = {measure: _with_oracles(experiment, compared, measure) for measure in BY_POLICY}
    rows = []
    for arm in (*compared.arms, *ORACLES):
        means = (interval_cell(at.mean(arm, measure)) for measure, at in by_measure.items())
        runs = compared.runs(arm)  # none of an oracle, whose runs differ by measure
        rows.append((str(arm), *means, *work_cells(runs), _document_share(runs)))
    return table(("", *(f"{measure} %" for measure in BY_POLICY), *WORK_COLUMNS, "time to documents"), rows)


def differences_table(experiment: Experiment, compared: Comparison, measure: str) -> str:
    """Every policy and split against the references."""
    at = _with_oracles(experiment, compared, measure)
    references = [arm for arm in (SHARE, DOCUMENTS, WORDS, *ORACLES) if arm in at.cells]

    def cell(arm: Arm, reference: Arm) -> str:
        return UNDEFINED if arm == reference else interval_cell(at.difference(arm, reference, measure), signed=True)

    arms = (arm for arm in compared.arms if arm != BASE)
    rows = [(str(arm), *(cell(arm, reference) for reference in references)) for arm in arms]
    return table(("", *(f"- {reference}" for reference in references)), rows)


def settings_table(experiment: Experiment, compared: Comparison) -> str:
    """Means over seeds of matched accuracy and AUC, and the split with the best AUC."""

    def cell(arm: Arm, setting: str) -> str:
        return " / ".join(mean_cell(compared.values(arm, name, setting)) for name in ("matched accuracy", "AUC"))

    rows = [(str(arm), *(cell(arm, setting) for setting in compared.settings)) for arm in compared.arms]
    best = [best_split(compared, experiment.split_conditions, "AUC", setting) for setting in compared.settings]
    rows.append(("best split", *(UNDEFINED if split is None else split.title for split in best)))
    return table(("", *compared.settings), rows)


def verdict(experiment: Experiment, compared: Comparison) -> str:
    """Of every policy beside share: not worse on average? better where one activity is useless?"""
    real = compared.under(Control.name)
    text = (
        f"Against `share`, by {VERDICT_MEASURE} after the last session: not worse where the 95 % interval of the "
        f"paired difference excludes a loss of {MAX_LOSS:g} points or more; better where it excludes 0."
    )
    policies = (arm for arm in real.arms if arm not in (BASE, SHARE) and arm.condition in experiment.conditions)
    lines = [f"- `{arm}` {'; '.join(_findings(experiment, compared, arm))}" for arm in policies]
    return "\n\n".join((text, "\n".join(lines)))


def _findings(experiment: Experiment, compared: Comparison, arm: Arm) -> Iterator[str]:
    """One on average, and one for each control that makes an activity useless."""
    average = compared.under(Control.name).difference(arm, SHARE, VERDICT_MEASURE)
    yield f"not worse than share on average: {_not_worse(average)}"
    for control in annotators(experiment):
        useless = CONTROLS[control].useless
        if useless is not None:
            gain = compared.under(control).difference(arm, SHARE, VERDICT_MEASURE)
            yield f"better where {useless} are useless: {_better(gain)}"


def _of_annotator(experiment: Experiment, compared: Comparison, annotator: str) -> Iterator[str]:
    """The sections of the runs with one annotator."""
    yield f"### Policies, {annotator}\n\nMeans over settings and seeds, with 95 % bootstrap intervals."
    yield policies_table(experiment, compared)
    for measure in BY_POLICY:
        if any(compared.mean(arm, measure) is not None for arm in compared.arms):
            yield f"#### Differences in {measure}, {annotator}\n\nPaired by setting and seed, in points."
            yield differences_table(experiment, compared, measure)
    yield f"#### By setting, {annotator}\n\nMatched accuracy / AUC, means over seeds."
    yield settings_table(experiment, compared)


def _with_oracles(experiment: Experiment, compared: Comparison, measure: str) -> Comparison:
    return with_oracles(compared, experiment.split_conditions, measure)


def _document_share(runs: Sequence[RunRecord]) -> str:
    """The part of the minutes that went to documents; an empty cell without runs."""
    if not runs:
        return ""
    minutes, documents = sum(run.last.minutes for run in runs), sum(run.last.document_minutes for run in runs)
    return f"{documents / minutes:.0%}" if minutes else UNDEFINED


def _not_worse(difference: Interval | None) -> str:
    if difference is None:
        return "unknown"
    answer = "yes" if difference.low > -MAX_LOSS else "no"
    loss = max(0.0, -difference.low)
    return f"**{answer}** ({interval_cell(difference, signed=True)}; at most {loss:.1f} points worse)"


def _better(difference: Interval | None) -> str:
    if difference is None:
        return "unknown"
    return f"**{'yes' if difference.low > 0 else 'no'}** ({interval_cell(difference, signed=True)})"
