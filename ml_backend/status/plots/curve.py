"""The learning curve: the measures of each model version over the work until then."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from clime_core.plot_style import Palette, Theme
from ml_backend.status.facts import VersionFacts
from ml_backend.status.plots.drawing import draw
from ml_backend.status.plots.series import AXES, Over, Size, in_words, known_values, measured, place

STYLES = {"accuracy": ("blue", "o"), "macro_f1": ("orange", "s"), "auc": ("green", "D"), "stability": ("blue", "o")}
"""Colour and marker of each measure."""

MAX_LARGE_MARKERS = 25
"""Markers are smaller where there are more versions."""


def learning_curve(versions: Sequence[VersionFacts], over: Over, theme: Theme = "light", size: Size = "wide") -> bytes:
    """Every measure in percent over minutes, documents or keywords, with 95 % intervals where they are known."""
    measures = measured(versions)

    def paint(figure: Figure, palette: Palette) -> None:
        axes = figure.subplots()
        for measure, name in measures.items():
            _line(axes, versions, measure, name, over, palette)
        axes.set_xlabel(AXES[over])
        axes.yaxis.set_major_formatter(PercentFormatter(decimals=0))
        axes.margins(x=0.02)
        figure.legend(loc="outside upper left", ncols=3, frameon=False, handletextpad=0.4, columnspacing=1.2)

    return draw(paint, in_words(versions, over), theme, size)


def _line(axes: Axes, versions: Sequence[VersionFacts], measure: str, name: str, over: Over, palette: Palette) -> None:
    """One measure: a line through the versions that have it, and a band where their intervals are known."""
    known = known_values(versions, measure)
    colour, marker = getattr(palette, STYLES[measure][0]), STYLES[measure][1]
    places = [place(version, over) for version, _ in known]
    marker_size = 4.5 if len(known) <= MAX_LARGE_MARKERS else 2.5
    values = [100 * value for _, value in known]
    axes.plot(places, values, marker=marker, color=colour, label=name, markersize=marker_size, linewidth=1.5)
    intervals = [(x, version.interval(measure)) for x, (version, _) in zip(places, known, strict=True)]
    band = [(x, 100 * interval[0], 100 * interval[1]) for x, interval in intervals if interval]
    if band:
        xs, lows, highs = zip(*band, strict=True)
        axes.fill_between(xs, lows, highs, color=colour, alpha=0.13, linewidth=0)
