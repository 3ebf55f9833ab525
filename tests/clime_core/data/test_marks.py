"""Marks of several annotators come to constraints and conflicts."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from clime_core.data.language import Language, Word
from clime_core.data.marks import Conflict, Constraint, Mark, Resolution, resolve

FLU = Word(Language.SOURCE, "flu")
ILL = Word(Language.SOURCE, "ill")
GRIPE = Word(Language.TARGET, "gripe")
HOMOGRAPH = Word(Language.TARGET, "ill")


def test_the_latest_mark_of_an_annotator_counts() -> None:
    """A change of mind replaces the earlier mark, in whatever order they come; equal times go by order."""
    early, late = Mark("ana", FLU, GRIPE, similar=True, at=1), Mark("ana", FLU, GRIPE, similar=False, at=2)
    for marks in ([early, late], [late, early]):
        assert resolve(marks).constraints == (Constraint(FLU, GRIPE, similar=False),)
        assert resolve(marks).conflicts == ()
    again = Mark("ana", FLU, GRIPE, similar=True, at=2)
    assert resolve([late, again]).constraints == (Constraint(FLU, GRIPE, similar=True),)


def test_majorities_count_and_dissent_is_kept() -> None:
    """Two against one make a constraint and a conflict; an annotator has one vote however often she marks."""
    marks = [
        Mark("ben", FLU, GRIPE, similar=True, at=1),
        Mark("ana", FLU, GRIPE, similar=True, at=2),
        Mark("cyd", FLU, GRIPE, similar=False, at=3),
        Mark("cyd", FLU, GRIPE, similar=False, at=4),
    ]
    found = resolve(marks)
    assert found.constraints == (Constraint(FLU, GRIPE, similar=True),)
    assert found.conflicts == (Conflict(FLU, GRIPE, ("ana", "ben"), ("cyd",)),)


def test_a_tie_is_only_a_conflict() -> None:
    """One against one gives no constraint."""
    found = resolve([Mark("ana", FLU, GRIPE, similar=True), Mark("ben", FLU, GRIPE, similar=False)])
    assert found.constraints == ()
    assert found.conflicts == (Conflict(FLU, GRIPE, ("ana",), ("ben",)),)


def test_homographs_and_directions_stay_apart() -> None:
    """The same string in two languages, and a pair seen from its two ends, are different pairs, sorted."""
    marks = [
        Mark("ana", ILL, FLU, similar=False),
        Mark("ana", FLU, HOMOGRAPH, similar=False),
        Mark("ana", FLU, ILL, similar=True),
    ]
    assert resolve(marks).constraints == (
        Constraint(FLU, ILL, similar=True),
        Constraint(FLU, HOMOGRAPH, similar=False),
        Constraint(ILL, FLU, similar=False),
    )
    assert resolve([]) == Resolution((), ())


words = st.sampled_from([FLU, ILL, GRIPE, HOMOGRAPH])
timed = st.lists(
    st.builds(Mark, st.sampled_from("abc"), words, words, st.booleans(), st.booleans(), st.integers(0, 99)),
    unique_by=lambda mark: (mark.annotator, mark.at),
)


@given(timed, st.randoms(use_true_random=False))
def test_order_does_not_matter(marks: list[Mark], random: Random) -> None:
    """Marks of different times give the same result in any order: each pair once, in sorted order, as the
    votes say.
    """
    found = resolve(marks)
    shuffled = list(marks)
    random.shuffle(shuffled)
    assert resolve(shuffled) == found
    pairs = [(constraint.keyword, constraint.word) for constraint in found.constraints]
    assert pairs == sorted(set(pairs))
    ties = {
        (conflict.keyword, conflict.word)
        for conflict in found.conflicts
        if len(conflict.similar_by) == len(conflict.dissimilar_by)
    }
    assert ties.isdisjoint(pairs)
    assert ties | set(pairs) == {(mark.keyword, mark.word) for mark in marks}
