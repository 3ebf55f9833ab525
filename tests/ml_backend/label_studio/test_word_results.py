"""Judgements of words, as single results say them."""

import pytest

from clime_core.data.language import Language, Word
from ml_backend.label_studio.task_data import ShownWord, WordTask, build_word_task
from ml_backend.label_studio.word_results import (
    Judgement,
    normalize_added,
    read_judgements,
    released_words,
    resolve_judgements,
)

KEYWORD = Word(Language.TARGET, "zelzele")
DATA = build_word_task(WordTask(KEYWORD, (ShownWord("quake"),), ()))


@pytest.mark.parametrize("separator", [",", ";", "،", "؛", "፣", "、", "\n"])
def test_typed_lists_are_split_in_every_script(separator: str) -> None:
    """Commas of all the scripts part words typed at once."""
    released = released_words(DATA)
    assert released is not None
    item = {"from_name": "tgt_add_similar", "value": {"text": [f"one{separator}two"]}}
    forms = [found.word.form for found in read_judgements(released, item) if isinstance(found, Judgement)]
    assert forms == ["one", "two"]


def test_released_words_are_those_of_the_task() -> None:
    """The keyword keeps its language, the neighbours their order."""
    released = released_words(DATA)
    assert released is not None
    assert released.keyword == KEYWORD
    assert released.shown == {Language.SOURCE: ("quake",), Language.TARGET: ()}


def test_a_word_settles_to_one_judgement() -> None:
    """Twice alike is one, shown wins over added; a contradiction is a problem."""
    word, other = Word(Language.SOURCE, "quake"), Word(Language.SOURCE, "flood")
    judged = [Judgement(word, True, True), Judgement(word, True, False), Judgement(other, True, True)]
    assert list(resolve_judgements(KEYWORD, judged)) == [Judgement(word, True, False), Judgement(other, True, True)]
    (problem,) = resolve_judgements(KEYWORD, [Judgement(word, True, True), Judgement(word, False, False)])
    assert isinstance(problem, str)


def test_added_words_are_normalized() -> None:
    """NFC, lower case, nothing blank or invisible around; the scripts of the targets stay as they are."""
    assert normalize_added(" Tormenta\u0301 ") == "tormentá"
    assert normalize_added("ምንቅጥቃጥ ") == "ምንቅጥቃጥ"
    assert normalize_added("\u200fزىلزىلە\u200f ") == "زىلزىلە"
