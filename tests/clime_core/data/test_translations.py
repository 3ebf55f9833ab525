"""A team's dictionary meets the words of the documents."""

from clime_core.data.documents import Document
from clime_core.data.language import Language, Word
from clime_core.data.translations import Translations

TRAIN = [Document(i, ("the", "flu"), 1) for i in range(9)] + [Document(9, ("the", "blood", "pressure"), 0)]
POOL = [Document(i, ("la", "vida")) for i in range(19)] + [Document(19, ("la", "gripe", "presion"))]
PAIRS = [("Flu", "gripe"), ("flu", "influenza"), ("blood pressure", "presion"), ("goal", "vida"), ("the", "la")]
MADE = Translations.of(PAIRS, TRAIN, POOL)


def test_target_words_have_the_source_words_that_they_translate() -> None:
    """Also a target word that the pool does not have; a source word without labelled documents is of no use."""
    assert MADE.sources == {
        "gripe": {"flu": 1.0},
        "influenza": {"flu": 1.0},
        "presion": {"blood": 0.5, "pressure": 0.5},
        "la": {"the": 1.0},
    }


def test_keywords_are_the_words_of_documents_that_a_pair_connects() -> None:
    """Of both languages; a translation that is in no document makes no keyword."""
    source = {Word(Language.SOURCE, form) for form in ("flu", "blood", "pressure", "the")}
    assert MADE.keywords == source | {Word(Language.TARGET, form) for form in ("gripe", "presion", "la")}


def test_the_coverage_of_the_pool_is_stated() -> None:
    """Three of four words, 22 of 41 tokens."""
    assert str(MADE) == "translates 3 of 4 words of the pool, 54% of its tokens; entries: 5"


def test_the_surest_of_several_entries_counts() -> None:
    """A phrase that has a word of its own pair beside it takes nothing away from that."""
    pairs = [("flu", "gripe mala"), ("flu", "gripe"), ("flu", "mala gripe")]
    assert Translations.of(pairs, TRAIN, POOL).sources["gripe"] == {"flu": 1.0}
