"""The predictions of another model version in a team's own project, kept as a file that rounds read."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from clime_core.data.stream import write_bytes
from ml_backend.label_studio.client import Server


def fetch_given_predictions(
    server: Server, project: int, version: str, tag: str | None, categories: Sequence[str], to: Path
) -> tuple[int, int]:
    """Write the version's predictions to a file of given predictions: how many, and how many chose no category.

    The last prediction of a task counts. The file is left alone where nothing has changed.
    """
    lines, without = {}, 0
    for task, result, score in server.predictions(project, version):
        line = _line(task, _choices(result, tag), score, categories)
        if line is None:
            without += 1
        else:
            lines[task] = line
    content = "".join(json.dumps(lines[task], ensure_ascii=False) + "\n" for task in sorted(lines)).encode()
    if not to.exists() or to.read_bytes() != content:
        to.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(to, content)
    return len(lines), without


def _choices(result: Iterable[dict[str, Any]], tag: str | None) -> list[Any]:
    """What was chosen under the tag, or under any where none is known."""
    regions = [region for region in result if tag is None or region.get("from_name") == tag]
    return [choice for region in regions for choice in region.get("value", {}).get("choices", [])]


def _line(
    task: int, choices: Sequence[Any], score: float | None, categories: Sequence[str]
) -> dict[str, int | float | str] | None:
    """The line of a prediction; a score in (0, 1] is the probability of its category."""
    chosen = [choice for choice in choices if choice in categories]
    if len(chosen) != 1:
        return None
    certain = {"confidence": score} if score is not None and 0 < score <= 1 else {}
    return {"id": task, "category": chosen[0], **certain}
