"""Tests of what marks say of documents."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from clime_core.data.documents import Document
from clime_core.data.language import Language, Word
from clime_core.data.marks import Constraint
from clime_core.errors import TrainingError
from clime_core.model.predictor.predictor_settings import WordChannelSettings
from clime_core.model.predictor.word_channel import WordChannel, word_channel

KNOWN: Mapping[str, NDArray[np.float64]] = {"flu": np.array([-1.0, 1.0]), "goal": np.array([2.0, -2.0])}


def mark(source: str, target: str, *, similar: bool = True, swapped: bool = False) -> Constraint:
    """A judgement of a source keyword and a target word, or of a target keyword and a source word."""
    one, other = Word(Language.SOURCE, source), Word(Language.TARGET, target)
    return Constraint(other, one, similar) if swapped else Constraint(one, other, similar)


def channel(*constraints: Constraint, rejection: float = 0.0, caution: float = 0.0) -> WordChannel:
    """The channel of these marks."""
    return word_channel(constraints, KNOWN, 2, WordChannelSettings(1.0, rejection, caution))


def test_an_accepted_word_inherits_its_keywords_association() -> None:
    """Whichever of the two was the keyword; two keywords are averaged."""
    for swapped in (False, True):
        np.testing.assert_allclose(channel(mark("flu", "gripe", swapped=swapped)).associations["gripe"], [-1, 1])
    both = channel(mark("flu", "gripe"), mark("goal", "gripe"))
    np.testing.assert_allclose(both.associations["gripe"], [0.5, -0.5])


def test_caution_pulls_words_with_few_marks_towards_nothing() -> None:
    """One imagined mark halves one mark and leaves two thirds of two."""
    once = channel(mark("flu", "gripe"), caution=1.0).associations["gripe"]
    np.testing.assert_allclose(once, [-0.5, 0.5])
    twice = word_channel(
        [mark("flu", "gripe"), mark("influenza", "gripe")],
        {**KNOWN, "influenza": np.array([-1.0, 1.0])},
        2,
        WordChannelSettings(1.0, 0.0, 1.0),
    )
    np.testing.assert_allclose(twice.associations["gripe"], [-2 / 3, 2 / 3])


def test_associations_travel_over_target_keywords() -> None:
    """A neighbour of a target keyword learns from the source words accepted for that keyword."""
    chain = [mark("flu", "gripe", swapped=True)]
    chain.append(Constraint(Word(Language.TARGET, "gripe"), Word(Language.TARGET, "catarro"), similar=True))
    np.testing.assert_allclose(channel(*chain, caution=0.0).associations["catarro"], [-1, 1])


def test_rejections_count_only_where_they_are_asked_to() -> None:
    """With weight 0 they are as if never made, with weight 1 they turn the association round."""
    rejected = mark("flu", "gol", similar=False)
    assert channel(rejected).associations == {}
    np.testing.assert_allclose(channel(rejected, rejection=1.0).associations["gol"], [1, -1])


def test_documents_are_scored_by_their_distinct_known_words() -> None:
    """Sum over the root of the number of known words and three; repetitions and unknown words do not count."""
    made = WordChannel({"gripe": np.array([-1.0, 1.0]), "gol": np.array([3.0, -3.0])}, 2)
    scores = made.scores([Document(0, ("gripe", "gripe", "x")), Document(1, ("gol", "gripe")), Document(2, ("x",))])
    np.testing.assert_allclose(scores[:, 1], [1 / 2, -2 / np.sqrt(5), 0])


def test_a_word_without_an_association_says_nothing() -> None:
    """A keyword that no source document holds leaves the accepted word unknown."""
    assert channel(mark("unseen", "gripe"), caution=1.0).associations == {}


@pytest.mark.parametrize("name", ["weight", "rejection", "caution"])
@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_impossible_settings_are_refused(name: str, value: float) -> None:
    """The error names the field."""
    with pytest.raises(TrainingError, match=name):
        WordChannelSettings(**{name: value})


TRANSLATIONS = {"gripe": {"flu": 1.0}, "gol": {"goal": 0.5}, "nada": {"nothing": 1.0}}


def with_dictionary(*constraints: Constraint, weight: float = 1.0, rejection: float = 0.0) -> dict[str, list[float]]:
    """The associations from marks and the dictionary."""
    settings = WordChannelSettings(1.0, rejection, 1.0, weight)
    made = word_channel(constraints, KNOWN, 2, settings, TRANSLATIONS)
    return {form: association.tolist() for form, association in made.associations.items()}


def test_a_translation_is_like_an_accepted_word() -> None:
    """Nobody is asked; a weaker pair counts for less beside the caution, a word without association for nothing."""
    assert with_dictionary() == {"gripe": [-0.5, 0.5], "gol": [pytest.approx(2 / 3), pytest.approx(-2 / 3)]}
    assert with_dictionary(weight=3.0)["gripe"] == [-0.75, 0.75]
    assert with_dictionary(weight=0.0) == {}


def test_a_persons_answer_takes_the_place_of_the_dictionarys() -> None:
    """Not that on another word; and a word that only stands for the marked one keeps its translation."""
    assert with_dictionary(mark("goal", "gripe"))["gripe"] == [1.0, -1.0]
    assert with_dictionary(mark("goal", "gripe"))["gol"] == with_dictionary()["gol"]
    weak = replace(mark("goal", "gripe"), weight=0.25)
    assert with_dictionary(weak)["gripe"] == [
        pytest.approx((-1 + 0.25 * 2) / 2.25),
        pytest.approx((1 - 0.25 * 2) / 2.25),
    ]


def test_a_rejected_translation_is_forgotten() -> None:
    """Where the dictionary says what the person denies, and not where both agree."""
    assert "gripe" not in with_dictionary(mark("flu", "gripe", similar=False))
    assert with_dictionary(mark("goal", "gripe", similar=False))["gripe"] == [-0.5, 0.5]


def test_translations_travel_over_marks_between_target_words() -> None:
    """What is accepted for a translated target keyword learns from the dictionary."""
    pair = Constraint(Word(Language.TARGET, "gripe"), Word(Language.TARGET, "catarro"), similar=True)
    found = with_dictionary(pair)
    assert found["catarro"][1] > 0
    assert found["gripe"][1] > found["catarro"][1]


def test_in_one_language_marks_carry_to_words_that_no_labelled_document_has() -> None:
    """Words of labelled documents keep what was counted there, and pass it on."""
    flu, fever, goal = (Word(Language.TARGET, form) for form in ("flu", "fever", "goal"))
    marks = [Constraint(flu, fever, similar=True), Constraint(flu, goal, similar=True)]
    found = word_channel(marks, KNOWN, 2, WordChannelSettings(1.0, 0.0, 0.0), language=Language.TARGET).associations
    assert found.keys() == {"fever"}
    np.testing.assert_allclose(found["fever"], [-1, 1])
