"""The result of one run as a JSON file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from clime_core.data.stream import writing
from clime_core.errors import ClimeError, DataError
from clime_core.simulation.run_key import RunKey
from clime_core.simulation.score import Score
from clime_core.simulation.work import Point


@dataclass(frozen=True)
class RunRecord:
    """A finished run. `seconds`: of computing, without the first round, which the runs of a seed share."""

    key: RunKey
    points: tuple[Point, ...]
    notes: tuple[str, ...]
    seconds: float

    @property
    def last(self) -> Point:
        """The point after the last session."""
        return self.points[-1]

    def as_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        points = [asdict(point) for point in self.points]
        return {"key": self.key.as_json(), "points": points, "notes": list(self.notes), "seconds": self.seconds}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "RunRecord":
        """What `as_json` gave. Raises KeyError, TypeError, ValueError or CampaignError for anything else."""
        points = (Point(**{**point, "score": Score(**point["score"])}) for point in fields["points"])
        return cls(RunKey.from_json(fields["key"]), tuple(points), tuple(fields["notes"]), fields["seconds"])


@dataclass(frozen=True)
class Failure:
    """A run that ended in an error."""

    key: RunKey
    error: str


def write_record(path: Path, record: RunRecord) -> None:
    """Write it whole or not at all."""
    with writing(path) as stream:
        stream.write(json.dumps(record.as_json(), indent=1).encode())


def read_record(path: Path) -> RunRecord:
    """Read it back. Raises DataError for any other file."""
    try:
        return RunRecord.from_json(json.loads(path.read_bytes()))
    except (OSError, KeyError, TypeError, ValueError, ClimeError) as error:
        raise DataError(f"{path}: not the record of a run ({error!r}); delete it, and the run is done again") from error
