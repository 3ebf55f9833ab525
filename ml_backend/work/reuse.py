"""The classifier of an earlier version, for a round that would train the very same."""

import json
from collections.abc import Mapping
from pathlib import Path

from clime_core.errors import DataError
from clime_core.model.classifier import Classifier
from clime_core.round.campaign_round import Trained


def reusable(folder: Path, fingerprint: str, copies: Mapping[str, str], stamps: Mapping[str, str]) -> Trained | None:
    """The classifier of the version in `folder`, where it was trained on the very same files and examples.

    None where it was not, and where the folder is damaged or of an older clime: that costs a training, never a round.
    The weights are read last, and only where all else fits.
    """
    wanted = {"training": fingerprint, "vectors": dict(copies), "data": dict(stamps)}
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if not isinstance(manifest, dict) or any(manifest.get(name) != value for name, value in wanted.items()):
            return None
        return Trained(fingerprint, Classifier.load(folder / "classifier"))
    except (OSError, ValueError, DataError):
        return None
