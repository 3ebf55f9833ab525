"""What a round's model shows of itself."""

import math
from collections.abc import Mapping
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from clime_core.data.documents import Document, DocumentId
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.model.predictor import Predictor
from clime_core.policy.gain import ENOUGH
from clime_core.round.evidence import Evidence
from clime_core.round.observe import FOLDS, fold_of, held_out_losses, log_losses

POOL = [Document(f"d{n}", ("a",)) for n in range(60)]
NOWHERE = cast(BilingualEmbeddings, None)


class Counting:
    """A model that gives category 1 the probability that it had among the labels it learnt from."""

    def __init__(self, labels: Mapping[DocumentId, int]) -> None:
        self.learnt = labels
        self.share = sum(labels.values()) / len(labels)

    def predict_proba(self, _embeddings: BilingualEmbeddings, documents: list[Document]) -> NDArray[np.float64]:
        """The same for all, (n, 2)."""
        assert not any(document.id in self.learnt for document in documents), "it saw what it is judged by"
        return np.tile([1 - self.share, self.share], (len(documents), 1))


def fitted(labels: Mapping[DocumentId, int]) -> Predictor:
    """Fit the counting model."""
    return cast(Predictor, Counting(labels))


def evidence(labels: Mapping[DocumentId, int]) -> Evidence:
    """Labels of the pool."""
    return Evidence(NOWHERE, 2, [], POOL, labels=labels)


def test_every_labelled_document_is_judged_by_a_model_that_did_not_see_it() -> None:
    """The loss is that of the label's probability among the other folds."""
    labels: dict[DocumentId, int] = {f"d{n}": int(n % 3 == 0) for n in range(40)}
    losses = held_out_losses(fitted, evidence(labels), NOWHERE)
    assert losses.keys() == labels.keys()
    for name, loss in losses.items():
        others = [label for other, label in labels.items() if fold_of(other) != fold_of(name)]
        share = sum(others) / len(others)
        assert loss == pytest.approx(-math.log(share if labels[name] else 1 - share))


def test_a_document_keeps_its_fold() -> None:
    """New labels move none of those before to another fold, so that losses can be compared."""
    assert {fold_of(f"d{n}") for n in range(60)} == set(range(FOLDS))
    assert [fold_of(f"d{n}") for n in range(8)] == [0, 4, 1, 4, 0, 2, 1, 0], "also in another process, on another day"


def test_few_labels_are_not_enough() -> None:
    """Nothing rather than noise."""
    labels: dict[DocumentId, int] = {f"d{n}": n % 2 for n in range(ENOUGH - 1)}
    assert held_out_losses(fitted, evidence(labels), NOWHERE) == {}


def test_labels_of_documents_that_left_the_pool_are_passed_over() -> None:
    """They cannot be predicted any more."""
    labels: dict[DocumentId, int] = {**{f"d{n}": n % 2 for n in range(20)}, "gone": 1}
    assert "gone" not in held_out_losses(fitted, evidence(labels), NOWHERE)


def test_a_certain_mistake_costs_a_finite_loss() -> None:
    """A probability of zero is bounded."""
    sure = cast(Predictor, Counting({"x": 1}))
    assert log_losses(sure, NOWHERE, POOL[:1], [0]) == {"d0": pytest.approx(-math.log(1e-12))}
    assert log_losses(sure, NOWHERE, [], []) == {}
