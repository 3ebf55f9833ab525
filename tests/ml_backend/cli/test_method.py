"""The commands that need no Label Studio, run as a user would."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from clime_core.data.embedding_store import load_embeddings
from clime_core.data.vec_file import read_vec
from ml_backend.cli.commands import app
from ml_backend.demo.corpus import DemoSizes, write_corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small bilingual corpus."""
    folder = tmp_path_factory.mktemp("corpus")
    write_corpus(folder, 0, DemoSizes(train=60, pool=20, test=30, text=200, dim=20))
    return folder


def run(*arguments: object) -> Result:
    """A command that must succeed."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def test_the_authors_workflow(corpus: Path, tmp_path: Path) -> None:
    """binarize, train, rank, neighbors, refine, train again, export-vec: each takes what the one before made."""
    en, es, model = tmp_path / "en", tmp_path / "es", tmp_path / "model"
    assert "20 dimensions" in run("binarize", corpus / "en.vec", en).output
    run("binarize", corpus / "es.vec", es)
    files = ("--train", corpus / "train.jsonl", "--test", corpus / "test.jsonl")
    trained = run(
        "train", "--src-emb", en, "--tgt-emb", es, *files, "--type", "lr", "--runs", 1, "--output", model
    ).output
    assert "30 test documents" in trained
    ranked = run("rank", model).stdout
    scores = [float(line.split("\t")[1]) for line in ranked.splitlines()]
    assert scores == sorted(scores, reverse=True)
    ranks = tmp_path / "word_rank.txt"
    ranks.write_text(ranked, encoding="utf-8")
    found = run("neighbors", "--src-emb", en, "--tgt-emb", es, "--rank", ranks, "-k", 3, "--max", 4).stdout
    rows = [json.loads(line) for line in found.splitlines()]
    assert len(rows) == 4
    assert all(len(row["src"]) == len(row["tgt"]) == 3 for row in rows)
    feedback = tmp_path / "ada.csv"
    keyword, similar = rows[0]["keyword"], rows[0]["tgt"][0]["word"]
    feedback.write_text(
        "keyword,timestamp,pos1,pos2,neg1,neg2,new1,new2\n" + f'{keyword},0,[],"[{similar!r}]",[],[],[],[]\n'
    )
    out_src, out_tgt = tmp_path / "en_new", tmp_path / "es_new"
    refined = run(
        "refine", "--feedback", feedback, "--src-emb", en, "--tgt-emb", es, "--out-src", out_src, "--out-tgt", out_tgt
    ).output
    before, after = map(float, re.findall(r"([\d.]+) before, ([\d.]+) after", refined)[0])
    assert after > before
    run("train", "--src-emb", out_src, "--tgt-emb", out_tgt, *files, "--type", "lr", "--runs", 1)
    text = tmp_path / "es_new.vec"
    run("export-vec", out_tgt, text)
    assert (read_vec(text)[0].vectors == load_embeddings(out_tgt).vectors).all()


def test_no_network_is_asked_for(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The method's commands work on a machine without any server."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr("socket.socket.connect", refuse)
    run("binarize", corpus / "en.vec", tmp_path / "en")
