"""How plots look: colours, markers and the settings of matplotlib, on light and on dark paper.

Colours are those of Okabe and Ito (2008), which colour-blind people can distinguish. On dark paper the dark ones are
lighter.
Every series has a marker of its own, so that nothing hangs on colour alone. Nothing here imports matplotlib.
"""

from dataclasses import dataclass
from typing import Any, Literal

Theme = Literal["light", "dark"]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8A7F00")
MARKERS = "osD^vPX*"


@dataclass(frozen=True)
class Palette:
    """The colours of one theme; every one stands out from the paper by at least 3 to 1, ink and soft ink by 4.5."""

    paper: str
    ink: str
    soft: str
    grid: str
    blue: str
    orange: str
    green: str
    pink: str


PALETTES: dict[Theme, Palette] = {
    "light": Palette("#ffffff", "#111111", "#4d5563", "#dddddd", "#0072b2", "#c04f00", "#00805c", "#b0508a"),
    "dark": Palette("#1b1f27", "#e8eaf0", "#a9b1c0", "#3a404d", "#6db9ec", "#f0955a", "#4fc79f", "#e3a1c8"),
}


def plot_style(theme: Theme = "light") -> dict[Any, Any]:
    """Settings for `matplotlib.rc_context`. The background is solid: a saved plot reads the same on any page."""
    own = PALETTES[theme]
    return {
        "font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "axes.grid.axis": "y",
        "grid.color": own.grid, "grid.linewidth": 0.6, "axes.axisbelow": True, "svg.hashsalt": "clime",
        "figure.facecolor": own.paper, "axes.facecolor": own.paper, "savefig.facecolor": own.paper,
        "text.color": own.ink, "axes.labelcolor": own.ink, "axes.edgecolor": own.soft, "xtick.color": own.soft,
        "ytick.color": own.soft,
    }  # fmt: skip
