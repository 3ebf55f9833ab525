"""Judgements of words: what the results of a word task say."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clime_core.data.language import Language, Word
from clime_core.data.tokens import INVISIBLE

_JUDGEMENTS = {"similar": True, "dissimilar": False}
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
        """Whether the search offered the word. It may offer thousands, and few tasks are asked."""
        return any(str(option["value"]) == form for option in self.offered[side])


@dataclass(frozen=True)
class Judgement:
    """A word called similar or dissimilar; `added` where the annotator brought it in."""

    word: Word
    similar: bool
    added: bool


Found = Iterator[Judgement | str]
"""Judgements, and in their place what is wrong with those that could not be read."""


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


def judgements(released: ReleasedWords, item: object) -> Found:
    """What one result says, with the words of the task in the place of positions."""
    tag = tag_of(item)
    if match := _NEIGHBOR.fullmatch(tag):
        side = Language(match[1])
        return _neighbor(side, released.shown[side], int(match[2]), texts_of(item, "choices"))
    if match := _ADDED.fullmatch(tag):
        side, similar = Language(match[1]), _JUDGEMENTS[match[3]]
        if match[2] == "pick":
            return _picked(side, similar, released, value_of(item).get("taxonomy"))
        return _typed(side, similar, texts_of(item, "text"))
    return iter(["no such tag in a word task; keep the names of the template"])


def _neighbor(side: Language, shown: Sequence[str], position: int, choices: Sequence[str]) -> Found:
    if position >= len(shown):
        yield f"the task shows {len(shown)} words there; a released task must not be changed"
    elif len(choices) != 1 or choices[0] not in _JUDGEMENTS:
        yield f"similar or dissimilar is needed, got {choices!r}; label it again"
    else:
        yield Judgement(Word(side, shown[position]), _JUDGEMENTS[choices[0]], added=False)


def _picked(side: Language, similar: bool, released: ReleasedWords, paths: object) -> Found:
    if not isinstance(paths, list) or not all(isinstance(path, list) and path for path in paths):
        yield f"a list of picked words is needed, got {paths!r}; label it again"
        return
    for form in (str(path[-1]) for path in paths):
        if released.offers(side, form):
            yield Judgement(Word(side, form), similar, added=True)
        else:
            yield f"the task does not offer {form!r}; type it instead"


def _typed(side: Language, similar: bool, texts: Sequence[str]) -> Found:
    if not texts:
        yield "typed words are needed, got none; label it again"
    for form in (normalize_added(part) for text in texts for part in _SEPARATOR.split(text)):
        if len(form.split()) > 1:
            yield f"{form!r} is more than one word; add its words one by one"
        elif form:
            yield Judgement(Word(side, form), similar, added=True)


def settle(keyword: Word, judged: Iterable[Judgement]) -> Found:
    """One judgement a word. A neighbour that was added as well counts as shown."""
    by_word: dict[Word, list[Judgement]] = {}
    for each in judged:
        by_word.setdefault(each.word, []).append(each)
    for word, said in by_word.items():
        if word == keyword:
            yield f"the keyword {word.form!r} is marked itself; mark other words"
        elif len({each.similar for each in said}) > 1:
            yield f"{word.form!r} is marked similar and dissimilar; decide for one"
        else:
            yield Judgement(word, said[0].similar, all(each.added for each in said))


def normalize_added(text: str) -> str:
    """A typed word as the tokenizer would write it: NFC, lower case, nothing invisible or blank around."""
    plain = INVISIBLE.sub("", text).replace("\u2019", "'").lower()
    return unicodedata.normalize("NFC", plain).strip()


def tag_of(item: object) -> str:
    """The tag that a result comes from, as messages call it where it has none."""
    name = item.get("from_name") if isinstance(item, Mapping) else None
    return name if isinstance(name, str) else "a result without name"


def value_of(item: object) -> Mapping[str, Any]:
    """The value of a result, empty where it has none."""
    value = item.get("value") if isinstance(item, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def texts_of(item: object, field: str) -> list[str]:
    """The strings in a field of the value; a single string is a list of one; empty where malformed."""
    texts = value_of(item).get(field)
    listed = [texts] if isinstance(texts, str) else texts
    return listed if isinstance(listed, list) and all(isinstance(text, str) for text in listed) else []
