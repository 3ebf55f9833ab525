"""What was predicted before."""

from pathlib import Path

import numpy as np
import pytest

from clime_core.errors import DataError
from clime_core.model.bases.prediction_memory import PredictionMemory


def test_it_comes_back_from_disk(tmp_path: Path) -> None:
    """Also that a text cannot be read, and an empty memory."""
    memory, rows = PredictionMemory(), np.array([[0.25, 0.75]])
    memory.save(tmp_path / "empty", (1, 2))
    assert not PredictionMemory.load(tmp_path / "empty", (1, 2)).found
    memory.keep("a", rows)
    memory.keep("b", None)
    memory.save(tmp_path / "two", (1, 2))
    again = PredictionMemory.load(tmp_path / "two", (1, 2))
    np.testing.assert_array_equal(again["a"], rows)
    assert again["b"] is None
    assert again.unknown(["a", "c", "c", "b"]) == ["c"]


def test_other_shapes_and_damage_are_named(tmp_path: Path) -> None:
    """The file is in the message."""
    path = tmp_path / "predictions"
    PredictionMemory().save(path, (1, 2))
    with pytest.raises(DataError, match=r"predictions must be of shape \(2, 2\)"):
        PredictionMemory.load(path, (2, 2))
    path.write_bytes(b"no")
    with pytest.raises(DataError, match="save it again"):
        PredictionMemory.load(path, (1, 2))
