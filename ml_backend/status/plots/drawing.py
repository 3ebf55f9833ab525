"""A matplotlib figure as SVG, drawn in a server: without pyplot, one at a time, in the fonts of the reader."""

import io
import warnings
from collections.abc import Callable
from threading import Lock

import matplotlib as mpl
from matplotlib.figure import Figure

from clime_core.plot_style import PALETTES, Palette, Theme, plot_style
from ml_backend.status.plots.series import Size

Paint = Callable[[Figure, Palette], None]

INCHES: dict[Size, tuple[float, float]] = {"wide": (7.6, 3.6), "narrow": (3.7, 3.9)}
"""Width and height. A wide plot could not be read on a phone."""

_DRAWING = Lock()  # matplotlib's settings belong to the whole process


def draw(paint: Paint, title: str, theme: Theme = "light", size: Size = "wide") -> bytes:
    """The figure that `paint` fills, as SVG. Its text stays text, so that every script shows and can be copied."""
    style = plot_style(theme) | {"svg.fonttype": "none", "font.sans-serif": ["DejaVu Sans"]}
    with _DRAWING, mpl.rc_context(style), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # its own font only measures the text
        figure = Figure(figsize=INCHES[size], layout="constrained")
        paint(figure, PALETTES[theme])
        svg = io.BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None, "Title": title})
    return svg.getvalue()
