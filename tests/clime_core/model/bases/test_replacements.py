"""Words replaced by others."""

import numpy as np

from clime_core.model.bases.replacements import replace_words, replacements_of

REPLACEMENTS = replacements_of([("house", "balay"), ("House", "bahay"), ("red", "nalabaga unay")])


def test_a_word_may_have_several() -> None:
    """In the order of the dictionary, whatever their case."""
    assert REPLACEMENTS == {"house": ["balay", "bahay"], "red": ["nalabaga unay"]}


def test_punctuation_stays_and_words_stay_as_many() -> None:
    """What has no replacement stays as it is."""
    replaced = replace_words(["The", "(red)", "house,"], REPLACEMENTS, 1.0, np.random.default_rng(0))
    assert replaced[:2] == ["The", "(nalabaga unay)"]
    assert replaced[2] in ("balay,", "bahay,")


def test_the_share_is_drawn() -> None:
    """About half of many, none, and always the same for a seed."""
    words = ["red"] * 1000
    half = replace_words(words, REPLACEMENTS, 0.5, np.random.default_rng(0))
    assert 450 < half.count("red") < 550
    assert half == replace_words(words, REPLACEMENTS, 0.5, np.random.default_rng(0))
    assert replace_words(words, REPLACEMENTS, 0.0, np.random.default_rng(0)) == words
