"""The demo's grammar: words that carry their articles, and frames filled with them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ml_backend.demo.sentences import Frame, lexicon

LanguageCode = Literal["en", "es"]
SLOT = re.compile(r"\{(([a-z]+)\d*)(?::[a-z]+)?\}")

ARTICLES = {
    # English form: singular, plural
    "the": ("the", "the"),
    "a": ("a", "some"),
    # Spanish form: masculine and feminine singular, masculine and feminine plural
    "el": ("el", "la", "los", "las"),
    "un": ("un", "una", "unos", "unas"),
    "del": ("del", "de la", "de los", "de las"),
    "al": ("al", "a la", "a los", "a las"),
    "este": ("este", "esta", "estos", "estas"),
}


@dataclass(frozen=True)
class Noun:
    """A word that a format specification puts its article before: `f"{noun:del}"` is `de la clínica`."""

    form: str
    feminine: bool = False
    plural: bool = False

    def __format__(self, article: str) -> str:
        if not article:
            return self.form
        forms = ARTICLES[article]
        if len(forms) == 2:
            chosen = forms[self.plural]
            return f"an {self.form}" if chosen == "a" and self.form[0] in "aeiou" else f"{chosen} {self.form}"
        return f"{forms[self.feminine + 2 * self.plural]} {self.form}"


def vocabulary(language: LanguageCode) -> Mapping[str, tuple[Noun, ...]]:
    """The words of one language by slot, in the order of the lexicon."""
    words, side = lexicon(), _side(language)
    nouns = {
        slot: tuple(Noun(entry[side], feminine=entry[2] == "f", plural=plural) for entry in entries)
        for table, plural in ((words.nouns, False), (words.plurals, True))
        for slot, entries in table.items()
    }
    return nouns | {slot: tuple(Noun(pair[side]) for pair in pairs) for slot, pairs in words.plain.items()}


@dataclass(frozen=True, eq=False)
class Speaker:
    """One language's words and how likely it is to use each: `frequencies` are probabilities by slot."""

    language: LanguageCode
    words: Mapping[str, tuple[Noun, ...]]
    frequencies: Mapping[str, NDArray[np.float64]]

    def say(self, opener: Frame, frame: Frame, rng: np.random.Generator) -> str:
        """One sentence: a frame behind an opener, filled, with its capital and its full stop."""
        side = _side(self.language)
        pattern = opener[side] + frame[side]
        sentence = pattern.format(**self._words_for(pattern, rng))
        return f"{sentence[0].upper()}{sentence[1:]}."

    def _words_for(self, pattern: str, rng: np.random.Generator) -> dict[str, Noun]:
        """A word for every slot of the pattern; `symptom` and `symptom2` get different ones."""
        names: dict[str, list[str]] = {}
        for name, slot in sorted(set(SLOT.findall(pattern))):
            names.setdefault(slot, []).append(name)
        words: dict[str, Noun] = {}
        for slot, slot_names in names.items():
            nouns = self.words[slot]
            rows = rng.choice(len(nouns), size=len(slot_names), replace=False, p=self.frequencies[slot])
            words |= {name: nouns[int(row)] for name, row in zip(slot_names, rows, strict=True)}
        return words


def speaker(language: LanguageCode, rng: np.random.Generator) -> Speaker:
    """A speaker with random word frequencies: no two languages use all words equally often."""
    words = vocabulary(language)
    return Speaker(language, words, {slot: rng.dirichlet(np.full(len(nouns), 5.0)) for slot, nouns in words.items()})


def _side(language: LanguageCode) -> int:
    """The place of the language in a frame or a pair of words."""
    return 0 if language == "en" else 1
