"""Predictions of documents that something else made: another backend, a language model, a colleague's script.

JSON lines by document id: `{"id": 7, "probabilities": [0.1, 0.9]}`, by name `{"other": 0.1, "health": 0.9}`, or one
label alone, `{"id": 7, "category": "health"}` or `{"id": 7, "label": 1}`, perhaps with its `confidence`. A line is of
the pool, unless its `part` is `dev` or `test`.
"""

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from clime_core.data.documents import Document
from clime_core.data.stream import text_lines
from clime_core.errors import DataError

PARTS = ("pool", "dev", "test")

CONFIDENCE = 0.8
"""The probability of a label alone, where nothing else is said."""

TOLERANCE = 1e-3
"""Probabilities may miss a sum of 1 by this much, for they were rounded; they are divided by their sum."""

Row = tuple[float, ...]


@dataclass(frozen=True)
class GivenPredictions:
    """The probabilities of each document, by part and by its id as a text (7 and "7" are one id)."""

    rows: dict[str, dict[str, Row]] = field(default_factory=dict)

    def of(self, documents: Sequence[Document], part: str) -> tuple[Document, ...]:
        """The documents of a part with what is given of them; those of which nothing is given as they are."""
        rows = self.rows.get(part, {})
        return tuple(replace(document, given=rows.get(str(document.id))) for document in documents)

    def unknown(self, documents: Sequence[Document], part: str) -> int:
        """How many predictions of a part are of none of its documents."""
        return len(self.rows.get(part, {}).keys() - {str(document.id) for document in documents})


def with_every_prediction(
    parts: dict[str, tuple[Document, ...]], path: Path, categories: Sequence[str]
) -> dict[str, tuple[Document, ...]]:
    """The documents of each part with what a file says of them.

    Raises DataError as `read_given_predictions` does, and unless the file has one for every document and no other.
    """
    predictions = read_given_predictions(path, categories)
    parts = {part: predictions.of(documents, part) for part, documents in parts.items()}
    wrong = notes_on(predictions, parts)
    if wrong:
        raise DataError(f"{path}: {'; '.join(wrong)}; give every document one, by its id and part, and no other")
    return parts


def read_given_predictions(path: Path, categories: Sequence[str], confidence: float = CONFIDENCE) -> GivenPredictions:
    """Read a file of predictions, plain or `.gz`; a label alone has the probability `confidence`, in (0, 1].

    The other categories share the rest. Raises DataError, naming the line, for an unknown category, for what is no
    probability, and for an id that occurs twice; and where there is no prediction at all.
    """
    rows: dict[str, dict[str, Row]] = {part: {} for part in PARTS}
    lines: dict[tuple[str, str], int] = {}
    for number, line in text_lines(path):
        if not line.strip():
            continue
        try:
            part, name, row = _prediction(line, categories, confidence)
        except _BadPredictionError as bad:
            raise DataError.at(path, number, str(bad)) from None
        earlier = lines.setdefault((part, name), number)
        if earlier != number:
            problem = f"document {name} of the {part} has a prediction on line {earlier} already; remove one of the two"
            raise DataError.at(path, number, problem)
        rows[part][name] = row
    if not lines:
        raise DataError(f'{path}: no prediction; write one a line, such as {{"id": 7, "category": "{categories[0]}"}}')
    return GivenPredictions(rows)


class _BadPredictionError(ValueError):
    """What is wrong with one line, and how to fix it."""


def _prediction(line: str, categories: Sequence[str], confidence: float) -> tuple[str, str, Row]:
    """The part, the document's id, and its probabilities."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _BadPredictionError(f"not JSON ({error}), got {line[:60]!r}; write one object a line") from error
    if not isinstance(fields, dict):
        raise _BadPredictionError(f'an object is expected, got {line[:60]!r}; write {{"id": ..., "category": ...}}')
    name, part = fields.get("id"), fields.get("part", "pool")
    if isinstance(name, bool) or not isinstance(name, int | str) or name == "":
        raise _BadPredictionError(f'"id" must be a whole number or a string, got {name!r}; name the document')
    if part not in PARTS:
        raise _BadPredictionError(f'"part" must be one of {", ".join(PARTS)}, got {part!r}; leave it out for the pool')
    return part, str(name), _row(fields, categories, confidence)


def _row(fields: dict[str, Any], categories: Sequence[str], confidence: float) -> Row:
    forms = [form for form in ("probabilities", "category", "label") if fields.get(form) is not None]
    if len(forms) != 1:
        raise _BadPredictionError(f'one of "probabilities", "category" and "label" is needed, got {forms or "none"}')
    value = fields[forms[0]]
    if forms == ["probabilities"]:
        return _normalized(_by_category(value, categories))
    label = _index(value, categories) if forms == ["category"] else value
    if isinstance(label, bool) or not isinstance(label, int) or not 0 <= label < len(categories):
        raise _BadPredictionError(f'"label" must be from 0 to {len(categories) - 1}, got {label!r}; give an index')
    stated = fields.get("confidence", confidence)
    if not _is_number(stated) or not 0 < stated <= 1:
        raise _BadPredictionError(
            f'"confidence" must be above 0 and at most 1, got {stated!r}; leave it out or mend it'
        )
    rest = (1 - stated) / (len(categories) - 1)
    return tuple(float(stated) if column == label else rest for column in range(len(categories)))


def _by_category(value: object, categories: Sequence[str]) -> list[Any]:
    """The probabilities in the order of the categories; of a category that is not named it is 0."""
    if isinstance(value, dict):
        row: list[Any] = [0.0] * len(categories)
        for name, probability in value.items():
            row[_index(name, categories)] = probability
        return row
    if not isinstance(value, list) or len(value) != len(categories):
        raise _BadPredictionError(
            f'"probabilities" must be one number for each of the {len(categories)} categories {", ".join(categories)}, '
            f"got {str(value)[:60]}"
        )
    return value


def _normalized(row: list[Any]) -> Row:
    bad = [value for value in row if not _is_number(value) or value < 0]
    if bad:
        raise _BadPredictionError(f"probabilities must be numbers of 0 or more, got {bad[0]!r}; predict it again")
    total = math.fsum(row)
    if abs(total - 1) > TOLERANCE:
        raise _BadPredictionError(f"probabilities must add up to 1, got {total:g}; divide them by their sum")
    return tuple(value / total for value in row)


def _index(name: object, categories: Sequence[str]) -> int:
    if name not in categories:
        raise _BadPredictionError(f"category {name!r} is none of the campaign's: {', '.join(categories)}; rename it")
    return categories.index(str(name))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def notes_on(predictions: GivenPredictions, parts: dict[str, tuple[Document, ...]]) -> tuple[str, ...]:
    """What a person should know: documents without a prediction, and predictions without a document."""
    missing = {part: Counter(d.given is None for d in parts.get(part, ()))[True] for part in PARTS}
    unknown = {part: predictions.unknown(parts.get(part, ()), part) for part in PARTS}
    return (
        *(
            f"{count} of {len(parts[part])} documents of the {part} have no given prediction"
            for part, count in missing.items()
            if count
        ),
        *(f"{count} given predictions are of no document of the {part}" for part, count in unknown.items() if count),
    )
