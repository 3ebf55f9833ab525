"""The folder of a model version: which files it holds."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clime_core.errors import DataError

MADE_ANEW = "press Start training in Label Studio to make a new version (`clime resume` first, if training is paused)"
"""How a version without its files is replaced, for messages."""


@dataclass(frozen=True)
class VersionFolder:
    """One model version on disk, complete when it appears and never changed after that.

    classifier/, predictor.json, predictor.safetensors: the predictor (`Predictor.save`). The other files are the
    properties below.
    """

    path: Path

    @classmethod
    def of(cls, campaign_folder: Path, number: int) -> "VersionFolder":
        """The folder of the version with that number."""
        return cls(campaign_folder / "versions" / f"{number:05d}")

    @property
    def exists(self) -> bool:
        """Whether its files still exist: those of old versions are removed."""
        return self.path.is_dir()

    @property
    def manifest(self) -> Path:
        """What the version was made from: settings, data files, vectors, labels, marks, metrics."""
        return self.path / "manifest.json"

    @property
    def refinement(self) -> Path:
        """The rows of the word vectors that the marks changed."""
        return self.path / "refinement.safetensors"

    @property
    def classifier(self) -> Path:
        """The folder of the predictor's base."""
        return self.path / "classifier"

    @property
    def predictor(self) -> Path:
        """The description of the predictor; its arrays are beside it. Versions of the first release have none."""
        return self.path / "predictor.json"

    @property
    def predictor_arrays(self) -> Path:
        """The predictor's arrays."""
        return self.path / "predictor.safetensors"

    @property
    def pool_probabilities(self) -> Path:
        """Predicted probabilities of the pool, (n_pool, n_categories)."""
        return self.path / "pool.safetensors"

    @property
    def rankings(self) -> Path:
        """The documents and keywords to ask next, best first."""
        return self.path / "rankings.json"

    @property
    def gain_period(self) -> Path:
        """Where the open gain period began: seconds by activity and losses; see ml_backend.store.gain_periods."""
        return self.path / "milestone.json"

    @property
    def gain_period_arrays(self) -> Path:
        """The pool's probabilities when the open gain period began."""
        return self.path / "milestone.safetensors"

    def read_manifest(self) -> dict[str, Any]:
        """The manifest. Raises DataError where it is missing or damaged."""
        try:
            manifest = json.loads(self.manifest.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DataError(f"{self.manifest}: cannot be read ({error}); {MADE_ANEW}") from error
        if not isinstance(manifest, dict):
            raise DataError(f"{self.manifest}: not a manifest; {MADE_ANEW}")
        return manifest
