"""Judgements of words, read from the results of a word task."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clime_core.data.language import Language, Word
from clime_core.data.tokens import INVISIBLE

_SIMILAR_BY_CHOICE = {"similar": True, "dissimilar": False}
_NEIGHBOR = re.compile(r"(src|tgt)_([0-9]{1,4})")
_ADDED = re.compile(r"(src|tgt)_(pick|add)_(similar|dissimilar)")  # dissimilar in answers to older templates
_SEPARATOR = re.compile(r"[,;،؛፣、\n]")


@dataclass(frozen=True)
class ReleasedWords:
    """What a word task showed when it was released: its neighbours, and the words its search offered."""

    keyword: Word
    shown: Mapping[Language, tuple[str, ...]]
    offered: Mapping[Language, Sequence[Mapping[str, Any]]]

    def offers(self, side: Language, form: str) -> bool:
        """Whether the search offered the word. The list may have thousands of words, and is rarely asked."""
        return any(str(option["value"]) == form for option in self.offered[side])


@dataclass(frozen=True)
class Judgement:
    """A word called similar or dissimilar. `added`: the annotator picked or typed it."""

    word: Word
    similar: bool
    added: bool


Judgements = Iterator[Judgement | str]
"""Judgements, and a problem in the place of each that could not be read."""


def released_words(data: Mapping[str, Any]) -> ReleasedWords | None:
    """The words in a task's data, None where it is no word task."""
    try:
        (entry,) = data["word"]
        return ReleasedWords(
            Word(Language(entry["language"]), str(entry["keyword"])),
            {side: tuple(str(shown["word"]) for shown in entry[side]) for side in Language},
            {side: entry[f"{side}_candidates"] for side in Language},
        )
    except (KeyError, TypeError, ValueError):
        return None


def read_judgements(released: ReleasedWords, item: object) -> Judgements:
    """The judgements of one result, with the words of the task in the place of positions."""
    tag = tag_of(item)
    if match := _NEIGHBOR.fullmatch(tag):
        side = Language(match[1])
        return _of_neighbor(side, released.shown[side], int(match[2]), texts_of(item, "choices"))
    if match := _ADDED.fullmatch(tag):
        side, similar = Language(match[1]), _SIMILAR_BY_CHOICE[match[3]]
        if match[2] == "pick":
            return _of_picked(side, similar, released, value_of(item).get("taxonomy"))
        return _of_typed(side, similar, texts_of(item, "text"))
    return iter(["no such tag in a word task; keep the names of the template"])


def _of_neighbor(side: Language, shown: Sequence[str], position: int, choices: Sequence[str]) -> Judgements:
    if position >= len(shown):
        yield f"the task shows {len(shown)} words there; a released task must not be changed"
    elif len(choices) != 1 or choices[0] not in _SIMILAR_BY_CHOICE:
        yield f"similar or dissimilar is needed, got {choices!r}; label it again"
    else:
        yield Judgement(Word(side, shown[position]), _SIMILAR_BY_CHOICE[choices[0]], added=False)


def _of_picked(side: Language, similar: bool, released: ReleasedWords, paths: object) -> Judgements:
    if not isinstance(paths, list) or not all(isinstance(path, list) and path for path in paths):
        yield f"a list of picked words is needed, got {paths!r}; label it again"
        return
    for form in (str(path[-1]) for path in paths):
        if released.offers(side, form):
            yield Judgement(Word(side, form), similar, added=True)
        else:
            yield f"the task does not offer {form!r}; type it instead"


def _of_typed(side: Language, similar: bool, texts: Sequence[str]) -> Judgements:
    if not texts:
        yield "typed words are needed, got none; label it again"
    for form in (normalize_added(part) for text in texts for part in _SEPARATOR.split(text)):
        if len(form.split()) > 1 and side is Language.SOURCE:  # of the target language phrases stand for their words
            yield f"{form!r} is more than one word; add its words one by one"
        elif form:
            yield Judgement(Word(side, form), similar, added=True)


def resolve_judgements(keyword: Word, judgements: Iterable[Judgement]) -> Judgements:
    """One judgement a word. A neighbour that was also added counts as shown."""
    by_word: dict[Word, list[Judgement]] = {}
    for judgement in judgements:
        by_word.setdefault(judgement.word, []).append(judgement)
    for word, votes in by_word.items():
        if word == keyword:
            yield f"the keyword {word.form!r} is marked itself; mark other words"
        elif len({vote.similar for vote in votes}) > 1:
            yield f"{word.form!r} is marked similar and dissimilar; decide for one"
        else:
            yield Judgement(word, votes[0].similar, all(vote.added for vote in votes))


def normalize_added(text: str) -> str:
    """A typed word as the tokenizer writes it: NFC, lower case, without invisible characters and needless blanks."""
    lower = INVISIBLE.sub("", text).replace("\u2019", "'").lower()
    return " ".join(unicodedata.normalize("NFC", lower).split())


def tag_of(item: object) -> str:
    """The name of the tag that a result comes from; a name for messages where it has none."""
    name = item.get("from_name") if isinstance(item, Mapping) else None
    return name if isinstance(name, str) else "a result without name"


def value_of(item: object) -> Mapping[str, Any]:
    """The value of a result, empty where it has none."""
    value = item.get("value") if isinstance(item, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def texts_of(item: object, field: str) -> list[str]:
    """The strings in a field of the value; a single string is a list of one; empty where malformed."""
    texts = value_of(item).get(field)
    strings = [texts] if isinstance(texts, str) else texts
    return strings if isinstance(strings, list) and all(isinstance(text, str) for text in strings) else []
