"""Means with one language left out."""

import pytest

from clime_core.simulation.condition import CONDITIONS, Effort
from clime_core.simulation.report.comparison import BASE, Arm, Comparison
from clime_core.simulation.report.contrasts import claims
from clime_core.simulation.report.languages import languages_section, left_out
from clime_core.simulation.run_key import RunKey
from clime_core.simulation.run_record import RunRecord
from clime_core.simulation.score import Score
from clime_core.simulation.work import Point

ACTIVE = Arm(CONDITIONS["active"])


def made(setting: str, condition: str, accuracy: float, control: str = "none", method: str = "cca") -> RunRecord:
    """A run that ended with this accuracy."""
    key = RunKey(setting, method, "quick", CONDITIONS[condition], control, Effort(count=5), 0)
    point = Point(1, 1.0, 5, 0, 1, 0, 0, 0, Score(accuracy, None, accuracy, None, None, 50), 1.0)
    return RunRecord(key, (point,), (), 1.0)


def compared(gains: dict[str, float]) -> Comparison:
    """Base of 0.5 and these gains above it, by setting; `ilo` has two kinds of vectors."""
    runs = [made(name, "base", 0.5) for name in gains] + [made(name, "active", 0.5 + g) for name, g in gains.items()]
    second = [run for name, gain in gains.items() if "ilo" in name for run in
              (made(name, "base", 0.5, method="rcsls"), made(name, "active", 0.5 + gain, method="rcsls"))]  # fmt: skip
    return Comparison((*runs, *second))


def test_the_settings_of_a_language_are_left_out_together() -> None:
    """By the target language of the folder's name, with all of its vectors."""
    found = left_out(compared({"en-ilo-sib": 0.2, "en-ti-sib": 0.1, "en-ti-news": 0.1, "en-sw-news": 0.04}),
                     (ACTIVE, BASE), "accuracy")  # fmt: skip
    assert found is not None
    assert {language: interval.settings for language, interval in found.without.items()} == {"ilo": 3, "ti": 3, "sw": 4}
    assert (found.lowest, found.highest) == ("ilo", "sw")
    assert found.without["ilo"].mean == pytest.approx(8.0)
    assert found.carrying == []


def test_a_language_that_carries_the_mean_is_named() -> None:
    """In the table and in words: with it the interval excludes 0, without it no longer."""
    one = compared({"en-ilo-sib": 0.3, "en-ilo-news": 0.3, "en-ti-sib": 0.03, "en-sw-news": 0.0})
    found = left_out(one, (ACTIVE, BASE), "accuracy")
    assert found is not None
    assert found.every.low > 0
    assert found.carrying == ["ilo"]
    text = "\n".join(languages_section(one, ("accuracy",)))
    assert "**Active - Base: one language carries the mean.**" in text
    assert "without ilo +1.5 [+0.0, +3.0]" in text


def test_one_language_makes_no_claim() -> None:
    """There is nothing to leave out."""
    text = "\n".join(languages_section(compared({"en-ilo-sib": 0.3}), ("accuracy",)))
    assert "All settings are of one language, ilo" in text


def test_every_condition_stands_against_fair_controls() -> None:
    """Those in the place of another condition too."""
    runs = [made("x", name, 0.5) for name in ("base", "clime", "a+c")]
    runs += [made("x", "active", 0.5, "labels-alone"), made("x", "clime", 0.5, "no-human")]
    names = [f"{arm} - {reference}" for arm, reference in claims(Comparison(tuple(runs)))]
    assert names == [
        "CLIME - Base", "CLIME - CLIME, no-human", "CLIME - Active, labels-alone", "A+C - Base",
        "A+C - Active, labels-alone",
    ]  # fmt: skip
