"""Words as people write them find the words of documents."""

import pytest

from clime_core.data.documents import Document
from clime_core.data.language import Language, Word
from clime_core.data.marks import Constraint
from clime_core.data.word_reach import COMPLETION_WEIGHT, PHRASE_WEIGHT, WordReach, spread, unreached

COMMON = [Document(i, ("ti", "word")) for i in range(20)]
POOL = [*COMMON, Document(20, ("salun", "ti", "agas", "agasda")), Document(21, ("e-mail", "hospital", "hospitalized"))]
REACH = WordReach(POOL)
KEYWORD = Word(Language.SOURCE, "health")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("agas", {"agas": 1.0}),
        ("e-mail", {"e-mail": 1.0}),
        ("Agas!", {"agas": 1.0}),
        ("unknown", {"unknown": 1.0}),
        ("salun-at", {"salun": PHRASE_WEIGHT, "at": PHRASE_WEIGHT}),
        ("agas ti hospital", {"agas": PHRASE_WEIGHT, "hospital": PHRASE_WEIGHT}),
        ("ti", {"ti": 1.0}),
        ("...", {}),
    ],
)
def test_reached_words(text: str, found: dict[str, float]) -> None:
    """A token counts as it is; of several words those that are not in many documents, for less."""
    assert REACH.reached(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("hosp", ["hospital", "hospitalized"]), ("agas", []), ("hos", []), ("hospitalx", []), ("hosp agas", [])],
)
def test_completions_are_of_unknown_words_alone(text: str, found: list[str]) -> None:
    """The longer words that begin with all of a word that no document has, of at least four characters."""
    assert REACH.completions(text) == dict.fromkeys(found, COMPLETION_WEIGHT)


def test_a_mark_is_spread_over_the_words_that_stand_for_it() -> None:
    """Known words and source words stay; a phrase becomes its words, an unknown word also its completions."""
    marked = {
        Word(Language.TARGET, "agas"): {"agas": 1.0},
        Word(Language.SOURCE, "salun-at"): {"salun-at": 1.0},
        Word(Language.TARGET, "salun-at"): {"salun": PHRASE_WEIGHT, "at": PHRASE_WEIGHT},
        Word(Language.TARGET, "hosp"): {
            "hosp": 1.0, "hospital": COMPLETION_WEIGHT, "hospitalized": COMPLETION_WEIGHT,
        },
    }  # fmt: skip
    for word, expected in marked.items():
        found = list(spread([Constraint(KEYWORD, word, similar=True)], REACH))
        assert {c.word.form: c.weight for c in found} == expected
        assert {(c.keyword, c.word.language, c.similar) for c in found} == {(KEYWORD, word.language, True)}


def test_unreached_words_are_counted() -> None:
    """Three are in no document as they are written; for one of these no word of the pool stands."""
    forms = ["agas", "salun-at", "hosp", "nothing"]
    marks = [Constraint(KEYWORD, Word(Language.TARGET, form), similar=True) for form in forms]
    marks.append(Constraint(KEYWORD, Word(Language.SOURCE, "elsewhere"), similar=True))
    assert unreached(marks, REACH) == (3, 1)
