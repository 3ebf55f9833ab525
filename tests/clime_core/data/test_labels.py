"""Document labels of several annotators."""

from hypothesis import given
from hypothesis import strategies as st

from clime_core.data.labels import DocumentLabel, resolve_labels


def said(annotator: str, label: int, at: float = 0, document: int = 1) -> DocumentLabel[int]:
    """One label."""
    return DocumentLabel(annotator, document, label, at)


def test_the_latest_label_of_an_annotator_counts() -> None:
    """A double submit or a change of mind is no vote of its own."""
    resolution = resolve_labels([said("ada", 1, at=2), said("ada", 0, at=1)])
    assert resolution.labels == {1: 1}
    assert resolution.conflicts == ()


def test_a_majority_decides_and_the_dissent_is_kept() -> None:
    """Two against one give a label and a conflict."""
    resolution = resolve_labels([said("ada", 1), said("ben", 1), said("eve", 0)])
    assert resolution.labels == {1: 1}
    assert resolution.conflicts[0].votes == (("ada", 1), ("ben", 1), ("eve", 0))


def test_a_tie_gives_no_label() -> None:
    """Nobody is right by being first."""
    resolution = resolve_labels([said("ada", 1), said("ben", 0)])
    assert resolution.labels == {}
    assert len(resolution.conflicts) == 1


@given(st.permutations([said("ada", 1, 3), said("ada", 0, 1), said("ben", 1, 2), said("ben", 0, 4, document=2)]))
def test_the_order_of_reading_makes_no_difference(items: list[DocumentLabel[int]]) -> None:
    """Labels arrive in any order."""
    assert resolve_labels(items).labels == {1: 1, 2: 0}
