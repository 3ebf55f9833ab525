"""What a round's model shows of itself."""

import math
from collections.abc import Mapping
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from clime_core.data.documents import Document, DocumentId
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.evaluation.gain import MIN_HELD_OUT
from clime_core.model.folds import fold_of
from clime_core.round.inputs import RoundInputs
from clime_core.round.observe import held_out_losses, log_losses

POOL = [Document(f"d{n}", ("a",)) for n in range(60)]
NOWHERE = cast(BilingualEmbeddings, None)


def fitted(labels: Mapping[DocumentId, int]) -> NDArray[np.float64]:
    """A model that gives category 1 the part that it has of the labels; certain of what it has seen."""
    share = sum(labels.values()) / len(labels)
    rows = np.tile([1 - share, share], (len(POOL), 1))
    for place, document in enumerate(POOL):
        if document.id in labels:
            rows[place] = np.eye(2)[labels[document.id]]
    return rows


def inputs(labels: Mapping[DocumentId, int]) -> RoundInputs:
    """Labels of the pool."""
    return RoundInputs(NOWHERE, 2, [], POOL, labels=labels)


def test_every_labelled_document_is_judged_by_a_model_that_did_not_see_it() -> None:
    """The loss is that of the label's probability among the other folds."""
    labels: dict[DocumentId, int] = {f"d{n}": int(n % 3 == 0) for n in range(40)}
    losses = held_out_losses(fitted, inputs(labels))
    assert losses.keys() == labels.keys()
    for name, loss in losses.items():
        learnt = [label for document, label in labels.items() if fold_of(document) != fold_of(name)]
        share = sum(learnt) / len(learnt)
        assert loss == pytest.approx(-math.log(share if labels[name] else 1 - share))


def test_few_labels_are_not_enough() -> None:
    """Nothing rather than noise."""
    labels: dict[DocumentId, int] = {f"d{n}": n % 2 for n in range(MIN_HELD_OUT - 1)}
    assert held_out_losses(fitted, inputs(labels)) == {}


def test_labels_of_documents_that_left_the_pool_are_passed_over() -> None:
    """They cannot be predicted any more."""
    labels: dict[DocumentId, int] = {**{f"d{n}": n % 2 for n in range(20)}, "gone": 1}
    assert "gone" not in held_out_losses(fitted, inputs(labels))


def test_a_certain_mistake_costs_a_finite_loss() -> None:
    """A probability of zero is bounded."""
    assert log_losses(["d0", "d1"], np.array([[0.0, 1.0], [0.5, 0.5]]), [0, 1]) == {
        "d0": pytest.approx(-math.log(1e-12)),
        "d1": pytest.approx(math.log(2)),
    }
    assert log_losses([], np.zeros((0, 0)), []) == {}
