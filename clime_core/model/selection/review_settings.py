"""The settings of review screens: how many, how large, and which texts."""

from dataclasses import dataclass

from clime_core.errors import TrainingError
from clime_core.model.selection.selection import Selection, check_selection

MIN_TEXTS, MAX_TEXTS = 2, 12


@dataclass(frozen=True)
class ReviewSettings:
    """Review screens.

    screens: how many are prepared; 0 where none are asked. texts: on one screen, from 2 to 12. selection: which
    documents are reviewed first, of `clime_core.model.selection.strategies`. alike: two texts whose vectors have a
    larger cosine are never on one screen. words: of a longer text that are shown at once.

    Raises TrainingError for values out of range.
    """

    screens: int = 0
    texts: int = 8
    selection: Selection = "class-balanced"
    alike: float = 0.95
    words: int = 40

    def __post_init__(self) -> None:
        if not self.screens >= 0:
            raise TrainingError(f"review.screens must be 0 or more, got {self.screens!r}")
        if not MIN_TEXTS <= self.texts <= MAX_TEXTS:
            raise TrainingError(f"review.texts must be from {MIN_TEXTS} to {MAX_TEXTS}, got {self.texts!r}")
        if not 0 < self.alike <= 1:
            raise TrainingError(f"review.alike must be above 0 and at most 1, got {self.alike!r}")
        if not self.words > 0:
            raise TrainingError(f"review.words must be above 0, got {self.words!r}")
        check_selection(self.selection)
