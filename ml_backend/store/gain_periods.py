"""Gain periods in the store: the open one in the newest version's folder, the closed ones with the versions.

A version that closes a period is observed. Until another one does, every version's folder has a copy of that
observation, because older folders are removed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from clime_core.evaluation.gain import Gain, Observation
from clime_core.scheduling.activity import by_activity, named
from clime_core.scheduling.gain_period import ClosedPeriod, OpenPeriod
from ml_backend.store.tables import VersionRow
from ml_backend.store.version_folder import VersionFolder


@dataclass(frozen=True)
class VersionPeriod:
    """A closed period and the number of the version that closed it."""

    version: int
    period: ClosedPeriod


def write_open_period(folder: VersionFolder, period: OpenPeriod) -> None:
    """Write the open period into a version's folder."""
    observation = period.observation
    save_file({"probabilities": np.ascontiguousarray(observation.probabilities)}, folder.gain_period_arrays)
    losses = {name: list(getattr(observation, name).items()) for name in ("held_out", "dev")}
    facts = {"seconds": named(period.began), "pool": observation.pool, **losses}
    folder.gain_period.write_text(json.dumps(facts), encoding="utf-8")


def read_open_period(folder: VersionFolder | None) -> OpenPeriod | None:
    """The open period in a version's folder; None where it was lost or there is no version, so that a new one begins.

    Older ones do not name their pool; then only losses are compared.
    """
    if folder is None:
        return None
    try:
        facts = json.loads(folder.gain_period.read_text(encoding="utf-8"))
        losses = {name: {key: float(loss) for key, loss in facts[name]} for name in ("held_out", "dev")}
        began = by_activity({name: float(seconds) for name, seconds in facts["seconds"].items()})
        probabilities, pool = load_file(folder.gain_period_arrays)["probabilities"], str(facts.get("pool", ""))
        return OpenPeriod(began, Observation(probabilities, pool, **losses))
    except (OSError, ValueError, KeyError, TypeError, SafetensorError):
        return None


def period_json(period: ClosedPeriod | None) -> dict[str, Any] | None:
    """The period that a version closed, as its row stores it."""
    if period is None:
        return None
    gain = None if period.gain is None else asdict(period.gain)
    return {"seconds_by": named(period.seconds), "gain": gain, "stability": period.stability}


def closed_periods(versions: Sequence[VersionRow]) -> list[VersionPeriod]:
    """All periods that the versions closed, oldest first."""
    stored = [(version.number, version.made_from.get("stretch")) for version in versions]
    return [VersionPeriod(number, _period(facts)) for number, facts in stored if facts]


def _period(facts: Mapping[str, Any]) -> ClosedPeriod:
    gain = facts["gain"]
    return ClosedPeriod(by_activity(facts["seconds_by"]), None if gain is None else Gain(**gain), facts["stability"])
