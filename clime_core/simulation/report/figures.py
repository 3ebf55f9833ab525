"""The plots of an experiment as SVG: the paper's figures 3, 4 and 6, and scores over minutes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clime_core.plot_style import COLOURS, MARKERS, plot_style
from clime_core.simulation.condition import CONDITIONS, Condition
from clime_core.simulation.report.comparison import BASE, Arm, Comparison
from clime_core.simulation.report.statistics import Interval

CONDITION_STYLES = {
    "base": ("#6E6E6E", "s"),
    "active": ("#E69F00", "^"),
    "clime": ("#0072B2", "o"),
    "a+c": ("#009E73", "D"),
    "review": ("#CC79A7", "v"),
    "d+r": ("#D55E00", "P"),
}
STYLE = plot_style()
PANELS = ("accuracy", "AUC")


def conditions_figure(compared: Comparison, path: Path) -> None:
    """Accuracy and AUC of every condition by setting, with 95 % intervals over seeds (the paper's figure 3)."""
    arms = [arm for arm in compared.arms if arm.real]
    width = 2.2 + 1.1 * len(compared.settings)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(max(5.0, width), 5.6), layout="constrained")
        for axes, measure in zip(figure.subplots(2, 1, sharex=True), PANELS, strict=True):
            for position, arm in enumerate(arms):
                offset = (position - (len(arms) - 1) / 2) * 0.18
                colour, marker = CONDITION_STYLES[arm.condition.name]
                points = [compared.mean(arm, measure, [setting]) for setting in compared.settings]
                _bars(axes, [tick + offset for tick in range(len(points))], points, str(arm), colour, marker)
            axes.set_ylabel(f"{measure} %")
        axes.set_xlim(-0.6, len(compared.settings) - 0.4)
        axes.set_xticks(range(len(compared.settings)), [name.replace(" ", "\n") for name in compared.settings])
        save(figure, path)


def keywords_figure(by_count: dict[int, Comparison], path: Path) -> None:
    """Accuracy and AUC of CLIME by the number of keywords, a line for each setting (figure 4); 0 is Base."""

    def series(measure: str, setting: str) -> list[tuple[float, Interval | None]]:
        return [
            (count, at.mean(Arm(CONDITIONS["clime"]) if count else BASE, measure, [setting]))
            for count, at in sorted(by_count.items())
        ]

    settings = list(dict.fromkeys(name for at in by_count.values() for name in at.settings))
    _lines(settings, series, "keywords", path)


def sessions_figure(compared: Comparison, condition: Condition, path: Path) -> None:
    """Accuracy and AUC of a condition by session, a line for each setting (figure 6); 0 is Base."""

    def series(measure: str, setting: str) -> list[tuple[float, Interval | None]]:
        return [(n, compared.after(n).mean(Arm(condition), measure, [setting])) for n in range(compared.n_sessions + 1)]

    _lines(compared.settings, series, f"session of {Arm(condition)}", path)


def minutes_figure(compared: Comparison, path: Path) -> None:
    """Accuracy, matched accuracy and AUC over minutes of work, a line for each condition, means over settings.

    The band is the 95 % interval of the paired difference to Base: settings differ more than conditions do.
    """
    arms = [arm for arm in compared.arms if arm.real and arm != BASE]
    at = [compared.after(session) for session in range(compared.n_sessions + 1)]
    names = ("accuracy", "matched accuracy", "AUC")
    measures = [name for name in names if compared.mean(BASE, name) is not None] or list(names[:1])
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(1.5 + 2.7 * len(measures), 3.4), layout="constrained")
        panels = figure.subplots(1, len(measures), squeeze=False)[0]
        for axes, measure in zip(panels, measures, strict=True):
            for arm in arms:
                points = [_beside_base(session, arm, measure) for session in at]
                minutes = [minutes_of(session, arm) for session in at]
                _line(axes, minutes, points, str(arm), *CONDITION_STYLES[arm.condition.name])
            axes.set_xlabel("minutes of work")
            axes.set_ylabel(f"{measure} %")
        save(figure, path)


def _lines(
    names: Sequence[str],
    series: Callable[[str, str], list[tuple[float, Interval | None]]],
    x_label: str,
    path: Path,
) -> None:
    """Two panels, accuracy and AUC, a line for each name."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8.4, 3.6), layout="constrained")
        for axes, measure in zip(figure.subplots(1, 2), PANELS, strict=True):
            for i, name in enumerate(names):
                at, points = zip(*series(measure, name), strict=True)
                colour, marker = COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
                _line(axes, at, points, name, colour, marker)
            axes.set_xticks(sorted({x for line in axes.get_lines() for x in np.asarray(line.get_xdata()).tolist()}))
            axes.set_xlabel(x_label)
            axes.set_ylabel(f"{measure} %")
        save(figure, path)


def _bars(
    axes: Axes, at: Sequence[float], points: Sequence[Interval | None], label: str, colour: str, marker: str
) -> None:
    """Means with their intervals as error bars; undefined ones are left out."""
    known = [(x, point) for x, point in zip(at, points, strict=True) if point is not None]
    means = np.array([point.mean for _, point in known])
    ends = np.array([(point.mean - point.low, point.high - point.mean) for _, point in known]).reshape(-1, 2)
    axes.errorbar(
        [x for x, _ in known], means, yerr=np.maximum(ends.T, 0), fmt=marker, color=colour, label=label,
        capsize=2.5, markersize=5.5, elinewidth=1.3,
    )  # fmt: skip


def _line(
    axes: Axes, at: Sequence[float], points: Sequence[Interval | None], label: str, colour: str, marker: str
) -> None:
    """A line of means with a band of their intervals."""
    known = [(x, point) for x, point in zip(at, points, strict=True) if point is not None]
    xs = [x for x, _ in known]
    axes.plot(xs, [p.mean for _, p in known], marker=marker, color=colour, label=label, markersize=5, linewidth=1.5)
    axes.fill_between(xs, [p.low for _, p in known], [p.high for _, p in known], color=colour, alpha=0.12, linewidth=0)


def _beside_base(at: Comparison, arm: Arm, measure: str) -> Interval | None:
    """The paired difference to Base, added to the mean of Base."""
    gain, base = at.difference(arm, BASE, measure), at.mean(BASE, measure)
    if gain is None or base is None:
        return None
    return replace(gain, mean=gain.mean + base.mean, low=gain.low + base.mean, high=gain.high + base.mean)


def minutes_of(at: Comparison, arm: Arm) -> float:
    """Mean minutes spent by then."""
    return float(np.mean([run.last.minutes for run in at.runs(arm)]))


def save(figure: Figure, path: Path) -> None:
    """Write it as SVG with one legend for all panels, right of them."""
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right upper", frameon=False)
    figure.savefig(path, format="svg", metadata={"Date": None})
