"""A new model version: its files, its inputs, its measurements, and what it reuses of an older version."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from clime_core.errors import DataError
from clime_core.evaluation.metrics import metric_intervals
from clime_core.model.bases.base import load_base
from clime_core.round.campaign_round import RoundResult, Trained
from clime_core.round.inputs import RoundInputs
from clime_core.scheduling.activity import Activity, named
from clime_core.scheduling.gain_period import ClosedPeriod, OpenPeriod
from clime_core.scheduling.ledger import Ledger
from ml_backend.campaign_data import CampaignData
from ml_backend.campaign_file import Campaign
from ml_backend.store.gain_periods import period_json, write_open_period
from ml_backend.store.rankings import rankings_of, write_rankings
from ml_backend.store.version_folder import VersionFolder


@dataclass(frozen=True, eq=False)
class NewVersion:
    """A round's result, with what it was made from.

    `digest` is that of the inputs. `ledger` holds the time spent until then. `open_period` is the gain period under
    way after this version, `closed_period` the one that the version closed, None where it closed none.
    """

    campaign: Campaign
    data: CampaignData
    inputs: RoundInputs
    digest: str
    ledger: Ledger
    result: RoundResult
    open_period: OpenPeriod
    closed_period: ClosedPeriod | None

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """On the test set, with 95 % intervals; empty without one."""
        if self.result.metrics is None or self.result.test_probabilities is None:
            return {}
        labels = [document.label for document in self.inputs.test if document.label is not None]
        return {**asdict(self.result.metrics), "intervals": metric_intervals(self.result.test_probabilities, labels)}

    @cached_property
    def made_from(self) -> dict[str, Any]:
        """Counts and seconds, for the page and for the next round."""
        predicted = self.result.probabilities.argmax(axis=1)
        counts = np.bincount(predicted, minlength=self.inputs.categories)
        seconds = {a: self.ledger.spent(a) for a in Activity}
        return {
            "digest": self.digest,
            "labels": len(self.inputs.labels),
            "marks": len(self.inputs.marks),
            "keywords": len({mark.keyword for mark in self.inputs.marks}),
            "annotations": len(self.ledger.entries),
            "seconds": sum(seconds.values()),
            "seconds_by": named(seconds),
            "class_balance": (counts / max(1, counts.sum())).tolist(),
            "stretch": period_json(self.closed_period),
            "notes": list(self.result.notes),
        }

    @property
    def manifest(self) -> dict[str, Any]:
        """The version's manifest: all that it was made from."""
        marks = [[m.annotator, m.keyword, m.word, m.similar, m.added, m.at] for m in self.inputs.marks]
        labels = [[document, label] for document, label in self.inputs.labels.items()]
        return {
            **self.made_from,
            "metrics": self.metrics,
            "vectors": self.data.copies,
            "data": self.data.stamps,
            "training": self.result.trained.fingerprint,
            "settings": self.campaign.model_dump(mode="json"),
            "evidence": {"labels": labels, "marks": marks},
        }

    def write(self, folder: VersionFolder) -> None:
        """Fill the version's folder."""
        result = self.result
        result.refinement.save(folder.refinement)
        result.predictor.save(folder.path)
        save_file({"probabilities": np.ascontiguousarray(result.probabilities)}, folder.pool_probabilities)
        write_rankings(folder, rankings_of(result))
        write_open_period(folder, self.open_period)
        folder.manifest.write_text(json.dumps(self.manifest, ensure_ascii=False, indent=1), encoding="utf-8")


def reusable(
    folder: VersionFolder, fingerprint: str, copies: Mapping[str, str], stamps: Mapping[str, str]
) -> Trained | None:
    """The classifier of an older version, if it was trained on the very same files and examples, else None.

    Also None where the folder is damaged or of an older clime: the round then trains. The weights are read last, and
    only where all else is equal.
    """
    expected = {"training": fingerprint, "vectors": dict(copies), "data": dict(stamps)}
    try:
        manifest = folder.read_manifest()
        if any(manifest.get(name) != value for name, value in expected.items()):
            return None
        return Trained(fingerprint, load_base(folder.classifier))
    except (OSError, ValueError, DataError):
        return None
