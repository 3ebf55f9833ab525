"""Words replaced by others, as in the second stream of robust training."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from clime_core.data.bilingual_dictionary import Pair
from clime_core.data.tokens import tokenize

Replacements = Mapping[str, Sequence[str]]
"""A word form, lower-cased, to what may stand in its place."""


def replacements_of(pairs: Iterable[Pair]) -> dict[str, list[str]]:
    """All translations (or synonyms) of each source word of a dictionary, in its order."""
    found: dict[str, list[str]] = {}
    for word, other in pairs:
        found.setdefault(word.lower(), []).append(other)
    return found


def replace_words(
    words: Sequence[str], replacements: Replacements, share: float, rng: np.random.Generator
) -> list[str]:
    """Each word that has a replacement is replaced with the probability `share`, by one drawn from those it has.

    Punctuation around a word stays. There are as many words as before; a replacement of two words counts as one.
    """
    return [_replaced(word, replacements, rng) if rng.random() < share else word for word in words]


def _replaced(word: str, replacements: Replacements, rng: np.random.Generator) -> str:
    forms = tokenize(word)
    others = replacements.get(forms[0], ()) if len(forms) == 1 else ()
    if not others:
        return word
    other = others[int(rng.integers(len(others)))]
    before, found, after = word.lower().partition(forms[0])
    return before + other + after if found else other
