"""What the learning curve shows."""

import pytest

from ml_backend.status.facts import VersionFacts
from ml_backend.status.plots.series import Over, in_words, known_values, measured, place

VERSIONS = [
    VersionFacts(1, False, 0.0, seconds=0.0, labels=0, keywords=0, auc=0.5),
    VersionFacts(2, False, 9.0, seconds=90.0, labels=2, keywords=3, accuracy=0.625, auc=0.75),
    VersionFacts(3, True, 18.0, seconds=180.0, labels=4, keywords=5, accuracy=0.75),
]


def test_measures_are_those_that_some_version_has() -> None:
    """In a fixed order; where none was evaluated, how stable predictions are."""
    assert measured(VERSIONS) == {"accuracy": "accuracy", "auc": "AUC"}
    stable = [VersionFacts(1, False, 0.0), VersionFacts(2, True, 9.0, stability=0.9)]
    assert list(measured(stable)) == ["stability"]
    assert measured([*stable, *VERSIONS]) == measured(VERSIONS)
    assert measured([VersionFacts(1, True, 0.0)]) == {}
    assert known_values(VERSIONS, "auc") == [(VERSIONS[0], 0.5), (VERSIONS[1], 0.75)]


@pytest.mark.parametrize(("over", "expected"), [("minutes", 1.5), ("documents", 2.0), ("keywords", 3.0)])
def test_versions_are_placed_by_the_work_until_then(over: Over, expected: float) -> None:
    """An older version that says nothing of it is at the beginning."""
    assert place(VERSIONS[1], over) == expected
    assert place(VersionFacts(1, True, 0.0), over) == 0.0


def test_the_curve_in_words_has_its_ends() -> None:
    """Of each measure the first and the last that is known."""
    assert in_words(VERSIONS, "minutes") == (
        "Learning curve up to 3 minutes of work: accuracy from 62.5 % to 75.0 %, AUC from 50.0 % to 75.0 %"
    )
