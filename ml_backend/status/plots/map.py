"""The neighbourhood of a keyword as a map: where its words stood before refinement, and where they went."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from clime_core.data.language import Language
from clime_core.model.words.neighborhood import Neighborhood, PlacedWord, Point
from clime_core.plot_style import Palette, Theme
from ml_backend.status.plots.drawing import INCHES, draw
from ml_backend.status.plots.series import Size

LOOKS = {True: ("^", "green", "similar"), False: ("X", "orange", "not similar"), None: ("o", "soft", "no mark")}
"""Marker, colour and name by what the marks say."""

FONT, FAR = 8.5, 5.0
Box = tuple[float, float, float, float]


def neighborhood_map(found: Neighborhood, source: str, theme: Theme = "light", size: Size = "wide") -> bytes:
    """Hollow markers before, filled ones after, an arrow where a word moved; words of the `source` are slanted.

    A narrow map stands on end: its first axis goes upwards.
    """
    every = tuple(_turned(one) if size == "narrow" else one for one in (found.keyword, *found.words))

    def paint(figure: Figure, palette: Palette) -> None:
        wide, high = INCHES[size]
        figure.set_size_inches(wide, 1.3 * high)
        axes = figure.subplots()
        _without_scales(axes)
        for one in reversed(every):
            _word(axes, one, palette, keyword=one is every[0])
        axes.margins(0.08, 0.1)
        axes.set_xlabel(_caption(found, source, "\n" if size == "narrow" else "; "), fontsize=8, color=palette.soft)
        _legend(figure, every, palette, columns=6 if size == "wide" else 3)
        figure.draw_without_rendering()  # the layout settles, so that names know their room
        _names(axes, every, palette)

    return draw(paint, f"{found.keyword.word.form} and its neighbours before and after refinement", theme, size)


def _turned(one: PlacedWord) -> PlacedWord:
    return replace(one, before=one.before[::-1], after=one.after[::-1])


def _without_scales(axes: Axes) -> None:
    """Distances mean something, the axes do not."""
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_aspect("equal", adjustable="datalim")
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _caption(found: Neighborhood, source: str, then: str) -> str:
    how = "t-SNE" if found.explained is None else f"PCA, {found.explained:.0%} of the variance"
    return f"{how} of both states{then}words of {source} are slanted"


def _word(axes: Axes, one: PlacedWord, palette: Palette, *, keyword: bool) -> None:
    marker, colour, _ = ("*", "pink", "") if keyword else LOOKS[one.similar]
    ink, area = getattr(palette, colour), 140 if keyword else 36
    axes.scatter(*one.after, s=area, marker=marker, color=ink, edgecolors=palette.paper, linewidths=0.6, zorder=3)
    if one.moved:
        alpha = 0.8 if keyword or one.similar is not None else 0.4
        axes.scatter(*one.before, s=area, marker=marker, facecolors="none", edgecolors=ink, linewidths=1.0, alpha=alpha)
        arrow = {"arrowstyle": "-|>", "color": ink, "alpha": alpha, "linewidth": 1.0, "shrinkA": 4, "shrinkB": 3}
        axes.annotate("", one.after, one.before, arrowprops=arrow, zorder=1)


def _legend(figure: Figure, every: Sequence[PlacedWord], palette: Palette, columns: int) -> None:
    def entry(marker: str, colour: str, label: str, *, filled: bool = True) -> Line2D:
        face = colour if filled else "none"
        return Line2D([], [], ls="", marker=marker, color=colour, markerfacecolor=face, markersize=6, label=label)

    kinds = dict.fromkeys(one.similar for one in every[1:])
    entries = [entry("*", palette.pink, "keyword")]
    entries += [entry(m, getattr(palette, colour), name) for k, (m, colour, name) in LOOKS.items() if k in kinds]
    if any(one.moved for one in every):
        entries.append(entry("o", palette.ink, "before", filled=False))
    figure.legend(handles=entries, loc="outside upper left", ncols=columns, frameon=False, handletextpad=0.3)


def _names(axes: Axes, every: Sequence[PlacedWord], palette: Palette) -> None:
    """Each word beside its place, where it covers least; the nearest words choose first."""
    unit = 72 / axes.figure.dpi  # pixels to points
    frame = axes.get_window_extent()
    room = (frame.x0 * unit, frame.y0 * unit, frame.x1 * unit, frame.y1 * unit)
    ways = [(_points(axes, one.before, unit), _points(axes, one.after, unit)) for one in every]
    taken = [box for way in ways for box in _along(*way)]
    for place, one in enumerate(every):
        x, y = _points(axes, one.after, unit)
        box = min(_around(x, y, _width(one.word.form)), key=lambda b: _cost(b, room, taken) + FAR * _gap(b, x, y))
        taken.append(box)
        axes.annotate(
            one.word.form, one.after, (box[0] - x, box[1] - y), textcoords="offset points", fontsize=FONT, zorder=4,
            style="italic" if one.word.language is Language.SOURCE else "normal", annotation_clip=False,
            weight="normal" if place else "bold", color=palette.ink, in_layout=False,
        )  # fmt: skip


def _points(axes: Axes, point: Point, unit: float) -> Point:
    x, y = axes.transData.transform(point)
    return float(x) * unit, float(y) * unit


def _along(start: Point, end: Point) -> Iterator[Box]:
    """The room that both markers and the arrow between them take."""
    yield from ((x - 4, y - 4, x + 4, y + 4) for x, y in (start, end))
    steps = int(math.dist(start, end) // 5)
    for step in range(1, steps):
        x, y = (a + (b - a) * step / steps for a, b in zip(start, end, strict=True))
        yield x - 1.5, y - 1.5, x + 1.5, y + 1.5


def _width(form: str) -> float:
    """About how wide a word is, in points: the reader's fonts are not known here."""
    return FONT * sum(0.58 if letter.isascii() else 0.8 for letter in form)


def _around(x: float, y: float, wide: float) -> Iterator[Box]:
    """Where a name may stand: right, left, above, below, and a step or two further."""
    for step in (0.0, 9.0, 18.0):
        corners = [(x + 6 + step, y - 3), (x - 6 - step - wide, y - 3)]
        corners += [(x - wide / 2, y + 7 + step), (x - wide / 2, y - 13 - step)]
        for left, low in corners:
            yield left, low, left + wide, low + FONT + 1


def _cost(box: Box, room: Box, taken: Sequence[Box]) -> float:
    """What a name there covers, and what of it leaves the frame, in square points."""
    whole = (box[2] - box[0]) * (box[3] - box[1])
    return sum(_overlap(box, other) for other in taken) + 2 * (whole - _overlap(box, room))


def _gap(box: Box, x: float, y: float) -> float:
    """How far a name is from its place, in points."""
    return math.hypot(max(box[0] - x, 0, x - box[2]), max(box[1] - y, 0, y - box[3]))


def _overlap(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0.0) * max(high, 0.0)
