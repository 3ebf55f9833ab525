"""Tests of what a round's settings may be."""

import pytest

from clime_core.errors import TrainingError
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.round.round_settings import RoundSettings


def test_unknown_ways_to_choose_documents_are_refused() -> None:
    """The error lists the names."""
    with pytest.raises(TrainingError, match=r"selection is one of entropy, .*got 'surprise'"):
        RoundSettings(selection="surprise")  # type: ignore[arg-type]


@pytest.mark.parametrize(("runs", "kind"), [(1, "cnn"), (3, "lr")])
def test_one_network_is_no_ensemble(runs: int, kind: str) -> None:
    """Reported before anything is trained; logistic regression is one model whatever the runs."""
    with pytest.raises(TrainingError, match=f"got runs = {runs} of '{kind}': set runs to 2 or more"):
        RoundSettings(ClassifierSettings(kind=kind), runs=runs, selection="ensemble")  # type: ignore[arg-type]
    assert RoundSettings(ClassifierSettings(kind="dan"), runs=2, selection="ensemble").selection == "ensemble"


@pytest.mark.parametrize("weight", [-1.0, float("nan")])
def test_impossible_weights_of_target_documents_are_refused(weight: float) -> None:
    """The error names the field."""
    with pytest.raises(TrainingError, match="target_weight must be 0 or more"):
        RoundSettings(target_weight=weight)


def test_a_gradient_of_word_vectors_needs_a_classifier_that_reads_them() -> None:
    """Salience by gradient does not go with an encoder, and neither does the ensemble of its one member."""
    encoder = ClassifierSettings(kind="encoder")
    with pytest.raises(TrainingError, match=r"set salience to 'log-likelihood'"):
        RoundSettings(encoder, salience="norm-of-sum")
    with pytest.raises(TrainingError, match="ensemble"):
        RoundSettings(encoder, selection="ensemble")
