"""The folds of a cross-validation."""

from clime_core.model.folds import N_FOLDS, fold_of


def test_a_document_keeps_its_fold() -> None:
    """New labels move none of those before to another fold, so that losses can be compared."""
    assert {fold_of(f"d{n}") for n in range(60)} == set(range(N_FOLDS))
    assert [fold_of(f"d{n}") for n in range(8)] == [0, 4, 1, 4, 0, 2, 1, 0], "also in another process, on another day"
