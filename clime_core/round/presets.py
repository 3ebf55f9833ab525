"""The settings that a round has where the campaign says no more than what its base is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.transformer_settings import TransformerSettings
from clime_core.model.predictor.predictor_settings import PredictorSettings, TargetSettings
from clime_core.round.round_settings import RoundSettings

BaseName = Literal["word-vectors", "encoder", "transformer", "given"]

WORD_VECTORS = RoundSettings()
"""Networks over word vectors; labels teach the target model alone."""

ENCODER = RoundSettings(
    classifier=ClassifierSettings(kind="encoder", inverse_regularization=100.0, class_weights="balanced"),
    predictor=PredictorSettings(
        target=TargetSettings(weight=1.0, confident=0.8, label_weight=3.0), shares="as predicted", correction=3.0
    ),
    runs=1,
    salience="log-likelihood",
)
"""A frozen sentence encoder: its regression learns from the source alone, and labels correct what it predicts."""


GIVEN = replace(ENCODER, classifier=ClassifierSettings(kind="given"))
"""What something else predicted: labels correct it."""


ONE_LANGUAGE: Mapping[BaseName, RoundSettings] = {
    "word-vectors": replace(
        WORD_VECTORS,
        classifier=ClassifierSettings(kind="lr", inverse_regularization=100.0, class_weights="balanced"),
        runs=1,
        salience="log-likelihood",
        selection="clusters",
        target_weight=1.0,
    ),
    "encoder": replace(
        ENCODER,
        classifier=ClassifierSettings(kind="encoder", class_weights="balanced"),
        selection="clusters",
        target_weight=1.0,
    ),
}
"""Where there is no source language: labels teach the base itself, and every part of the pool is asked about."""


def preset(base: BaseName, model: str, *, one_language: bool = False) -> RoundSettings:
    """The settings for a base; `model` is the folder or name of a transformer."""
    if one_language and base in ONE_LANGUAGE:
        return ONE_LANGUAGE[base]
    if base == "transformer":
        classifier = ClassifierSettings(kind="transformer", transformer=TransformerSettings(model))
        return replace(ENCODER, classifier=classifier)
    return {"word-vectors": WORD_VECTORS, "encoder": ENCODER, "given": GIVEN}[base]


def with_dictionary(settings: RoundSettings) -> RoundSettings:
    """The settings where the team has a dictionary: a translation counts as much as a mark."""
    words = replace(settings.predictor.words, dictionary=1.0)
    return replace(settings, predictor=replace(settings.predictor, words=words))
