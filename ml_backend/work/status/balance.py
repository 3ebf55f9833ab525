"""Class balance: how often each category was predicted for the pool, and how often annotators chose it."""

from collections import Counter
from typing import Any

from clime_core.data.labels import resolve_labels
from ml_backend.work.status.standing import Standing


def class_balance(standing: Standing) -> dict[str, Any]:
    """Shares of the predictions by category, None where the live version says nothing; counts of the labels."""
    live = next((v for v in standing.versions if v.number == standing.row.live_version), None)
    labels = Counter(resolve_labels(standing.readings.labels).labels.values())
    return {
        "predicted": live.made_from.get("class_balance") if live else None,
        "labels": [labels[category] for category in range(len(standing.campaign.task.categories))],
    }
