"""Plots as SVG."""

import math
import warnings
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from clime_core.data.language import Language, Word
from clime_core.model.words.neighborhood import Neighborhood, PlacedWord
from clime_core.plot_style import PALETTES, Theme
from ml_backend.status.facts import VersionFacts
from ml_backend.status.plots.curve import learning_curve
from ml_backend.status.plots.map import neighborhood_map
from ml_backend.status.plots.series import Size

SVG = "{http://www.w3.org/2000/svg}"
VERSIONS = [
    VersionFacts(
        i, False, 60.0 * i, seconds=60.0 * i, labels=i, keywords=2 * i, accuracy=0.6 + i / 50, auc=0.7 + i / 50
    )
    for i in range(9)
]


def placed(form: str, language: Language, similar: bool | None, angle: float, *, moved: bool = False) -> PlacedWord:
    """A word on a circle; one that moved came from its middle."""
    after = (math.cos(angle), math.sin(angle))
    return PlacedWord(Word(language, form), similar, (0.0, 0.0) if moved else after, after, 0.1, 0.2)


NEIGHBORHOOD = Neighborhood(
    placed("hospital", Language.SOURCE, None, 0.0, moved=True),
    (
        placed("ሆስፒታል", Language.TARGET, True, 1.5, moved=True),
        placed("වෛද්‍යවරයා", Language.TARGET, None, 3.0),
        placed("road", Language.SOURCE, False, 4.5, moved=True),
    ),
    0.4,
)


def words(svg: bytes) -> list[str]:
    """What stands in the plot, in order."""
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 - our own


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_words_of_every_script_stay_text(theme: Theme, size: Size) -> None:
    """So that the reader's fonts show them, without a warning about those we measure with."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        svg = neighborhood_map(NEIGHBORHOOD, "English", theme, size)
    assert {"hospital", "ሆስፒታል", "වෛද්‍යවරයා", "road"} <= set(words(svg))
    assert PALETTES[theme].paper.encode() in svg


def test_marks_differ_by_shape_and_are_named() -> None:
    """The legend names what there is: the keyword, both kinds of marks, words without one, the state before."""
    there = words(neighborhood_map(NEIGHBORHOOD, "English"))
    assert there[-5:] == ["keyword", "similar", "not similar", "no mark", "before"]
    still = Neighborhood(placed("a", Language.SOURCE, None, 0.0), (placed("b", Language.SOURCE, True, 1.0),), None)
    svg = neighborhood_map(still, "English")
    assert words(svg)[-2:] == ["keyword", "similar"]
    assert any("t-SNE" in text for text in words(svg))


def test_source_words_are_slanted_and_the_keyword_is_bold() -> None:
    """Languages do not differ by colour."""
    root = ElementTree.fromstring(neighborhood_map(NEIGHBORHOOD, "English"))  # noqa: S314 - our own
    style = {text.text: text.get("style") or "" for text in root.iter(f"{SVG}text")}
    assert "italic" in style["road"]
    assert "italic" not in style["ሆስፒታል"]
    assert "700" in style["hospital"] or "bold" in style["hospital"]


def test_a_curve_has_a_line_for_each_measure_and_its_axis() -> None:
    """Named in the legend, the axis by what it counts."""
    for over, axis in (
        ("minutes", "minutes of work"),
        ("documents", "documents labelled"),
        ("keywords", "keywords judged"),
    ):
        there = words(learning_curve(VERSIONS, over))  # type: ignore[arg-type]  # one of Over
        assert {"accuracy", "AUC", axis} <= set(there)
        assert "macro F1" not in there


def test_intervals_are_drawn_where_they_are_known() -> None:
    """A band more, and none for older versions."""
    known = [replace(version, intervals={"accuracy": [0.5, 0.9]}) for version in VERSIONS]
    plain, banded, half = (
        learning_curve(versions, "minutes") for versions in (VERSIONS, known, [*VERSIONS[:4], *known[4:]])
    )
    assert [svg.count(b"opacity: 0.13") for svg in (plain, banded, half)] == [0, 1, 1]


def test_equal_numbers_give_equal_plots() -> None:
    """No time and no chance in them, so that browsers can keep them."""
    assert learning_curve(VERSIONS, "minutes") == learning_curve(VERSIONS, "minutes")
    assert b"<script" not in learning_curve(VERSIONS, "minutes")


def test_a_plot_says_what_it_shows() -> None:
    """Its title is the curve in words."""
    title = ElementTree.fromstring(learning_curve(VERSIONS, "minutes")).find(f"{SVG}title")  # noqa: S314 - our own
    assert title is not None
    assert (title.text or "").startswith("Learning curve up to 8 minutes of work: accuracy from 60.0 %")
