"""The pairs of arms that a report compares: each condition with Base and with every control that it must beat."""

from clime_core.simulation.condition import CONDITIONS
from clime_core.simulation.controls import CONTROLS, PRIOR_MATCHED
from clime_core.simulation.report.comparison import BASE, Arm, Comparison

CLIME, ACTIVE, BOTH = (Arm(CONDITIONS[name]) for name in ("clime", "active", "a+c"))

Contrast = tuple[Arm, Arm]
"""An arm and the one that it is compared with."""


def claims(compared: Comparison) -> list[Contrast]:
    """Every condition against Base, and against each of its controls."""
    real = [arm for arm in compared.arms if arm.real and arm != BASE]
    return [
        (arm, reference)
        for arm in real
        for reference in compared.arms
        if reference == BASE or (not reference.real and _controls(reference, arm))
    ]


def contrasts(compared: Comparison) -> list[Contrast]:
    """These, every control against Base, and A+C against either activity alone."""
    pairs = [(arm, BASE) for arm in compared.arms if arm != BASE]
    pairs += [pair for pair in claims(compared) if pair not in pairs]
    return pairs + [(BOTH, alone) for alone in (ACTIVE, CLIME) if {BOTH, alone} <= compared.cells.keys()]


def _controls(control: Arm, arm: Arm) -> bool:
    """Whether the first is a control of the arm: of its condition, a fair one, or Base with the shares matched."""
    if control.control == PRIOR_MATCHED or CONTROLS[control.control].stands_for is not None:
        return True
    return control.condition == arm.condition
