"""The knowledge of a simulated annotator: two languages, the categories of words in other text, and gold labels.

Gold labels are only the answers to documents that it is asked about. Nothing about words may come from the
pool, its translations or the test set: that leak alone once made a method look ten points better than it was.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from clime_core.data.documents import DocumentId
from clime_core.data.language import Language, Word
from clime_core.data.stream import text_lines
from clime_core.errors import DataError

Counts = Mapping[str, Sequence[int]]
"""Word form to the number of texts of each category that contain it."""

PSEUDO_COUNT = 4.0
"""Texts added to those of each word, spread over the categories as all texts are: rare words belong to none."""


@dataclass(frozen=True, eq=False)
class Knowledge:
    """`dictionary`: (source, target) pairs; `counts` by language; `gold`: document id to category index."""

    dictionary: Sequence[tuple[str, str]]
    counts: Mapping[Language, Counts]
    gold: Mapping[DocumentId, int]

    @cached_property
    def _translations(self) -> dict[Word, list[Word]]:
        """Each word's translations in dictionary order, both ways."""
        found: dict[Word, dict[Word, None]] = {}
        for source_form, target_form in self.dictionary:
            source, target = Word(Language.SOURCE, source_form), Word(Language.TARGET, target_form)
            found.setdefault(source, {})[target] = None
            found.setdefault(target, {})[source] = None
        return {word: list(translations) for word, translations in found.items()}

    @cached_property
    def _texts(self) -> dict[Language, list[int]]:
        """Occurrences counted in each category, by language."""
        return {
            language: [sum(column) for column in zip(*counts.values(), strict=True)]
            for language, counts in self.counts.items()
        }

    def translations(self, word: Word) -> Sequence[Word]:
        """Translations into the other language, in dictionary order."""
        return self._translations.get(word, ())

    def same_meaning(self, first: Word, second: Word) -> bool:
        """Whether they are translations, or near-synonyms: words that share a translation."""
        translations = self.translations(first)
        return second in translations or not set(translations).isdisjoint(self.translations(second))

    def association(self, word: Word) -> tuple[float, ...] | None:
        """For each category the log-odds that a text with this word is of it, against the share of all texts.

        log(n_c + a p_c) - log(n - n_c + a (1 - p_c)) - log(p_c / (1 - p_c)) with a = `PSEUDO_COUNT` and p_c
        the category's share: 0 where the word carries no information. A word without counts has the log-odds of
        its first translation that has some; None where there is none.
        """
        for known in (word, *self.translations(word)):
            counts = self.counts.get(known.language, {}).get(known.form)
            if counts is not None:
                return tuple(_log_odds(counts, self._texts[known.language]))
        return None


def _log_odds(counts: Sequence[int], texts: Sequence[int]) -> Iterable[float]:
    """By category, from the texts with the word and all texts of each."""
    for inside, texts_inside in zip(counts, texts, strict=True):
        share = (texts_inside + 1) / (sum(texts) + len(texts))
        outside = sum(counts) - inside
        smoothed = (inside + PSEUDO_COUNT * share) / (outside + PSEUDO_COUNT * (1 - share))
        yield math.log(smoothed) - math.log(share / (1 - share))


def read_word_counts(path: Path, categories: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Counts by word from a file with the header `word<TAB>category...`, `.gz` by the name.

    The columns are taken by name, in the order of `categories`. Raises DataError naming the line.
    """
    lines = text_lines(path)
    _, header = next(lines, (1, ""))
    names = header.split("\t")
    missing = [name for name in categories if name not in names[1:]]
    if names[0] != "word" or missing:
        raise DataError.at(path, 1, f"the header must be word and a column for each of {list(categories)}, got {names}")
    columns = [names.index(name) for name in categories]
    return dict(_counts(path, number, line.split("\t"), columns, len(names)) for number, line in lines if line)


def _counts(path: Path, number: int, fields: list[str], columns: list[int], width: int) -> tuple[str, tuple[int, ...]]:
    """One line of a counts file."""
    if len(fields) != width or not all(field.isdecimal() for field in fields[1:]):
        raise DataError.at(path, number, f"a word and {width - 1} whole numbers are expected, got {fields}")
    return fields[0], tuple(int(fields[column]) for column in columns)


def read_gold(path: Path, field: str = "label") -> dict[DocumentId, int]:
    """Labels by document id from JSON lines `{"id": 7, "label": 1}`; `field` names the label's field.

    Raises DataError naming the line.
    """
    gold: dict[DocumentId, int] = {}
    for number, line in text_lines(path):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except ValueError as error:
            raise DataError.at(path, number, f"not JSON ({error}), got {line[:60]!r}") from error
        name, label = (fields.get("id"), fields.get(field)) if isinstance(fields, dict) else (None, None)
        if not isinstance(name, int | str) or type(label) is not int or label < 0:
            problem = f'"id" and a "{field}" of 0 or more are needed, got {line[:60]!r}: give both'
            raise DataError.at(path, number, problem)
        gold[name] = label
    return gold
