"""Recipes: whole methods by name. The paper's, ours, and ours with one thing changed, to measure each part."""

from collections.abc import Mapping
from dataclasses import replace

from clime_core.errors import CampaignError
from clime_core.model.predictor.predictor_settings import TargetSettings, WordChannelSettings
from clime_core.model.refinement.refine_settings import RefineSettings
from clime_core.round.presets import ENCODER, GIVEN, WORD_VECTORS, preset, with_dictionary
from clime_core.round.round_settings import RoundSettings
from clime_core.simulation.base_kinds import BARE

PAPER = RoundSettings(
    refine=RefineSettings(solver="adam", regularization=1.0, steps=100, keep="nothing"),
    train_on="refined",
    predictor=BARE,
    runs=1,
    salience="sum-of-norms",
    neighbor_words="vocabulary",
    target_weight=1.0,
)
"""Yuan et al. 2020: eq. 1-5, a CNN over the refined vectors, labelled target documents among its examples."""

CLIME = WORD_VECTORS
"""The default of campaigns over word vectors."""


ENCODER_ALONE = replace(ENCODER, predictor=BARE, target_weight=1.0)
"""What a team does without clime: a regression over an encoder's vectors of source documents and labels alike."""


TRANSFORMER = preset("transformer", "none")
"""A fine-tuned transformer; `with_model` says which."""


def _with(**predictor: object) -> RoundSettings:
    return replace(CLIME, predictor=replace(CLIME.predictor, **predictor))  # type: ignore[arg-type]  # checked there


def _tuned(settings: RoundSettings, **changes: object) -> RoundSettings:
    """The settings with a transformer fine-tuned otherwise; those of another base as they are."""
    tuning = settings.classifier.transformer
    if tuning is None:
        return settings
    tuning = replace(tuning, **changes)  # type: ignore[arg-type]  # checked there
    return replace(settings, classifier=replace(settings.classifier, transformer=tuning))


RECIPES: dict[str, RoundSettings] = {
    "paper": PAPER,
    "paper-long": replace(PAPER, refine=replace(PAPER.refine, steps=10_000)),
    "paper-closed": replace(PAPER, refine=RefineSettings("closed")),
    "paper-degree": replace(PAPER, refine=RefineSettings("degree")),
    "paper-norm-of-sum": replace(PAPER, salience="norm-of-sum"),
    "clime": CLIME,
    "no-refinement": replace(CLIME, refine=RefineSettings("off")),
    "closed": replace(CLIME, refine=RefineSettings("closed")),
    "trained-on-refined": replace(CLIME, train_on="refined"),
    "no-target-model": _with(target=TargetSettings(weight=0.0)),
    "clime-dictionary": with_dictionary(CLIME),
    "clime-dictionary-0.6": with_dictionary(_with(words=WordChannelSettings(weight=0.6))),
    "clime-dictionary-all-keywords": replace(with_dictionary(CLIME), translated_keywords=True),
    "no-word-channel": _with(words=WordChannelSettings(weight=0.0)),
    "rejections": _with(words=replace(CLIME.predictor.words, rejection=0.5)),
    "shares-as-predicted": _with(shares="as predicted"),
    "labels-in-classifier": replace(CLIME, target_weight=1.0),
    "log-likelihood": replace(CLIME, salience="log-likelihood"),
    "norm-of-sum": replace(CLIME, salience="norm-of-sum"),
    "source-keywords": replace(CLIME, keyword_languages="source"),
    "csls": replace(CLIME, neighbor_ranking="csls"),
    "no-inflections": replace(CLIME, inflections=False),
    "one-run": replace(CLIME, runs=1),
    "top-and-threshold": replace(CLIME, selection="top-and-threshold"),
    "class-balanced": replace(CLIME, selection="class-balanced"),
    "prior-corrected": replace(CLIME, selection="prior-corrected"),
    "clusters": replace(CLIME, selection="clusters"),
    "ensemble": replace(CLIME, selection="ensemble"),
    "random-documents": replace(CLIME, selection="random"),
    "encoder": ENCODER,
    "encoder-dictionary": with_dictionary(ENCODER),
    "encoder-random-documents": replace(ENCODER, selection="random"),
    "encoder-no-correction": replace(ENCODER, predictor=replace(ENCODER.predictor, correction=0.0)),
    "encoder-not-centred": replace(ENCODER, classifier=replace(ENCODER.classifier, centred=False)),
    "encoder-alone": ENCODER_ALONE,
    "encoder-alone-random-documents": replace(ENCODER_ALONE, selection="random"),
    "encoder-alone-not-centred": replace(ENCODER_ALONE, classifier=replace(ENCODER.classifier, centred=False)),
    "given": GIVEN,
    "given-random-documents": replace(GIVEN, selection="random"),
    "transformer": TRANSFORMER,
    "transformer-robust": _tuned(TRANSFORMER, variant="robust"),
    "transformer-embedding-push": _tuned(TRANSFORMER, variant="embedding-push"),
    "transformer-attention-pull": _tuned(TRANSFORMER, variant="attention-pull"),
}


def with_model(recipes: Mapping[str, RoundSettings], model: str) -> dict[str, RoundSettings]:
    """The recipes, those of a transformer with this pretrained model, a folder or a name.

    Raises CampaignError where one needs a model and none is named, and where one is named and none needs it.
    """
    needing = [name for name, settings in recipes.items() if settings.classifier.transformer is not None]
    if needing and not model:
        raise CampaignError(
            f"{', '.join(needing)}: a pretrained model is fine-tuned; name it as --model, a folder or a name of "
            "transformers"
        )
    if model and not needing:
        raise CampaignError(f"--model is for recipes of a transformer, got {', '.join(recipes)}; leave it out")
    return {name: _tuned(settings, model=model) for name, settings in recipes.items()}
