"""What the learning curve shows, for the plot and for the words beside it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

Over = Literal["minutes", "documents", "keywords"]
Size = Literal["wide", "narrow"]
Version = Mapping[str, Any]

AXES: dict[Over, str] = {
    "minutes": "minutes of work",
    "documents": "documents labelled",
    "keywords": "keywords judged",
}
MEASURES = {"accuracy": "accuracy", "macro_f1": "macro F1", "auc": "AUC"}
STABILITY = {"stability": "agreement with earlier predictions (kappa)"}


def measured(versions: Sequence[Version]) -> dict[str, str]:
    """The measures that some version has, by name; where none was evaluated, how stable predictions are."""
    for measures in (MEASURES, STABILITY):
        there = {key: name for key, name in measures.items() if any(v.get(key) is not None for v in versions)}
        if there:
            return there
    return {}


def place(version: Version, over: Over) -> float:
    """Where a version stands on the axis."""
    if over == "minutes":
        return float(version.get("seconds") or 0) / 60
    return float(version.get("labels" if over == "documents" else "keywords") or 0)


def in_words(versions: Sequence[Version], over: Over) -> str:
    """The curve for those who do not see it: where each measure begins and ends."""
    parts = []
    for key, name in measured(versions).items():
        known = [version for version in versions if version.get(key) is not None]
        first, last = known[0], known[-1]
        parts.append(f"{name} from {100 * first[key]:.1f} % to {100 * last[key]:.1f} %")
    reach = place(versions[-1], over) if versions else 0.0
    return f"Learning curve up to {reach:.0f} {AXES[over]}: {', '.join(parts)}"
