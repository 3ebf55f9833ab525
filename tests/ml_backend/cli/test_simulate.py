"""The command `clime simulate`, end to end on a tiny setting."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from clime_core.errors import CampaignError, ClimeError, DataError
from clime_core.laboratory.demo_corpus import DemoSizes
from clime_core.laboratory.demo_setting import write_demo_setting
from clime_core.model.classifier import ClassifierSettings
from clime_core.round.recipes import PAPER
from ml_backend.cli import simulate as module
from ml_backend.cli.commands import app


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder."""
    folder = tmp_path_factory.mktemp("data") / "en-es-demo"
    write_demo_setting(folder, sizes=DemoSizes(train=60, pool=40, test=30, text=200, dim=20))
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
    assert len(runs) == 4 + 1 + 5 + 5 + 1
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


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--recipes", "quick,better"], "--recipes are some of quick, got 'quick,better'"),
        (["--conditions", "clime,magic"], "--conditions are some of base, active, clime"),
        (["--controls", "magic"], "controls are all, none or some of"),
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


def test_without_matplotlib_it_says_what_to_install(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before an hour of computing, not after it."""
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(CampaignError, match=r"pip install 'clime\[laboratory\]'"):
        CliRunner().invoke(app, arguments(data, tmp_path), catch_exceptions=False)
    assert not list(tmp_path.iterdir())


def test_failed_runs_end_in_an_error_after_the_report(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could be done is written all the same."""

    def failing(*_: object) -> None:
        raise DataError("no luck")

    monkeypatch.setattr("clime_core.laboratory.experiment.simulate", failing)
    with pytest.raises(CampaignError, match="4 runs failed"):
        CliRunner().invoke(app, arguments(data, tmp_path, "--controls", "none"), catch_exceptions=False)
    assert "DataError: no luck" in (tmp_path / "report.md").read_text(encoding="utf-8")
