"""What the learning curve shows."""

from typing import Any

import pytest

from ml_backend.status.plots.series import Over, in_words, measured, place

VERSIONS: list[dict[str, Any]] = [
    {"number": 1, "seconds": 0.0, "labels": 0, "keywords": 0, "accuracy": None, "auc": 0.5},
    {"number": 2, "seconds": 90.0, "labels": 2, "keywords": 3, "accuracy": 0.625, "auc": 0.75},
    {"number": 3, "seconds": 180.0, "labels": 4, "keywords": 5, "accuracy": 0.75, "auc": None},
]


def test_measures_are_those_that_some_version_has() -> None:
    """In a fixed order; where none was evaluated, how stable predictions are."""
    assert measured(VERSIONS) == {"accuracy": "accuracy", "auc": "AUC"}
    stable: list[dict[str, Any]] = [{"stability": None}, {"stability": 0.9}]
    assert list(measured(stable)) == ["stability"]
    assert measured([*stable, *VERSIONS]) == measured(VERSIONS)
    assert measured([{"number": 1}]) == {}


@pytest.mark.parametrize(("over", "expected"), [("minutes", 1.5), ("documents", 2.0), ("keywords", 3.0)])
def test_versions_stand_where_their_work_was_done(over: Over, expected: float) -> None:
    """An older version that says nothing of it stands at the beginning."""
    assert place(VERSIONS[1], over) == expected
    assert place({}, over) == 0.0


def test_the_curve_in_words_has_its_ends() -> None:
    """Of each measure the first and the last that is known."""
    assert in_words(VERSIONS, "minutes") == (
        "Learning curve up to 3 minutes of work: accuracy from 62.5 % to 75.0 %, AUC from 50.0 % to 75.0 %"
    )
