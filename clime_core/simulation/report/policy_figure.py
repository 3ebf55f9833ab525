"""The plot of policies compared: AUC over minutes, and the difference of each to `share`."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clime_core.plot_style import COLOURS, MARKERS
from clime_core.simulation.experiment import Experiment
from clime_core.simulation.report.comparison import BASE, Arm, Comparison
from clime_core.simulation.report.figures import STYLE, minutes_of, save
from clime_core.simulation.report.measures import OVER_TIME
from clime_core.simulation.report.oracle import BY_SETTING, with_oracles
from clime_core.simulation.report.policy_report import SHARE, annotators, described

MEASURE = "AUC"
BEST_SPLIT = Arm(BY_SETTING)
BEST_COLOUR = "#6E6E6E"


def policies_figure(experiment: Experiment, compared: Comparison, path: Path) -> None:
    """A row for each annotator: curves over minutes, then paired differences to `share` with 95 % intervals."""
    rows = [(name, compared.under(name)) for name in annotators(experiment)]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(11.5, 3.4 * len(rows)), layout="constrained")
        panels = figure.subplots(len(rows), 3, squeeze=False, width_ratios=(1.5, 1, 1))
        for (name, real), (curves, *differences) in zip(rows, panels, strict=True):
            _curves(curves, experiment, with_oracles(real, experiment.split_conditions, MEASURE))
            curves.set_title(described(name), loc="left", fontsize=9)
            for axes, measure in zip(differences, (MEASURE, OVER_TIME), strict=True):
                _differences(axes, experiment, with_oracles(real, experiment.split_conditions, measure), measure)
            differences[-1].set_yticklabels([])
        save(figure, path)


def _curves(axes: Axes, experiment: Experiment, compared: Comparison) -> None:
    """Means over settings and seeds; point 0 is before any work."""
    at = [compared.after(session) for session in range(compared.n_sessions + 1)]
    for arm, (colour, marker) in _styles(experiment, compared):
        means = [session.mean(arm, MEASURE) for session in at]
        known = [
            (minutes_of(session, arm), mean.mean) for session, mean in zip(at, means, strict=True) if mean is not None
        ]
        axes.plot(
            [x for x, _ in known], [y for _, y in known], label=str(arm), color=colour, marker=marker, markersize=4.5,
            linewidth=1.5, linestyle="--" if arm == BEST_SPLIT else "-",
        )  # fmt: skip
    axes.set_xlabel("minutes of work")
    axes.set_ylabel(f"{MEASURE} %")


def _differences(axes: Axes, experiment: Experiment, compared: Comparison, measure: str) -> None:
    """A policy a line, the first on top."""
    styles = [(arm, style) for arm, style in _styles(experiment, compared) if arm != SHARE]
    for row, (arm, (colour, marker)) in enumerate(styles):
        gain = compared.difference(arm, SHARE, measure)
        if gain is not None:
            ends = [[max(gain.mean - gain.low, 0)], [max(gain.high - gain.mean, 0)]]
            axes.errorbar([gain.mean], [-row], xerr=ends, fmt=marker, color=colour, capsize=2.5, markersize=5)
    axes.axvline(0, color=BEST_COLOUR, linewidth=0.8)
    axes.set_yticks([-row for row in range(len(styles))], [str(arm) for arm, _ in styles])
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(f"{measure}, points ahead of share")


def _styles(experiment: Experiment, compared: Comparison) -> list[tuple[Arm, tuple[str, str]]]:
    """Colour and marker of each policy that was run, and of the best split."""
    policies = {
        Arm(condition): (COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)])
        for i, condition in enumerate(experiment.conditions)
    }
    styles = {**policies, BEST_SPLIT: (BEST_COLOUR, "|")}
    return [(arm, style) for arm, style in styles.items() if arm in compared.cells and arm != BASE]
