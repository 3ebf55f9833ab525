"""Tests of the files of a predictor."""

from pathlib import Path

import numpy as np
import pytest

from clime_core.model.predictor import predictor_folder
from clime_core.model.predictor.predictor_folder import Parts
from clime_core.model.predictor.word_channel import WordChannel


def parts(bias: float) -> Parts:
    """A predictor with one word and no target model."""
    words = WordChannel({"neno": np.array([0.5, -0.5])}, 2)
    return Parts(words, None, word_gain=1.0, target_gain=0.0, temperature=1.0, bias=np.array([bias, -bias]))


def test_only_the_two_files_are_left(tmp_path: Path) -> None:
    """What is saved is read back, and no draft stays beside it."""
    predictor_folder.save(tmp_path, parts(1.0))
    assert {path.name for path in tmp_path.iterdir()} == {"predictor.json", "predictor.safetensors"}
    np.testing.assert_array_equal(predictor_folder.load(tmp_path, 2).bias, [1.0, -1.0])


def test_an_interrupted_save_leaves_whole_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk fails before a file is complete, the older one is still read."""
    predictor_folder.save(tmp_path, parts(1.0))

    def full(descriptor: int) -> None:
        raise OSError(28, f"no space left for {descriptor}")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        predictor_folder.save(tmp_path, parts(2.0))
    assert {path.name for path in tmp_path.iterdir()} == {"predictor.json", "predictor.safetensors"}
    np.testing.assert_array_equal(predictor_folder.load(tmp_path, 2).bias, [1.0, -1.0])
