"""Advice on when to stop. It is shown and never enforced: only the budget ends a campaign."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from clime_core.evaluation.gain import Gain

N_PERIODS = 3
"""Periods of work that must agree."""

MIN_STABLE_KAPPA = 0.99
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
    """From seconds, and from kappa and gain of the periods of work so far, oldest first."""
    return _of_budget(spent, budget), _of_stability(stabilities), _of_gain(gains)


def _of_budget(spent: float, budget: float) -> Advice:
    text = f"{spent / 60:.0f} of {budget / 60:.0f} minutes are used"
    return Advice("budget", spent >= budget, text)


def _of_stability(stabilities: Sequence[float | None]) -> Advice:
    known = [kappa for kappa in stabilities[-N_PERIODS:] if kappa is not None]
    if len(known) < N_PERIODS:
        return Advice("stable", False, f"too early to say whether predictions are stable: {_measured(len(known))}")
    mean = sum(known) / N_PERIODS
    stable = mean >= MIN_STABLE_KAPPA
    verb = "are stable" if stable else "still change"
    return Advice("stable", stable, f"predictions {verb}: kappa {mean:.3f} over {N_PERIODS} periods of work")


def _of_gain(gains: Sequence[Gain | None]) -> Advice:
    """Flat where none of the last periods gained more than its doubt, all by one measure that can fall."""
    known = [gain for gain in gains[-N_PERIODS:] if gain is not None and gain.measure != "change"]
    if len(known) < N_PERIODS or len({gain.measure for gain in known}) > 1:
        return Advice("flat", False, f"too early to say whether the gain is flat: {_measured(len(known))}")
    flat = all(gain.low <= 0 for gain in known)
    fall = sum(gain.value for gain in known)
    verb = "hardly falls" if flat else "falls"
    return Advice("flat", flat, f"{known[0].measure} {verb}: {-fall:+.3f} nats over {N_PERIODS} periods of work")


def _measured(known: int) -> str:
    return f"{known} of {N_PERIODS} periods of work measured"
