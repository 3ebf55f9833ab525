"""Tests of the named methods."""

from dataclasses import replace

import numpy as np
import pytest

from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark
from clime_core.errors import CampaignError
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.round.campaign_round import RoundInputs, RoundSettings, run_round
from clime_core.simulation.recipes import RECIPES, with_model
from ml_backend.demo.corpus import Demo, DemoSizes, make_demo


@pytest.fixture(scope="module")
def demo() -> Demo:
    """A small demo."""
    return make_demo(0, DemoSizes(train=40, pool=30, test=20, text=200, dim=20))


def inputs(demo: Demo) -> RoundInputs:
    """Two labels and a mark."""
    keyword, word = Word(Language.SOURCE, demo.train[0].tokens[0]), Word(Language.TARGET, demo.pool[0].tokens[0])
    labels = {demo.pool[0].id: 1, demo.pool[1].id: 0}
    mark = Mark("ada", keyword, word, similar=True)
    return RoundInputs(demo.embeddings, 2, demo.train, demo.pool, labels, [mark], test=demo.test)


@pytest.mark.parametrize("name", sorted(set(RECIPES) - {"paper-long"}))
def test_every_recipe_does_a_round(demo: Demo, name: str) -> None:
    """Probabilities of the whole pool, and keywords to ask."""
    quick = replace(RECIPES[name], classifier=ClassifierSettings(epochs=1, filters=5))
    result = run_round(inputs(demo), quick, 0, device="cpu")
    np.testing.assert_allclose(result.probabilities.sum(axis=1), 1)
    assert result.keywords


def test_the_papers_recipe_predicts_with_the_classifier_alone(demo: Demo) -> None:
    """Over the refined vectors, which it was also trained on, with the target documents among its examples."""
    quick = replace(RECIPES["paper"], classifier=ClassifierSettings(kind="lr"))
    result = run_round(inputs(demo), quick, 0, device="cpu")
    refined = result.refinement.apply(demo.embeddings)
    alone = result.trained.classifier.predict_proba(refined, demo.pool, Language.TARGET)
    np.testing.assert_allclose(result.probabilities, alone, atol=1e-9)
    assert result.trained.classifier.report.examples_used == len(demo.train) + 2


@pytest.mark.parametrize("name", sorted(set(RECIPES) - {"clime"}))
def test_every_recipe_differs_from_the_default(name: str) -> None:
    """None is a second name for what campaigns do anyway."""
    assert RECIPES[name] != RoundSettings()
    assert RECIPES["clime"] == RoundSettings()


def test_a_transformer_is_fine_tuned_from_the_named_model() -> None:
    """Recipes of other bases stay as they are; a model that is missing, or that nobody needs, is an error."""
    chosen = {name: RECIPES[name] for name in ("clime", "transformer", "transformer-robust")}
    named = with_model(chosen, "org/name")
    assert named["clime"] == RECIPES["clime"]
    tunings = [named[name].classifier.transformer for name in ("transformer", "transformer-robust")]
    assert [(t.model, t.variant) for t in tunings if t] == [("org/name", "plain"), ("org/name", "robust")]
    with pytest.raises(CampaignError, match=r"transformer, transformer-robust: a pretrained model .* as --model"):
        with_model(chosen, "")
    with pytest.raises(CampaignError, match=r"--model is for recipes of a transformer, got clime; leave it out"):
        with_model({"clime": RECIPES["clime"]}, "org/name")
    assert with_model({"clime": RECIPES["clime"]}, "") == {"clime": RECIPES["clime"]}
