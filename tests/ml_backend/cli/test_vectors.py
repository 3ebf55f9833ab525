"""The commands that bring vectors into one space, run as a user would."""

import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from clime_core.data.bilingual_dictionary import read_dictionary
from clime_core.data.embedding_store import load_embeddings, save_embeddings
from clime_core.data.embeddings import Embeddings
from clime_core.data.vec_file import read_vec, write_vec
from clime_core.errors import DataError
from ml_backend.cli.commands import app

N, DIM, TRAIN = 120, 8, 80


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a team starts with: raw vectors of two languages, a word list, and some words to test by."""
    folder = tmp_path_factory.mktemp("team")
    rng = np.random.default_rng(0)
    source = rng.standard_normal((N, DIM))
    turn, _ = np.linalg.qr(rng.standard_normal((DIM, DIM)))
    target = source @ turn + 0.05 * rng.standard_normal((N, DIM))
    write_vec(folder / "en.vec", Embeddings([f"s{i}" for i in range(N)], source.astype(np.float32)))
    write_vec(folder / "ti.vec.gz", Embeddings([f"t{i}" for i in range(N)], target.astype(np.float32)))
    pairs = [*((f"s{i}", f"t{i}") for i in range(N - 1)), (f"s{N - 1}", "unknown")]
    # all pairs are in the dictionary, the held-out ones too, and one wrong pair with a low score
    lines = [*(f"{a}\t{b}\t0.9" for a, b in pairs), "s1\tt2\t0.1"]
    (folder / "words.tsv").write_text("\n".join(lines) + "\n")
    (folder / "held_out.txt").write_text("".join(f"{a} {b}\n" for a, b in pairs[TRAIN:]))
    return folder


def run(*arguments: object) -> Result:
    """A command that must succeed."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def raw(team: Path) -> tuple[object, ...]:
    """The options that name the team's vectors."""
    return "--src", team / "en.vec", "--tgt", team / "ti.vec.gz", "--device", "cpu"


def precisions(output: str, when: str) -> dict[str, tuple[float, float]]:
    """By measure, precision at 1 and 5 as the table shows them."""
    found = re.findall(rf"{when} *│ (\w+) *│ *([\d.]+) *│ *([\d.]+)", output)
    return {measure: (float(one), float(five)) for measure, one, five in found}


@pytest.mark.parametrize("method", ["procrustes", "cca", "rcsls"])
def test_align_then_induce(team: Path, tmp_path: Path, method: str) -> None:
    """Held-out words are found after and not before; induce on what was written says the same."""
    out = tmp_path / "ti.aligned.vec"
    options = ("--dictionary", team / "words.tsv", "--held-out", team / "held_out.txt", "--min-score", 0.5)
    done = run("align", *raw(team), *options, "--method", method, "--out", out).output
    assert "1 of 121 pairs left out, their score is below 0.5" in done
    assert "40 of 120 pairs left out, their source words are held out" in done
    assert f"aligned by {TRAIN} pairs" in done
    assert ("loss:" in done) == (method == "rcsls")
    assert "39 source words" in done
    assert "98% have vectors" in done
    before, after = precisions(done, "before"), precisions(done, "after")
    assert max(before["csls"][0], before["cosine"][0]) < 20
    assert min(after["csls"][0], after["cosine"][0]) > 90
    found = tmp_path / "found.txt"
    induced = run(
        "induce", "--src", team / "en.vec", "--tgt", out, "--dictionary", team / "held_out.txt", "--out", found
    ).output
    assert precisions(induced, "as given") == after
    suggested = read_dictionary(found)
    right = set(suggested) & set(read_dictionary(team / "held_out.txt"))
    assert len(suggested) == 39
    assert 100 * len(right) / 39 == pytest.approx(after["csls"][0], abs=0.05)


def test_files_and_folders_serve_alike(team: Path, tmp_path: Path) -> None:
    """A binarized folder gives what its text gives, and a folder is written where no ending says text."""
    run("binarize", team / "ti.vec.gz", tmp_path / "ti")
    common = ("align", "--src", team / "en.vec", "--dictionary", team / "words.tsv")
    run(*common, "--tgt", tmp_path / "ti", "--out", tmp_path / "aligned")
    run(*common, "--tgt", team / "ti.vec.gz", "--out", tmp_path / "aligned.vec.gz")
    np.testing.assert_array_equal(
        load_embeddings(tmp_path / "aligned").vectors, read_vec(tmp_path / "aligned.vec.gz")[0].vectors
    )


def test_normalising_needs_a_place_for_the_source(team: Path, tmp_path: Path) -> None:
    """Both languages are written in the normalised space, or nothing is."""
    options = ("align", *raw(team), "--dictionary", team / "words.tsv", "--normalize", "iterative")
    with pytest.raises(DataError, match="--out-src"):
        run(*options, "--out", tmp_path / "ti.vec")
    assert not (tmp_path / "ti.vec").exists()
    run(*options, "--out", tmp_path / "ti.vec", "--out-src", tmp_path / "en.vec")
    for name in ("ti.vec", "en.vec"):
        vectors = read_vec(tmp_path / name)[0].vectors
        np.testing.assert_allclose(vectors.mean(axis=0), 0, atol=1e-4)


def test_spaces_of_different_dimensions_have_no_before(team: Path, tmp_path: Path) -> None:
    """CCA joins them; the table then begins with what came out."""
    target = read_vec(team / "ti.vec.gz")[0]
    save_embeddings(tmp_path / "wide", Embeddings(target.words, np.repeat(target.vectors, 2, axis=1)))
    options = ("--dictionary", team / "words.tsv", "--held-out", team / "held_out.txt", "--out", tmp_path / "out.vec")
    done = run("align", "--src", team / "en.vec", "--tgt", tmp_path / "wide", "--method", "cca", *options).output
    assert precisions(done, "before") == {}
    assert precisions(done, "after")["cosine"][0] > 90


def test_retrofit_after_align(team: Path, tmp_path: Path) -> None:
    """Translations come closer, and both languages are written."""
    aligned, words = tmp_path / "ti.vec", ("--dictionary", team / "words.tsv", "--min-score", 0.5)
    run("align", *raw(team), *words, "--out", aligned)
    done = run(
        "retrofit", "--src", team / "en.vec", "--tgt", aligned, *words,
        "--out-src", tmp_path / "en.new", "--out-tgt", tmp_path / "ti.new.vec",
    ).output  # fmt: skip
    before, after = map(float, re.findall(r"([\d.]+) before, ([\d.]+) after", done)[0])
    assert after > before
    assert "1 pairs left out, a word of theirs has no vector" in done
    assert f"{N - 1} pairs changed {2 * (N - 1)} vectors" in done
    assert len(load_embeddings(tmp_path / "en.new")) == len(read_vec(tmp_path / "ti.new.vec")[0]) == N


def test_words_with_spaces_are_not_written_in_muses_format(tmp_path: Path) -> None:
    """They are counted; the other pairs are written."""
    vectors = np.eye(2, dtype=np.float32)
    save_embeddings(tmp_path / "en", Embeddings(["ice cream", "house"], vectors))
    save_embeddings(tmp_path / "es", Embeddings(["helado", "casa"], vectors))
    words, out = tmp_path / "words.tsv", tmp_path / "found.txt"
    words.write_text("ice cream\thelado\nhouse\tcasa\n")
    done = run("induce", "--src", tmp_path / "en", "--tgt", tmp_path / "es", "--dictionary", words, "--out", out).output
    assert "1 pairs left out" in done
    assert out.read_text() == "house casa\n"


def test_a_bad_line_of_a_dictionary_is_named(team: Path, tmp_path: Path) -> None:
    """Before any vector is read."""
    bad = tmp_path / "bad.txt"
    bad.write_text("a b\nlonely\n")
    with pytest.raises(DataError, match=r"bad\.txt:2: .*'lonely'"):
        run("induce", "--src", tmp_path / "none.vec", "--tgt", team / "ti.vec.gz", "--dictionary", bad)
