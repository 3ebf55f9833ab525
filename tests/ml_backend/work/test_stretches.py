"""Stretches of work from version to version."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from clime_core.policy.activity import Activity
from clime_core.policy.gain import PERIOD_SECONDS, Observation
from clime_core.policy.ledger import Ledger, Visit
from clime_core.round.campaign_round import RoundResult
from ml_backend.ground.store.tables import VersionRow
from ml_backend.work.stretches import FACTS, UnderWay, read_milestone, stretches_of

D, W = Activity.DOCUMENTS, Activity.WORDS


def ledger(documents: int, words: int) -> Ledger:
    """So many tasks of thirty seconds."""
    return Ledger.of([Visit("ada", a, 30.0) for a, n in ((D, documents), (W, words)) for _ in range(n)])


def result(share: float, loss: float, documents: str = "pool") -> RoundResult:
    """What a round shows of itself: the probability of the first category, the loss of twelve documents."""
    pool = np.tile([share, 1 - share], (4, 1))
    losses: dict[str | int, float] = {**{f"d{n}": loss for n in range(11)}, 7: loss}
    return cast(RoundResult, SimpleNamespace(observation=Observation(pool, documents, held_out=losses)))


def test_a_stretch_is_told_once_enough_was_done(tmp_path: Path) -> None:
    """Versions in between carry its beginning on; the one that closes it begins the next."""
    first = UnderWay.of(None, ledger(0, 0))
    assert first.is_over, "the first version is observed, so that the first stretch has a beginning"
    made = first.after(result(0.6, 0.7))
    assert made.told is None
    made.milestone.save(tmp_path)

    early = UnderWay.of(tmp_path, ledger(1, 3))
    assert PERIOD_SECONDS > 4 * 30
    assert not early.is_over
    carried = early.after(result(0.9, 0.9))
    assert carried.told is None
    carried.milestone.save(tmp_path)

    late = UnderWay.of(tmp_path, ledger(3, 4))
    assert late.is_over
    closed = late.after(result(0.4, 0.5))
    assert closed.told is not None
    assert closed.told["seconds_by"] == {"documents": 90.0, "words": 120.0}
    assert closed.told["gain"]["measure"] == "held-out loss"
    assert round(closed.told["gain"]["value"], 9) == 0.2, "since the beginning, not since the version before"
    assert closed.told["stability"] == 0.0
    closed.milestone.save(tmp_path)
    assert not UnderWay.of(tmp_path, ledger(3, 5)).is_over


def test_ids_and_losses_come_back_from_the_folder(tmp_path: Path) -> None:
    """Also ids that are numbers."""
    made = UnderWay.of(None, ledger(1, 0)).after(result(0.6, 0.7)).milestone
    made.save(tmp_path)
    read = read_milestone(tmp_path)
    assert read is not None
    assert read.seconds == made.seconds
    assert read.observation.pool == "pool"
    assert read.observation.held_out == made.observation.held_out
    assert (read.observation.probabilities == made.observation.probabilities).all()


def test_a_folder_that_was_damaged_begins_anew(tmp_path: Path) -> None:
    """The round goes on."""
    assert read_milestone(tmp_path) is None
    UnderWay.of(None, ledger(1, 0)).after(result(0.6, 0.7)).milestone.save(tmp_path)
    (tmp_path / "milestone.safetensors").write_bytes(b"no")
    assert read_milestone(tmp_path) is None
    assert UnderWay.of(tmp_path, ledger(50, 50)).after(result(0.6, 0.7)).told is None


@pytest.mark.parametrize("kept", ["pool", "other", None])
def test_only_the_same_pool_has_a_stability(tmp_path: Path, kept: str | None) -> None:
    """Not one whose documents were exchanged, nor one that an older version's folder says nothing of."""
    UnderWay.of(None, ledger(0, 0)).after(result(0.6, 0.7, kept or "")).milestone.save(tmp_path)
    facts = json.loads((tmp_path / FACTS).read_text())
    if kept is None:
        del facts["pool"]
        (tmp_path / FACTS).write_text(json.dumps(facts))
    told = UnderWay.of(tmp_path, ledger(6, 6)).after(result(0.6, 0.5)).told
    assert told is not None
    assert told["stability"] == (1.0 if kept == "pool" else None)
    assert told["gain"]["measure"] == "held-out loss", "losses are of documents by name"


def test_stretches_are_read_from_versions_that_closed_one() -> None:
    """Others, and those of before stretches were told, are passed over."""
    gain = {"value": 0.1, "low": 0.0, "high": 0.2, "measure": "change", "n": 5}
    told = {"seconds_by": {"documents": 100.0, "words": 90.0}, "gain": gain, "stability": 0.9}
    rows = [VersionRow(number=n, made_from=made) for n, made in enumerate([{}, {"stretch": None}, {"stretch": told}])]
    rows.append(VersionRow(number=3, made_from={"stretch": {**told, "gain": None, "stability": None}}))
    one, without = stretches_of(rows)
    assert (one.version, one.stability, one.seconds[D]) == (2, 0.9, 100.0)
    assert one.period is not None
    assert (one.period.gain, one.period.measure) == (0.1, "change")
    assert without.period is None
