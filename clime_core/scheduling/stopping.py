"""When it may be time to stop. Advice is shown and never enforced: only the budget ends a campaign."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from clime_core.evaluation.gain import Gain

WINDOW = 3
"""Stretches of work that must agree."""

STABLE = 0.99
"""Mean kappa of consecutive predictions from which they are stable (Bloodgood and Vijay-Shanker 2009)."""


@dataclass(frozen=True)
class Advice:
    """A reason to stop and whether it holds."""

    kind: Literal["budget", "stable", "flat"]
    holds: bool
    text: str


def advice(
    spent: float, budget: float, stabilities: Sequence[float | None], gains: Sequence[Gain | None]
) -> tuple[Advice, ...]:
    """From seconds, and from kappa and gain of the stretches of work so far, oldest first."""
    return _of_budget(spent, budget), _of_stability(stabilities), _of_gain(gains)


def _of_budget(spent: float, budget: float) -> Advice:
    text = f"{spent / 60:.0f} of {budget / 60:.0f} minutes are used"
    return Advice("budget", spent >= budget, text)


def _of_stability(stabilities: Sequence[float | None]) -> Advice:
    known = [value for value in stabilities[-WINDOW:] if value is not None]
    if len(known) < WINDOW:
        return Advice("stable", False, f"too early to say whether predictions are stable: {_wanted(len(known))}")
    mean = sum(known) / WINDOW
    verb = "are stable" if mean >= STABLE else "still change"
    return Advice("stable", mean >= STABLE, f"predictions {verb}: kappa {mean:.3f} over {WINDOW} stretches of work")


def _of_gain(gains: Sequence[Gain | None]) -> Advice:
    """Flat where none of the last stretches gained more than its doubt, by one measure that can fall."""
    known = [gain for gain in gains[-WINDOW:] if gain is not None and gain.measure != "change"]
    if len(known) < WINDOW or len({gain.measure for gain in known}) > 1:
        return Advice("flat", False, f"too early to say whether the gain is flat: {_wanted(len(known))}")
    flat = all(gain.low <= 0 for gain in known)
    total = sum(gain.value for gain in known)
    return Advice(
        "flat",
        flat,
        f"{known[0].measure} {'hardly falls' if flat else 'falls'}: {-total:+.3f} nats over {WINDOW} stretches",
    )


def _wanted(known: int) -> str:
    return f"{known} of {WINDOW} stretches of work measured"
