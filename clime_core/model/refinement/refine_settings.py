"""How word vectors are refined."""

import math
from dataclasses import dataclass
from typing import Literal

from clime_core.errors import TrainingError


@dataclass(frozen=True)
class RefineSettings:
    """How to refine. Raises TrainingError for values that make no sense.

    `regularization` is the paper's lambda; `steps` counts for `adam` alone, `margin` for `closed` and
    `degree`. `keep` what a touched row had before: its length (the default), nothing (the paper), or its direction,
    which is a control: only the lengths change. `off` changes nothing at all.
    """

    solver: Literal["off", "closed", "degree", "adam"] = "degree"
    regularization: float = 1.0
    steps: int = 100
    keep: Literal["lengths", "directions", "nothing"] = "lengths"
    margin: float = 0.1

    def __post_init__(self) -> None:
        for name in ("regularization", "margin", "steps"):
            got = getattr(self, name)
            if not 0 < got < math.inf:
                raise TrainingError(f"{name} must be above 0, got {got!r}")
        if self.solver not in ("off", "closed", "degree", "adam"):
            raise TrainingError(f"solver must be off, closed, degree or adam, got {self.solver!r}")
        if self.keep not in ("lengths", "directions", "nothing"):
            raise TrainingError(f"keep must be lengths, directions or nothing, got {self.keep!r}")
