"""The command `clime simulate`, end to end on a tiny setting."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from clime_core.data.documents import read_documents
from clime_core.errors import CampaignError, ClimeError, DataError
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.transformer_settings import TransformerSettings
from clime_core.round.presets import ENCODER, GIVEN
from clime_core.simulation.recipes import PAPER, TRANSFORMER
from ml_backend.cli import simulate_options as module
from ml_backend.cli.commands import app
from ml_backend.demo.corpus import DemoSizes
from ml_backend.demo.data_folder import write_data_folder
from tests.clime_core.model.bases.tiny_transformer import make_tiny


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder."""
    folder = tmp_path_factory.mktemp("data") / "en-es-demo"
    write_data_folder(folder, sizes=DemoSizes(train=60, pool=40, test=30, text=200, dim=20))
    return folder


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The paper's recipe with a classifier that takes a moment."""
    quick = replace(PAPER, classifier=ClassifierSettings(kind="lr"), neighbor_words="documents")
    monkeypatch.setattr(module, "RECIPES", {"quick": quick})


def arguments(data: Path, out: Path, *more: str) -> list[str]:
    """A call that runs in this process."""
    own = ["--data", str(data), "--method", "demo", "--recipes", "quick", "--seeds", "1", "--backend", "sequential"]
    return ["simulate", *own, "--out", str(out), *more]


def test_it_runs_reports_and_resumes(data: Path, tmp_path: Path) -> None:
    """All files are there, the table is shown, and the second call finds everything done."""
    line = arguments(data, tmp_path / "out", "--minutes", "5", "--keyword-counts", "2", "--controls", "all")
    first = CliRunner().invoke(app, line, catch_exceptions=False)
    assert first.exit_code == 0
    assert "A+C, random-marks" in first.stdout.replace("\n", " ") or "random-marks" in first.stdout
    for name in ("results.json", "report.md", "conditions-quick.svg", "keywords-quick.svg", "minutes-quick.svg"):
        assert (tmp_path / "out" / name).is_file()
        assert name in first.stdout.replace("\n", "")
    runs = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))["runs"]
    assert len(runs) == 4 + 2 + 5 + 6 + 1 + 4
    second = CliRunner().invoke(app, line, catch_exceptions=False)
    assert f"{len(runs)} of {len(runs)} runs were done before" in second.stdout


def test_options_reach_the_annotator_and_the_budget(data: Path, tmp_path: Path) -> None:
    """Counts, sessions, rates and fixed times are in results.json; without controls there are none."""
    line = arguments(
        data, tmp_path, "--counts", "4", "--sessions", "2", "--error-rate", "0.2", "--skip-rate", "0.1",
        "--fixed-times", "--controls", "none", "--conditions", "clime", "--pool-shares", "0.6,0.4",
    )  # fmt: skip
    assert CliRunner().invoke(app, line, catch_exceptions=False).exit_code == 0
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert results["budget"] == {"minutes": None, "count": 4, "sessions": 2}
    habits = results["annotator"]
    assert (habits["error_rate"], habits["skip_rate"], habits["sigma"]) == (0.2, 0.1, 0.0)
    assert results["pool_shares"] == [0.6, 0.4]
    assert [(run["key"]["condition"], run["key"]["control"]) for run in results["runs"]] == [
        ("base", "none"),
        ("clime", "none"),
    ]


def test_policies_are_compared_in_place_of_conditions(data: Path, tmp_path: Path) -> None:
    """With the splits of the oracle and no control unless asked for; another report and plot; it resumes with seeds."""
    line = arguments(
        data, tmp_path, "--minutes", "4", "--sessions", "2", "--policies", "share,words,roi", "--splits", "0,0.25"
    )
    first = CliRunner().invoke(app, line, catch_exceptions=False)
    assert first.exit_code == 0
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    named = [(run["key"]["condition"], run["key"]["control"]) for run in results["runs"]]
    assert named == [(name, "none") for name in ("base", "share", "words", "roi", "share-0.25")]
    assert results["runs"][3]["key"]["policy"]["optimism"] == 0.5
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "policies-quick.svg", "report.md", "results.json", "runs", "vectors",
    ]  # fmt: skip
    assert "### Verdict" in (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "AUC over time" in first.stdout.replace("\n", " ")
    more = CliRunner().invoke(app, [*line, "--controls", "random-marks", "--seeds", "2"], catch_exceptions=False)
    assert "5 of 18 runs were done before" in more.stdout


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--recipes", "quick,better"], "--recipes are some of quick, got 'quick,better'"),
        (["--conditions", "clime,magic"], "--conditions are some of base, active, clime"),
        (["--policies", "share,magic"], "policies are some of share, alternate, .*, got magic"),
        (["--policies", "share", "--splits", "0,2"], "share_documents must be a number from 0 to 1, got 2.0"),
        (["--policies", "share", "--splits", "0,half"], "--splits takes numbers with commas between them, got 'half'"),
        (
            ["--policies", "share", "--splits", ","],
            "--splits are shares of documents from 0 to 1, with commas, got none",
        ),
        (["--policies", "share", "--counts", "9"], "--policies are compared at equal minutes"),
        (["--controls", "magic"], "controls are all, fair, none or some of"),
        (["--policies", "share", "--controls", "fair"], "labels-alone-random stand in the place of a condition"),
        (
            ["--base", "magic", "--recipes", ""],
            "a kind of base is one of words, .*, transformer, got 'magic'",
        ),
        (["--base", "encoder", "--method", ""], r"no file train\.<method>\.npy"),
        (["--seeds", "0"], "--seeds is how many, 1 or more, or the seeds with commas"),
        (["--seeds", "1,-2"], "--seeds are whole numbers from 0"),
        (["--seeds", "few"], "--seeds takes numbers with commas between them, got 'few'"),
        (["--annotator-dictionary", "a", "--annotator-dictionary", "b"], "got 2 for 1 folders of 1 languages"),
        (["--annotator-dictionary", "nowhere.tsv"], r"nowhere\.tsv: no such file"),
        (["--minutes", "5", "--counts", "5"], "either minutes or a count"),
        (["--minutes", "-1"], "above 0"),
        (["--sessions", "0"], "sessions must be at least 1"),
        (["--keyword-counts", "5,many"], "--keyword-counts takes numbers with commas between them, got 'many'"),
        (["--pool-shares", "0.7,0.7"], "--pool-shares must be above 0 and add up to 1"),
        (["--pool-shares", "0.5,0.3,0.2"], "2 categories, but shares of the pool for 3"),
        (["--backend", "cluster"], "backends are loky"),
        (["--method", "cca"], r"<target>\.cca\.vec\.gz is needed"),
        (["--topics"], r"train\.topics\.jsonl: no such file"),
        (["--data", "nowhere"], "nowhere"),
    ],
)
def test_bad_options_are_explained(data: Path, tmp_path: Path, more: list[str], message: str) -> None:
    """With an error that says what was got and what would do."""
    with pytest.raises(ClimeError, match=message):
        CliRunner().invoke(app, arguments(data, tmp_path, *more), catch_exceptions=False)


def test_the_plan_alone_runs_nothing(data: Path, tmp_path: Path) -> None:
    """It says how many runs there are, with given seeds, and writes no file."""
    line = arguments(data, tmp_path / "out", "--controls", "fair", "--seeds", "0,7,11", "--plan")
    found = CliRunner().invoke(app, line, catch_exceptions=False)
    assert f"plan: {3 * (4 + 4)} runs, 0 done, {3 * (4 + 4)} open" in found.stdout
    assert not (tmp_path / "out").exists()


def test_seeds_are_a_count_or_names() -> None:
    """A comma tells."""
    assert [module.seeds_of(text) for text in ("3", "0,7,11", "7,", "2,2")] == [(0, 1, 2), (0, 7, 11), (7,), (2,)]


def test_an_encoder_needs_no_recipe_nor_method(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its vectors are found, documents alone are asked, and the fair controls that apply are run."""
    monkeypatch.setattr(module, "RECIPES", {"encoder": ENCODER})
    folder = tmp_path / "en-es-raw"
    shutil.copytree(data, folder, ignore=shutil.ignore_patterns("*.vec.gz", "dictionary.tsv"))
    for part in ("train", "test", "unlabeled"):
        lines = (folder / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()
        rng = np.random.default_rng(len(lines))
        np.save(folder / f"{part}.tiny.npy", rng.standard_normal((len(lines), 8)).astype(np.float32))
    line = ["simulate", "--data", str(folder), "--base", "encoder", "--controls", "fair", "--seeds", "1"]
    line += ["--minutes", "5", "--backend", "sequential", "--out", str(tmp_path / "out")]
    assert CliRunner().invoke(app, line, catch_exceptions=False).exit_code == 0
    runs = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))["runs"]
    named = [(run["key"]["condition"], run["key"]["control"]) for run in runs]
    assert named == [
        ("base", "none"), ("active", "none"), ("base", "base-alone"), ("base", "plain-base"),
        ("active", "labels-alone"), ("active", "labels-alone-random"),
    ]  # fmt: skip
    text = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert "does not apply to, and was not run for: en-es-raw TINY encoder" in text
    wrong = ["simulate", "--data", str(folder), "--method", "tiny", "--recipes", "encoder", "--out", str(tmp_path)]
    monkeypatch.setattr(module, "RECIPES", {"encoder": PAPER})
    with pytest.raises(DataError, match="recipe encoder reads word vectors, and there are none of method tiny"):
        CliRunner().invoke(app, wrong, catch_exceptions=False)


def simulated(line: list[str], out: Path) -> list[tuple[str, str]]:
    """The condition and control of each run."""
    more = ["--controls", "fair", "--seeds", "1", "--minutes", "3", "--backend", "sequential", "--out", str(out)]
    assert CliRunner().invoke(app, ["simulate", *line, *more], catch_exceptions=False).exit_code == 0
    runs = json.loads((out / "results.json").read_text(encoding="utf-8"))["runs"]
    return [(run["key"]["condition"], run["key"]["control"]) for run in runs]


def test_given_predictions_are_a_base(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One command: the file is found, documents alone are asked, and there is nothing else that could be trained."""
    monkeypatch.setattr(module, "RECIPES", {"given": GIVEN})
    folder = tmp_path / "en-es-raw"
    shutil.copytree(data, folder, ignore=shutil.ignore_patterns("*.vec.gz", "dictionary.tsv"))
    lines = [
        {"id": document.id, "part": part, "probabilities": [0.3, 0.7] if row % 3 else [0.6, 0.4]}
        for part, name in (("pool", "unlabeled"), ("test", "test"))
        for row, document in enumerate(read_documents(folder / f"{name}.jsonl"))
    ]
    (folder / "predictions.gpt.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    line = ["--data", str(folder), "--base", "given"]
    assert simulated(line, tmp_path / "out") == [("base", "none"), ("active", "none"), ("base", "base-alone")]
    with pytest.raises(DataError, match=r"no file predictions\.llama\.jsonl with given predictions"):
        CliRunner().invoke(
            app, ["simulate", *line, "--method", "llama", "--out", str(tmp_path / "new")], catch_exceptions=False
        )


def test_a_transformer_is_a_base(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One command that names the model: texts alone are read, and fine-tuning on all labels is beside it."""
    pytest.importorskip("transformers", reason="transformers is not installed")
    tuning = TransformerSettings("none", epochs=1, max_length=32)
    recipe = replace(TRANSFORMER, classifier=replace(TRANSFORMER.classifier, transformer=tuning))
    monkeypatch.setattr(module, "RECIPES", {"transformer": recipe})
    words = {t for part in ("train", "unlabeled") for d in read_documents(data / f"{part}.jsonl") for t in d.tokens}
    tiny = make_tiny(tmp_path / "tiny", sorted(words))
    line = ["--data", str(data), "--base", "transformer"]
    assert simulated([*line, "--model", str(tiny)], tmp_path / "out") == [
        ("base", "none"), ("active", "none"), ("base", "base-alone"), ("base", "plain-base"),
        ("active", "labels-alone"), ("active", "labels-alone-random"),
    ]  # fmt: skip
    with pytest.raises(CampaignError, match="transformer: a pretrained model is fine-tuned; name it as --model"):
        CliRunner().invoke(app, ["simulate", *line, "--out", str(tmp_path / "new")], catch_exceptions=False)


def test_failed_runs_end_in_an_error_after_the_report(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could be done is written all the same."""

    def failing(*_: object) -> None:
        raise DataError("no luck")

    monkeypatch.setattr("clime_core.simulation.workers.simulate", failing)
    with pytest.raises(CampaignError, match="4 runs failed"):
        CliRunner().invoke(app, arguments(data, tmp_path, "--controls", "none"), catch_exceptions=False)
    assert "DataError: no luck" in (tmp_path / "report.md").read_text(encoding="utf-8")
