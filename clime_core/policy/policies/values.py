"""The checks of the policies' values."""

import sys
from collections.abc import Callable
from typing import TypeGuard

from clime_core.errors import CampaignError


def check_number(name: str, value: object, fits: Callable[[float], bool], wanted: str) -> None:
    """Raise CampaignError unless it is a finite number that fits what is `wanted`, in words."""
    if not (_is_finite(value) and fits(value)):
        raise CampaignError(f"{name} must be a number {wanted}, got {value!r}")


def check_share(name: str, value: object) -> None:
    """Raise CampaignError unless it is a share."""
    check_number(name, value, lambda share: 0 <= share <= 1, "from 0 to 1")


def check_amount(name: str, value: object) -> None:
    """Raise CampaignError unless it is 0 or more."""
    check_number(name, value, lambda amount: amount >= 0, "of 0 or more")


def _is_finite(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
