"""What is added to a classifier to make the model of a campaign."""

from dataclasses import dataclass
from typing import Literal

from clime_core.errors import TrainingError
from clime_core.model.predictor.label_shift import check_shares
from clime_core.model.predictor.target_model import TargetSettings
from clime_core.model.predictor.word_channel import WordChannelSettings

Shares = tuple[float, ...] | Literal["as predicted", "smoothed"]


@dataclass(frozen=True)
class PredictorSettings:
    """What is added to the classifier.

    `shares`: of the categories in the pool. `as predicted` leaves the predictions alone; `smoothed` takes three
    quarters of what the classifier predicts and one quarter of equal shares; numbers are the campaign's own knowledge.
    Raises TrainingError for anything else.
    """

    words: WordChannelSettings = WordChannelSettings()
    target: TargetSettings = TargetSettings()
    shares: Shares = "smoothed"

    def __post_init__(self) -> None:
        if isinstance(self.shares, str) and self.shares not in ("as predicted", "smoothed"):
            raise TrainingError(f"shares are 'as predicted', 'smoothed' or numbers, got {self.shares!r}")

    def check(self, n_categories: int) -> None:
        """Raise TrainingError where the shares are not one number for each category."""
        if not isinstance(self.shares, str):
            check_shares(self.shares, n_categories)
