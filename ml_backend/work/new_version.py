"""A model version in the making: what it holds, what it was made from, how good it is."""

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from clime_core.model.metric_intervals import metric_intervals
from clime_core.policy.activity import named
from clime_core.round.campaign_round import Evidence, RoundResult
from ml_backend.exchange.campaign import Campaign
from ml_backend.exchange.readings import Readings
from ml_backend.work.materials import Materials
from ml_backend.work.rankings import rankings_of, write_rankings
from ml_backend.work.stretches import Ended


@dataclass(frozen=True, eq=False)
class NewVersion:
    """A round's result with what it came from. `stretch` is the stretch of work that it closes or carries on."""

    campaign: Campaign
    materials: Materials
    readings: Readings
    evidence: Evidence
    result: RoundResult
    digest: str
    stretch: Ended

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """On the test set, with 95 % intervals; empty without one."""
        if self.result.metrics is None or self.result.test_probabilities is None:
            return {}
        labels = [document.label for document in self.evidence.test if document.label is not None]
        return {**asdict(self.result.metrics), "intervals": metric_intervals(self.result.test_probabilities, labels)}

    @cached_property
    def made_from(self) -> dict[str, Any]:
        """Counts and seconds, for the page and for the next round."""
        predicted = self.result.probabilities.argmax(axis=1)
        counts = np.bincount(predicted, minlength=self.evidence.categories)
        return {
            "digest": self.digest,
            "labels": len(self.evidence.labels),
            "marks": len(self.evidence.marks),
            "keywords": len({mark.keyword for mark in self.evidence.marks}),
            "annotations": len(self.readings.visits),
            "seconds": sum(self.stretch.seconds.values()),
            "seconds_by": named(self.stretch.seconds),
            "class_balance": (counts / max(1, counts.sum())).tolist(),
            "stretch": self.stretch.told,
            "notes": list(self.result.notes),
        }

    @property
    def manifest(self) -> dict[str, Any]:
        """All that the version was made from."""
        marks = [[m.annotator, m.keyword, m.word, m.similar, m.added, m.at] for m in self.evidence.marks]
        return {
            **self.made_from,
            "metrics": self.metrics,
            "vectors": self.materials.copies,
            "data": self.materials.stamps,
            "training": self.result.trained.fingerprint,
            "settings": self.campaign.model_dump(mode="json"),
            "evidence": {"labels": [[d, label] for d, label in self.evidence.labels.items()], "marks": marks},
        }

    def write(self, folder: Path) -> None:
        """Fill the version's folder."""
        result = self.result
        result.refinement.save(folder / "refinement.safetensors")
        result.predictor.save(folder)
        save_file({"probabilities": np.ascontiguousarray(result.probabilities)}, folder / "pool.safetensors")
        write_rankings(folder, rankings_of(result))
        self.stretch.milestone.save(folder)
        (folder / "manifest.json").write_text(json.dumps(self.manifest, ensure_ascii=False, indent=1), encoding="utf-8")
