"""The digest that names a run's file: a stale result must not count as done."""

import shutil
import tomllib
from pathlib import Path

import grimp
import pytest

from clime_core.simulation import run_key
from clime_core.simulation.annotator import Habits
from clime_core.simulation.condition import BASE, Effort
from clime_core.simulation.recipes import RECIPES, with_model
from clime_core.simulation.run_key import (
    CORE,
    NO_PART_IN_RESULTS,
    PACKAGES,
    Circumstances,
    RunKey,
    code_version,
    computing_modules,
    digest,
    versions,
)

ROOT = CORE.parent
WITHOUT_RESULTS = {"clime_core.errors", "clime_core.progress"}
"""What a simulated campaign imports although it cannot change a result; `NO_PART_IN_RESULTS` has the reasons."""


def module_name(path: Path) -> str:
    """The dotted name of a file of the package."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_all_that_a_campaign_imports_is_in_the_digest() -> None:
    """Directly or indirectly, by the graph of imports."""
    graph = grimp.build_graph("clime_core", cache_dir=None)
    start = "clime_core.simulation.campaign"
    imported = {start, *graph.find_upstream_modules(start)}
    covered = set(map(module_name, computing_modules()))
    assert "clime_core.simulation.vector_cache" in imported & covered
    assert imported - covered == WITHOUT_RESULTS


def test_modules_without_a_part_in_results_exist_and_have_a_reason() -> None:
    """A moved module is in the digest again until it is listed under its new name."""
    for name, reason in NO_PART_IN_RESULTS.items():
        assert (CORE / name).exists(), name
        assert reason


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package that is digested in place of it."""
    folder = tmp_path / "clime_core"
    shutil.copytree(CORE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(run_key, "CORE", folder)
    return folder


def version_now() -> str:
    """The version of the code, read anew."""
    code_version.cache_clear()
    try:
        return code_version()
    finally:
        code_version.cache_clear()


@pytest.mark.parametrize(
    ("name", "changes"),
    [("model/refinement/refine.py", True), ("simulation/vector_cache.py", True), ("scheduling/new_module.py", True),
     ("progress.py", False), ("simulation/report/report.py", False)],
)  # fmt: skip
def test_the_digest_changes_with_what_computes(copy: Path, name: str, changes: bool) -> None:
    """A changed or new module that computes gives another digest; one that only reports does not."""
    before = version_now()
    with (copy / name).open("a", encoding="utf-8") as stream:
        stream.write("# changed\n")
    assert (version_now() != before) is changes


def test_the_version_is_that_of_this_distribution() -> None:
    """The first package has the name in pyproject.toml, so that its version is never looked up under another one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert PACKAGES[0] == project["name"]


def test_a_package_that_is_not_installed_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest of the sources then stands alone."""
    monkeypatch.setattr(run_key, "PACKAGES", ("numpy", "no-such-distribution"))
    found = versions()
    assert found["no-such-distribution"] == "unknown"
    assert found["numpy"] != "unknown"


def test_the_digest_of_a_transformers_run_changes_with_its_model(tmp_path: Path) -> None:
    """Other weights in the same folder are another model."""
    recipes = with_model({name: RECIPES[name] for name in ("transformer", "clime")}, str(tmp_path))

    def digests() -> list[str]:
        key = RunKey("en-es", "text", "any", BASE, "none", Effort(minutes=5), 0)
        return [digest(key, Circumstances(settings, Habits(), None, "data"), "code") for settings in recipes.values()]

    before = digests()
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    assert [old != new for old, new in zip(before, digests(), strict=True)] == [True, False]
