"""Advice on when to stop."""

from clime_core.evaluation.gain import Gain
from clime_core.scheduling.stopping import Advice, advice


def gain(value: float, reach: float, measure: str = "held-out loss") -> Gain:
    """A gain with a symmetric interval."""
    return Gain(value, value - reach, value + reach, measure, 20)  # type: ignore[arg-type]  # one of the measures


def advice_of(**given: object) -> dict[str, Advice]:
    """Advice by kind, of a campaign half done."""
    values = {"spent": 600.0, "budget": 3600.0, "stabilities": [], "gains": [], **given}
    return {item.kind: item for item in advice(**values)}  # type: ignore[arg-type]  # as given


def test_the_budget_is_shown_in_minutes() -> None:
    """And holds once it is used."""
    assert not advice_of()["budget"].holds
    assert advice_of(spent=3600.0)["budget"].holds
    assert advice_of()["budget"].text == "10 of 60 minutes are used"


def test_predictions_are_stable_when_the_last_three_agree() -> None:
    """A mean kappa of 0.99 over three; an older change is forgiven, a late one is not."""
    assert advice_of(stabilities=[0.4, 0.99, 1.0, 0.985])["stable"].holds
    assert not advice_of(stabilities=[1.0, 1.0, 1.0, 0.9])["stable"].holds
    assert not advice_of(stabilities=[1.0, 1.0])["stable"].holds
    assert "too early" in advice_of(stabilities=[1.0, None, 1.0])["stable"].text
    assert "2 of 3 periods of work measured" in advice_of(stabilities=[1.0, None, 1.0])["stable"].text


def test_the_gain_is_flat_when_none_of_the_last_three_is_sure() -> None:
    """One gain that is above zero beyond its doubt is enough to go on."""
    assert advice_of(gains=[gain(0.5, 0.1), gain(0.02, 0.05), gain(-0.01, 0.05), gain(0.0, 0.01)])["flat"].holds
    assert not advice_of(gains=[gain(0.02, 0.05), gain(0.1, 0.05), gain(0.0, 0.01)])["flat"].holds
    assert "+0.010 nats" not in advice_of(gains=[gain(0.02, 0.05)] * 3)["flat"].text
    assert "-0.060 nats over 3 periods of work" in advice_of(gains=[gain(0.02, 0.05)] * 3)["flat"].text


def test_changes_that_cannot_fall_say_nothing_of_gain() -> None:
    """Nor do gains of two measures together."""
    assert not advice_of(gains=[gain(0.0, 0.1, "change")] * 5)["flat"].holds
    assert not advice_of(gains=[gain(0.0, 0.1, "dev loss"), gain(0.0, 0.1), gain(0.0, 0.1)])["flat"].holds
