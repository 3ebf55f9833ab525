"""Model versions: what each was made from and how good it is. Older climes wrote less down."""

from typing import Any

from ml_backend.ground.store.tables import VersionRow

COUNTS = ("labels", "marks", "keywords", "seconds", "seconds_by", "class_balance")


def version_facts(version: VersionRow, live: int | None) -> dict[str, Any]:
    """One version. `stability`: Cohen's kappa of its predictions and those where the stretch of work began."""
    stretch = version.made_from.get("stretch") or {}
    return {
        "number": version.number,
        "live": version.number == live,
        "at": version.created_at,
        **{key: version.made_from.get(key) for key in COUNTS},
        "gain": stretch.get("gain"),
        "stability": stretch.get("stability"),
        **version.metrics,
    }
