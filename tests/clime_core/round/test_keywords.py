"""Tests of the keywords to ask and of the words shown under them."""

from dataclasses import replace

import numpy as np
import pytest

from clime_core.data.documents import Document
from clime_core.data.embeddings import BilingualEmbeddings, Embeddings, Vectors
from clime_core.data.language import Language, Word
from clime_core.data.translations import Translations
from clime_core.model.words.salience import SalientWord
from clime_core.round.inputs import RoundInputs
from clime_core.round.keywords import KeywordNeighbors, inflected, select_keywords
from clime_core.round.presets import GIVEN, with_dictionary
from clime_core.round.round_settings import RoundSettings

SHOWN = RoundSettings(neighbors=2, keywords=5)


def at(*angles: float) -> Vectors:
    """Unit vectors of the plane, angles in degrees."""
    turned = np.deg2rad(angles)
    return np.asarray(np.stack([np.cos(turned), np.sin(turned)], axis=1), dtype=np.float32)


def ask(settings: RoundSettings) -> KeywordNeighbors:
    """The only keyword, `health`, with its neighbours."""
    source = Embeddings(["health", "healthy", "clinic", "care", "match"], at(0, 5, 10, 15, 90))
    target = Embeddings(["hub", "salud", "partido"], at(12, 20, 80))
    documents = [Document(0, ("health", "healthy", "clinic", "care", "match"), 1)]
    pool = [Document(1, ("hub", "salud", "partido"))]
    inputs = RoundInputs(BilingualEmbeddings(source, target), 2, documents, pool)
    salient = [SalientWord(Word(Language.SOURCE, "health"), 1.0, 1)]
    (found,) = select_keywords(inputs, inputs.embeddings, salient, settings, "cpu")
    return found


def test_neighbours_are_nearest_first() -> None:
    """By cosine, two in each language, the keyword left out."""
    found = ask(SHOWN)
    assert (found.source, found.target) == (("healthy", "clinic"), ("hub", "salud"))


def test_over_a_given_base_words_need_labels_that_say_what_they_speak_for() -> None:
    """Source documents, or those of the one language; else a mark could change nothing, and none is asked for."""
    side = Embeddings(["hub", "salud", "partido"], at(12, 20, 80))
    pool = [Document(1, ("hub", "salud", "partido"), given=(0.2, 0.8))]
    salient = [SalientWord(Word(Language.TARGET, "salud"), 1.0, 1)]

    def asked(train: list[Document], settings: RoundSettings = GIVEN, *, alone: bool = False) -> list[str]:
        inputs = RoundInputs(BilingualEmbeddings(side, side), 2, train, pool, one_language=alone)
        return [k.keyword.form for k in select_keywords(inputs, inputs.embeddings, salient, settings, "cpu")]

    assert asked([]) == []
    assert asked([Document(0, ("hub",), 1)]) == asked([], alone=True) == asked([], SHOWN) == ["salud"]


def test_other_forms_of_the_keyword_can_be_left_out() -> None:
    """The next word takes the place of the inflected copy."""
    assert ask(replace(SHOWN, inflections=False)).source == ("clinic", "care")


def test_csls_passes_over_hubs() -> None:
    """A word near to all source words gives way to one that is near to fewer, though farther by cosine."""
    source = Embeddings([f"s{i}" for i in range(12)], at(*[0.0] + [30 + i for i in range(11)]))
    target = Embeddings(["hub", "own"], at(15, -16))
    inputs = RoundInputs(
        BilingualEmbeddings(source, target), 2, [Document(0, tuple(source.words), 1)], [Document(1, ("hub", "own"))]
    )
    salient = [SalientWord(Word(Language.SOURCE, "s0"), 1.0, 1)]
    shown = {}
    for ranking in ("cosine", "csls"):
        settings = replace(SHOWN, neighbors=1, neighbor_ranking=ranking)
        shown[ranking] = select_keywords(inputs, inputs.embeddings, salient, settings, "cpu")[0].target
    assert shown == {"cosine": ("hub",), "csls": ("own",)}


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [("health", "healthy", True), ("run", "running", False), ("patient", "patents", False), ("house", "mouse", False),
     ("vaccine", "vaccines", True), ("ሕክምና", "ሕክምናን", True)],
)  # fmt: skip
def test_inflected_looks_at_how_words_begin(first: str, second: str, alike: bool) -> None:
    """Four characters and three quarters of the shorter word, in both orders."""
    assert inflected(first, second) == inflected(second, first) == alike


def test_words_that_the_dictionary_translates_are_not_asked() -> None:
    """Unless the campaign wants them, or does not use the dictionary; other words are asked as ever."""
    source, target = Embeddings(["health", "match"], at(0, 90)), Embeddings(["salud", "partido"], at(5, 85))
    documents, pool = [Document(0, ("health", "match"), 1)], [Document(1, ("salud", "partido"))]
    dictionary = Translations.of([("health", "salud")], documents, pool)
    inputs = RoundInputs(BilingualEmbeddings(source, target), 2, documents, pool, dictionary=dictionary)
    salient = [SalientWord(Word(Language.SOURCE, form), 1.0, 1) for form in ("health", "match")]

    def asked(settings: RoundSettings) -> list[str]:
        return [found.keyword.form for found in select_keywords(inputs, inputs.embeddings, salient, settings, "cpu")]

    used = with_dictionary(SHOWN)
    assert asked(used) == ["match"]
    assert asked(SHOWN) == asked(replace(used, translated_keywords=True)) == ["health", "match"]
