"""The demo's grammar: words that carry their articles, and frames filled with them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ml_backend.demo.frames import Frame
from ml_backend.demo.lexicon import NOUNS, PLAIN, PLURALS

Tongue = Literal["en", "es"]
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


def vocabulary(tongue: Tongue) -> Mapping[str, tuple[Noun, ...]]:
    """The words of one language by slot, in the order of the lexicon."""
    side = 0 if tongue == "en" else 1
    found = {
        slot: tuple(Noun(entry[side], feminine=entry[2] == "f", plural=plural) for entry in entries)
        for table, plural in ((NOUNS, False), (PLURALS, True))
        for slot, entries in table.items()
    }
    return found | {slot: tuple(Noun(pair[side]) for pair in pairs) for slot, pairs in PLAIN.items()}


@dataclass(frozen=True, eq=False)
class Speaker:
    """One language's words and how likely it is to use each: `habits` are probabilities by slot."""

    tongue: Tongue
    words: Mapping[str, tuple[Noun, ...]]
    habits: Mapping[str, NDArray[np.float64]]

    def say(self, opener: Frame, frame: Frame, rng: np.random.Generator) -> str:
        """One sentence: a frame behind an opener, filled, with its capital and its full stop."""
        side = 0 if self.tongue == "en" else 1
        pattern = opener[side] + frame[side]
        sentence = pattern.format(**self._fillers(pattern, rng))
        return f"{sentence[0].upper()}{sentence[1:]}."

    def _fillers(self, pattern: str, rng: np.random.Generator) -> dict[str, Noun]:
        """A word for every slot of the pattern; `symptom` and `symptom2` get different ones."""
        names: dict[str, list[str]] = {}
        for name, slot in sorted(set(SLOT.findall(pattern))):
            names.setdefault(slot, []).append(name)
        fillers: dict[str, Noun] = {}
        for slot, wanted in names.items():
            chosen = rng.choice(len(self.words[slot]), size=len(wanted), replace=False, p=self.habits[slot])
            fillers |= {name: self.words[slot][int(number)] for name, number in zip(wanted, chosen, strict=True)}
        return fillers


def speaker(tongue: Tongue, rng: np.random.Generator) -> Speaker:
    """A speaker with habits drawn at random: no two languages talk about all things equally often."""
    words = vocabulary(tongue)
    return Speaker(tongue, words, {slot: rng.dirichlet(np.full(len(nouns), 5.0)) for slot, nouns in words.items()})
