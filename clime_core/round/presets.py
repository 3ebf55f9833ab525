"""The settings that a round has where the campaign says no more than what its base is."""

from collections.abc import Mapping
from typing import Literal

from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.predictor.predictor_settings import PredictorSettings, TargetSettings
from clime_core.round.round_settings import RoundSettings

BaseKind = Literal["word-vectors", "encoder", "given"]

WORD_VECTORS = RoundSettings()
"""Networks over word vectors; labels teach the target model alone."""

ENCODER = RoundSettings(
    classifier=ClassifierSettings(kind="encoder", inverse_regularization=100.0, class_weights="balanced"),
    predictor=PredictorSettings(
        target=TargetSettings(weight=1.0, confident=0.8), shares="as predicted", weights="stacked"
    ),
    runs=1,
    target_weight=1.0,
)
"""A frozen sentence encoder: labels teach the regression over it, and stacking weighs it against the target model."""

GIVEN = RoundSettings(
    classifier=ClassifierSettings(kind="given"),
    predictor=PredictorSettings(
        target=TargetSettings(weight=1.0, confident=0.8), shares="as predicted", weights="stacked"
    ),
    runs=1,
)
"""What something else predicted: labels teach the target model alone, and stacking weighs it against what is given."""

PRESETS: Mapping[BaseKind, RoundSettings] = {"word-vectors": WORD_VECTORS, "encoder": ENCODER, "given": GIVEN}
