"""`make bench-gpu` on a machine without a GPU: at tiny sizes, with the CPU in the GPU's place."""

import ast
import json
import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import grimp
import pytest
import torch

ROOT = Path(__file__).parents[1]
GPU = ROOT / "tests" / "bench" / "gpu"
BENCHMARKS = ("training", "salience", "neighbors", "refinement", "encoding", "fine_tuning")
LOADED_BY_NAME = {"transformers", "sentence-transformers", "pytest-timeout"}


def run(script: str, *arguments: object, expected: int = 0) -> str:
    """What it prints."""
    path = os.pathsep.join(map(str, (ROOT, ROOT / "tests" / "bench")))
    command = [sys.executable, str(GPU / script), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == expected, done.stdout + done.stderr
    return done.stdout + done.stderr


def check_rows(timings: list[dict[str, Any]], agreements: list[dict[str, Any]], count: int) -> None:
    """Each row has both columns, and results that agree."""
    by_row = {each["what"]: each for each in agreements}
    assert len(by_row) == count
    assert [(t["what"], t["column"]) for t in timings] == [(w, c) for w in by_row for c in ("gpu", "cpu")]
    assert all(each["difference"] <= each["tolerance"] for each in agreements)
    assert all(timing["seconds"] > 0 and not timing["fell_back"] for timing in timings)


def test_all_benchmarks_measure_both_devices_and_compare_them() -> None:
    """At tiny sizes."""
    pytest.importorskip("sentence_transformers")
    printed = run("measure.py", "--cpu-only", "--tiny", *BENCHMARKS)
    found = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    check_rows([f for f in found if "column" in f], [f for f in found if "tolerance" in f], 9)


def test_the_report_has_every_row_and_says_that_no_gpu_was_used(tmp_path: Path) -> None:
    """On the terminal, as JSON and as Markdown; the GPU tests are skipped."""
    printed = run("run.py", "--cpu-only", "--tiny", "--out", tmp_path / "out", "refinement")
    report = json.loads((tmp_path / "out" / "bench-gpu.json").read_text())
    check_rows(report["timings"], report["agreements"], 2)
    page = (tmp_path / "out" / "bench-gpu.md").read_text()
    assert "no GPU was used" in page
    for row in report["agreements"]:
        assert f"| {row['what']} |" in page
        assert row["what"] in printed
    assert (report["tests"].keys(), report["problems"], report["skipped"]) == ({"skipped"}, [], [])


def test_what_the_limit_leaves_no_time_for_is_named(tmp_path: Path) -> None:
    """At the paper's sizes nothing fits into a hundredth of a minute; the report is there all the same."""
    printed = run("run.py", "--cpu-only", "--minutes", 0.01, "--out", tmp_path, expected=1)
    report = json.loads((tmp_path / "bench-gpu.json").read_text())
    assert [line.partition(":")[0] for line in report["skipped"]] == list(BENCHMARKS)
    assert "skipped: training: takes about" in printed
    assert report["problems"][0].startswith("GPU tests: ")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_without_a_gpu_it_ends_with_what_to_do(tmp_path: Path) -> None:
    """With a status of its own, and without files."""
    printed = run("run.py", "--out", tmp_path / "out", expected=2)
    assert re.search(r"torch \S+ sees no CUDA device.*CPU_ONLY=1", printed)
    assert not (tmp_path / "out").exists()


def test_the_requirements_are_what_benchmarks_and_gpu_tests_import() -> None:
    """By themselves, or by modules of the core; nothing of the server, which a bare machine would have to be given."""
    marked = [path for path in (ROOT / "tests" / "clime_core").rglob("test_*.py") if "mark.gpu" in path.read_text()]
    imported = {name for path in [*marked, *GPU.glob("*.py")] for name in imports_of(path)}
    graph = grimp.build_graph("clime_core", include_external_packages=True)
    core = imported & graph.modules
    everything = imported | {name for module in core for name in graph.find_upstream_modules(module)}
    packages = {name.partition(".")[0] for name in everything}
    distributions = packages_distributions()
    needed = {distributions[name][0].lower() for name in packages & distributions.keys()} - {"clime-backend"}
    required = set((GPU / "requirements.txt").read_text().splitlines()[1:])
    assert required == needed - {"tokenizers"} | LOADED_BY_NAME  # transformers brings tokenizers
    assert "ml_backend" not in packages


def imports_of(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    whole = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return whole | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
