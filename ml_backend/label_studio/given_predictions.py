"""The predictions of another model version in a team's own project, kept as a file that rounds read."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from clime_core.data.stream import write_bytes
from clime_core.errors import DataError
from ml_backend.label_studio.client import Server
from ml_backend.label_studio.records import Prediction


def fetch_given_predictions(
    server: Server, project: int, version: str, tag: str | None, categories: Sequence[str], to: Path
) -> tuple[int, int]:
    """Write the version's predictions to a file of given predictions: how many, and how many chose no category.

    The last prediction of a task counts. The file is left alone where nothing has changed. Raises DataError where the
    version has no prediction in the project, or none that chooses a category.
    """
    lines, without, others = {}, 0, Counter[str]()
    for made in server.predictions(project):
        if made.version != version:
            others[made.version] += bool(made.result)  # an empty one is a place in the order
            continue
        line = _line(made, tag, categories)
        if line is None:
            without += 1
        else:
            lines[made.task] = line
    if not lines:
        where = f"base.model_version: project {project} at {server.url}"
        raise DataError(f"{where} {_lack(version, without, others, tag, categories)}")
    content = "".join(json.dumps(lines[task], ensure_ascii=False) + "\n" for task in sorted(lines)).encode()
    if not to.exists() or to.read_bytes() != content:
        to.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(to, content)
    return len(lines), without


def _lack(version: str, without: int, others: Mapping[str, int], tag: str | None, categories: Sequence[str]) -> str:
    """What the project has instead of predictions that can be used, and what to do."""
    if without:
        of_tag = "" if tag is None else f" of {tag!r}"
        return (
            f"has {without} predictions of {version!r}, and each chooses none or several of {', '.join(categories)}"
            f"{of_tag}; import some that choose one"
        )
    there = ", ".join(f"{name!r} ({count})" for name, count in sorted(others.items()) if count)
    if not there:
        return f"has no prediction of {version!r}, nor of another version; import the predictions"
    return f"has no prediction of {version!r}, only of {there}; name one of these, or import the predictions"


def _line(made: Prediction, tag: str | None, categories: Sequence[str]) -> dict[str, int | float | str] | None:
    """The line of a prediction; a score in (0, 1] is the probability of its category."""
    chosen = [choice for choice in _choices(made.result, tag) if choice in categories]
    if len(chosen) != 1:
        return None
    certain = {"confidence": made.score} if made.score is not None and 0 < made.score <= 1 else {}
    return {"id": made.task, "category": chosen[0], **certain}


def _choices(result: Iterable[dict[str, Any]], tag: str | None) -> list[Any]:
    """What was chosen under the tag, or under any where none is known."""
    regions = [region for region in result if tag is None or region.get("from_name") == tag]
    return [choice for region in regions for choice in region.get("value", {}).get("choices", [])]
