"""The neighbourhood of a keyword as a map: where its words were before refinement, and where they are after it."""

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

STYLES = {True: ("^", "green", "similar"), False: ("X", "orange", "not similar"), None: ("o", "soft", "no mark")}
"""Marker, colour and name of words by their mark."""

FONT_SIZE = 8.5
DISTANCE_COST = 5.0
"""Square points of covered plot that one point of distance between a name and its word is worth."""

Box = tuple[float, float, float, float]
"""Left, low, right and high, in points."""


def neighborhood_map(
    neighborhood: Neighborhood, source: str | None, theme: Theme = "light", size: Size = "wide"
) -> bytes:
    """Hollow markers before, filled ones after, an arrow where a word moved; words of the `source` are slanted.

    source: the name of the source language, where there is one. The first axis of a narrow map goes upwards.
    """
    words = tuple(_turned(word) if size == "narrow" else word for word in (neighborhood.keyword, *neighborhood.words))

    def paint(figure: Figure, palette: Palette) -> None:
        width, height = INCHES[size]
        figure.set_size_inches(width, 1.3 * height)
        axes = figure.subplots()
        _without_scales(axes)
        for word in reversed(words):
            _word(axes, word, palette, keyword=word is words[0])
        axes.margins(0.08, 0.1)
        axes.set_xlabel(
            _caption(neighborhood, source, "\n" if size == "narrow" else "; "), fontsize=8, color=palette.soft
        )
        _legend(figure, words, palette, columns=6 if size == "wide" else 3)
        figure.draw_without_rendering()  # so that the layout is final when names are placed
        _names(axes, words, palette)

    return draw(paint, f"{neighborhood.keyword.word.form} and its neighbours before and after refinement", theme, size)


def _turned(word: PlacedWord) -> PlacedWord:
    return replace(word, before=word.before[::-1], after=word.after[::-1])


def _without_scales(axes: Axes) -> None:
    """Distances mean something, the axes do not."""
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_aspect("equal", adjustable="datalim")
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _caption(neighborhood: Neighborhood, source: str | None, separator: str) -> str:
    method = "t-SNE" if neighborhood.explained is None else f"PCA, {neighborhood.explained:.0%} of the variance"
    return f"{method} of both states" + (f"{separator}words of {source} are slanted" if source else "")


def _word(axes: Axes, word: PlacedWord, palette: Palette, *, keyword: bool) -> None:
    marker, colour, _ = ("*", "pink", "") if keyword else STYLES[word.similar]
    ink, area = getattr(palette, colour), 140 if keyword else 36
    axes.scatter(*word.after, s=area, marker=marker, color=ink, edgecolors=palette.paper, linewidths=0.6, zorder=3)
    if word.moved:
        alpha = 0.8 if keyword or word.similar is not None else 0.4
        axes.scatter(
            *word.before, s=area, marker=marker, facecolors="none", edgecolors=ink, linewidths=1.0, alpha=alpha
        )
        arrow = {"arrowstyle": "-|>", "color": ink, "alpha": alpha, "linewidth": 1.0, "shrinkA": 4, "shrinkB": 3}
        axes.annotate("", word.after, word.before, arrowprops=arrow, zorder=1)


def _legend(figure: Figure, words: Sequence[PlacedWord], palette: Palette, columns: int) -> None:
    def entry(marker: str, colour: str, label: str, *, filled: bool = True) -> Line2D:
        face = colour if filled else "none"
        return Line2D([], [], ls="", marker=marker, color=colour, markerfacecolor=face, markersize=6, label=label)

    kinds = {word.similar for word in words[1:]}
    entries = [entry("*", palette.pink, "keyword")]
    entries += [entry(m, getattr(palette, colour), name) for kind, (m, colour, name) in STYLES.items() if kind in kinds]
    if any(word.moved for word in words):
        entries.append(entry("o", palette.ink, "before", filled=False))
    figure.legend(handles=entries, loc="outside upper left", ncols=columns, frameon=False, handletextpad=0.3)


def _names(axes: Axes, words: Sequence[PlacedWord], palette: Palette) -> None:
    """Each word beside its place, where it covers least; the nearest words choose first."""
    unit = 72 / axes.figure.dpi  # pixels to points
    frame = axes.get_window_extent()
    inside = (frame.x0 * unit, frame.y0 * unit, frame.x1 * unit, frame.y1 * unit)
    arrows = [(_points(axes, word.before, unit), _points(axes, word.after, unit)) for word in words]
    taken = [box for arrow in arrows for box in _along(*arrow)]
    for word in words:
        x, y = _points(axes, word.after, unit)
        boxes = _around(x, y, _width(word.word.form))
        box = min(boxes, key=lambda b: _cost(b, inside, taken) + DISTANCE_COST * _gap(b, x, y))
        taken.append(box)
        axes.annotate(
            word.word.form, word.after, (box[0] - x, box[1] - y), textcoords="offset points", zorder=4,
            style="italic" if word.word.language is Language.SOURCE else "normal", fontsize=FONT_SIZE,
            weight="bold" if word is words[0] else "normal", color=palette.ink, annotation_clip=False, in_layout=False,
        )  # fmt: skip


def _points(axes: Axes, point: Point, unit: float) -> Point:
    x, y = axes.transData.transform(point)
    return float(x) * unit, float(y) * unit


def _along(start: Point, end: Point) -> Iterator[Box]:
    """Boxes around both markers and along the arrow between them."""
    yield from ((x - 4, y - 4, x + 4, y + 4) for x, y in (start, end))
    steps = int(math.dist(start, end) // 5)
    for step in range(1, steps):
        x, y = (a + (b - a) * step / steps for a, b in zip(start, end, strict=True))
        yield x - 1.5, y - 1.5, x + 1.5, y + 1.5


def _width(form: str) -> float:
    """About how wide a word is, in points: the reader's fonts are not known here."""
    return FONT_SIZE * sum(0.58 if letter.isascii() else 0.8 for letter in form)


def _around(x: float, y: float, width: float) -> Iterator[Box]:
    """Where a name may be: right, left, above, below, and a step or two further away."""
    for step in (0.0, 9.0, 18.0):
        corners = [(x + 6 + step, y - 3), (x - 6 - step - width, y - 3)]
        corners += [(x - width / 2, y + 7 + step), (x - width / 2, y - 13 - step)]
        for left, low in corners:
            yield left, low, left + width, low + FONT_SIZE + 1


def _cost(box: Box, inside: Box, taken: Sequence[Box]) -> float:
    """How much a name there covers, and twice how much of it is outside the frame, in square points."""
    area = (box[2] - box[0]) * (box[3] - box[1])
    return sum(_overlap(box, place) for place in taken) + 2 * (area - _overlap(box, inside))


def _gap(box: Box, x: float, y: float) -> float:
    """How far a name is from its word, in points."""
    return math.hypot(max(box[0] - x, 0, x - box[2]), max(box[1] - y, 0, y - box[3]))


def _overlap(a: Box, b: Box) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return max(width, 0.0) * max(height, 0.0)
