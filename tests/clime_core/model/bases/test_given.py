"""A base that is given."""

import numpy as np
import pytest

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language
from clime_core.errors import TrainingError
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.given import given_base, given_examples, uniform_base

SETTINGS = ClassifierSettings(kind="given")
POOL = [Document(1, ("a",), given=(0.2, 0.8)), Document(2, ("b",), given=(0.6, 0.4)), Document(3, ("c",))]


def test_the_prior_is_the_mean_of_what_is_given() -> None:
    """Documents without a prediction do not count."""
    base = given_base(POOL, 2, SETTINGS)
    np.testing.assert_allclose(base.prior, [0.4, 0.6])
    assert (base.report.examples_used, base.report.class_counts) == (2, (1, 1))


def test_words_can_be_ranked_before_any_label() -> None:
    """Each given document is an example of its most likely category."""
    assert [(e.document.id, e.document.label, e.weight) for e in given_examples(POOL)] == [(1, 1, 0.8), (2, 0, 0.6)]


@pytest.mark.parametrize(("pool", "message"), [(POOL[2:], "none of the 1 documents"), (POOL, "3 probabilities")])
def test_a_pool_without_fitting_predictions_is_refused(pool: list[Document], message: str) -> None:
    """None at all, or of another number of categories."""
    with pytest.raises(TrainingError, match=message):
        given_base(pool, 3, SETTINGS)


def test_while_nothing_is_known_all_categories_are_equal() -> None:
    """Of every document, none of which it reads."""
    base, nowhere = uniform_base(3), BilingualEmbeddings(*(Embeddings((), np.zeros((0, 1), np.float32)) for _ in "st"))
    np.testing.assert_allclose(base.predict_proba(nowhere, POOL[2:], Language.TARGET), [[1 / 3] * 3])
    assert base.reads(nowhere, POOL[2:]).tolist() == [False]
    assert (base.n_categories, base.report.examples_used) == (3, 0)
