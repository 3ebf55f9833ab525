"""How plots look."""

import pytest

from clime_core.plot_style import PALETTES, Theme, plot_style


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2.2 defines it, 1 to 21."""
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb`, 0 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", PALETTES)
def test_everything_that_is_read_stands_out_from_the_paper(theme: Theme) -> None:
    """By 4.5 to 1, the series too: their colours are also those of words in legends."""
    own = PALETTES[theme]
    for name in ("ink", "soft", "blue", "orange", "green", "pink"):
        assert contrast(getattr(own, name), own.paper) >= 4.5, name


@pytest.mark.parametrize("theme", PALETTES)
def test_the_style_is_the_palettes(theme: Theme) -> None:
    """Ink on paper, and a solid background for plots that are saved."""
    style, own = plot_style(theme), PALETTES[theme]
    assert (style["text.color"], style["figure.facecolor"], style["savefig.facecolor"]) == (
        own.ink,
        own.paper,
        own.paper,
    )
