"""The learning curve: what the minutes bought, by model version."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from clime_core.plot_style import Palette, Theme
from ml_backend.status.plots.drawing import draw
from ml_backend.status.plots.series import AXES, Over, Size, Version, in_words, measured, place

LOOKS = {"accuracy": ("blue", "o"), "macro_f1": ("orange", "s"), "auc": ("green", "D"), "stability": ("blue", "o")}
MANY = 25
"""Versions from which markers are small."""


def learning_curve(versions: Sequence[Version], over: Over, theme: Theme = "light", size: Size = "wide") -> bytes:
    """Every measure in percent over minutes, documents or keywords, with 95 % intervals where they are known."""
    measures = measured(versions)

    def paint(figure: Figure, palette: Palette) -> None:
        axes = figure.subplots()
        for key, name in measures.items():
            _line(axes, [v for v in versions if v.get(key) is not None], key, name, over, palette)
        axes.set_xlabel(AXES[over])
        axes.yaxis.set_major_formatter(PercentFormatter(decimals=0))
        axes.margins(x=0.02)
        figure.legend(loc="outside upper left", ncols=3, frameon=False, handletextpad=0.4, columnspacing=1.2)

    return draw(paint, in_words(versions, over), theme, size)


def _line(axes: Axes, versions: Sequence[Version], key: str, name: str, over: Over, palette: Palette) -> None:
    colour, marker = getattr(palette, LOOKS[key][0]), LOOKS[key][1]
    at = [place(version, over) for version in versions]
    values = [100 * version[key] for version in versions]
    marker_size = 4.5 if len(versions) <= MANY else 2.5
    axes.plot(at, values, marker=marker, color=colour, label=name, markersize=marker_size, linewidth=1.5)
    known = [
        (x, *version["intervals"][key]) for x, version in zip(at, versions, strict=True) if _interval(version, key)
    ]
    if known:
        xs, lows, highs = zip(*known, strict=True)
        axes.fill_between(xs, [100 * y for y in lows], [100 * y for y in highs], color=colour, alpha=0.13, linewidth=0)


def _interval(version: Version, key: str) -> Any:
    return (version.get("intervals") or {}).get(key)
