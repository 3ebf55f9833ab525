"""Stretches of work: what the minutes between two model versions gained, kept from version to version.

A version that closes a stretch is observed (`RoundResult.observation`); until the next one does, every version's folder
carries that observation on, so that it outlives the older folders.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from clime_core.policy.activity import Activity, named
from clime_core.policy.gain import PERIOD_SECONDS, Gain, Observation, gain_between, stability
from clime_core.policy.ledger import Ledger
from clime_core.policy.state import Period
from clime_core.round.campaign_round import RoundResult
from ml_backend.ground.store.tables import VersionRow

NUMBERS, FACTS = "milestone.safetensors", "milestone.json"

Seconds = Mapping[Activity, float]


@dataclass(frozen=True, eq=False)
class Milestone:
    """Where a stretch begins: seconds of each activity by then, and what the version showed of itself."""

    seconds: Seconds
    observation: Observation

    def save(self, folder: Path) -> None:
        """Write it into a version's folder."""
        save_file({"probabilities": np.ascontiguousarray(self.observation.probabilities)}, folder / NUMBERS)
        losses = {name: list(getattr(self.observation, name).items()) for name in ("held_out", "dev")}
        seconds = named(self.seconds)
        facts = {"seconds": seconds, "pool": self.observation.pool, **losses}
        (folder / FACTS).write_text(json.dumps(facts), encoding="utf-8")


def read_milestone(folder: Path) -> Milestone | None:
    """The milestone that a version's folder carries; None where it was lost, so that a new stretch begins.

    Older ones do not know their pool: of them losses alone are compared.
    """
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        losses = {name: {key: float(loss) for key, loss in facts[name]} for name in ("held_out", "dev")}
        seconds = {a: float(facts["seconds"][a]) for a in Activity}
        probabilities, pool = load_file(folder / NUMBERS)["probabilities"], str(facts.get("pool", ""))
        return Milestone(seconds, Observation(probabilities, pool, **losses))
    except (OSError, ValueError, KeyError, TypeError, SafetensorError):
        return None


@dataclass(frozen=True, eq=False)
class Ended:
    """How a version left the stretch: seconds of each activity by now, the milestone to carry on, what is told."""

    seconds: Seconds
    milestone: Milestone
    told: dict[str, Any] | None = None


@dataclass(frozen=True, eq=False)
class UnderWay:
    """The present stretch: where it began, None for the first, and the seconds of each activity by now."""

    since: Milestone | None
    seconds: Seconds

    @classmethod
    def of(cls, newest: Path | None, ledger: Ledger) -> "UnderWay":
        """From the newest version's folder and the time spent."""
        return cls(read_milestone(newest) if newest is not None else None, {a: ledger.spent(a) for a in Activity})

    @property
    def is_over(self) -> bool:
        """Whether enough has been done to tell what it gained."""
        return self.since is None or sum(self.seconds.values()) - sum(self.since.seconds.values()) >= PERIOD_SECONDS

    def after(self, result: RoundResult) -> Ended:
        """What the version of this round leaves: a stretch closed, or carried on."""
        if self.since is not None and not self.is_over:
            return Ended(self.seconds, self.since)
        reached = Milestone(self.seconds, result.observation)
        return Ended(self.seconds, reached, None if self.since is None else _told(self.since, reached))


def _told(before: Milestone, after: Milestone) -> dict[str, Any]:
    gain = gain_between(before.observation, after.observation)
    return {
        "seconds_by": {str(a): after.seconds[a] - before.seconds[a] for a in Activity},
        "gain": None if gain is None else asdict(gain),
        "stability": stability(before.observation, after.observation),
    }


@dataclass(frozen=True)
class Stretch:
    """A closed stretch: the version that closed it, seconds of each activity, its gain and Cohen's kappa."""

    version: int
    seconds: Seconds
    gain: Gain | None
    stability: float | None

    @property
    def period(self) -> Period | None:
        """For policies that learn."""
        return None if self.gain is None else Period(self.seconds, self.gain.value, self.gain.measure)


def stretches_of(versions: Sequence[VersionRow]) -> list[Stretch]:
    """All stretches that the versions closed, oldest first."""
    told = [(version.number, version.made_from.get("stretch")) for version in versions]
    return [_stretch(number, facts) for number, facts in told if facts]


def _stretch(number: int, facts: Mapping[str, Any]) -> Stretch:
    gain = facts["gain"]
    seconds = {a: facts["seconds_by"][a] for a in Activity}
    return Stretch(number, seconds, None if gain is None else Gain(**gain), facts["stability"])
