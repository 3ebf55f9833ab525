"""What the learning curve shows, for the plot and for the words beside it."""

from collections.abc import Sequence
from typing import Literal

from ml_backend.status.facts import VersionFacts

Over = Literal["minutes", "documents", "keywords"]
Size = Literal["wide", "narrow"]

AXES: dict[Over, str] = {
    "minutes": "minutes of work",
    "documents": "documents labelled",
    "keywords": "keywords judged",
}
MEASURES = {"accuracy": "accuracy", "macro_f1": "macro F1", "auc": "AUC"}
STABILITY = {"stability": "agreement with earlier predictions (kappa)"}


def measured(versions: Sequence[VersionFacts]) -> dict[str, str]:
    """The measures that some version has, by name; where none was evaluated, how stable predictions are."""
    for measures in (MEASURES, STABILITY):
        known = {key: name for key, name in measures.items() if any(v.measure(key) is not None for v in versions)}
        if known:
            return known
    return {}


def known_values(versions: Sequence[VersionFacts], key: str) -> list[tuple[VersionFacts, float]]:
    """The versions that have a measure, with its value in [0, 1]."""
    return [(version, value) for version in versions if (value := version.measure(key)) is not None]


def place(version: VersionFacts, over: Over) -> float:
    """Where a version is on the axis; 0 for an older one that does not say."""
    if over == "minutes":
        return (version.seconds or 0) / 60
    return float((version.labels if over == "documents" else version.keywords) or 0)


def in_words(versions: Sequence[VersionFacts], over: Over) -> str:
    """The curve for those who do not see it: where each measure begins and ends."""
    parts = []
    for key, name in measured(versions).items():
        values = known_values(versions, key)
        parts.append(f"{name} from {100 * values[0][1]:.1f} % to {100 * values[-1][1]:.1f} %")
    end = place(versions[-1], over) if versions else 0.0
    return f"Learning curve up to {end:.0f} {AXES[over]}: {', '.join(parts)}"
