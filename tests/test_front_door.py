"""What a stranger meets first: the package, its names, its commands, and the example in the README."""

import ast
import fnmatch
import importlib
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

import clime_core
from ml_backend.cli.commands import COMMANDS, DISTRIBUTION, LazyCommand, app

ROOT = Path(__file__).parent.parent
PACKAGES = ("clime_core", "ml_backend", "label_config")
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT: dict[str, Any] = PYPROJECT["project"]
LOCK = (ROOT / "constraints.txt").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
HEAVY = ("torch", "sklearn", "scipy", "label_studio_sdk", "pandas", "matplotlib")
LOADED_BY_NAME = {"click", "psycopg"}  # typer's own, and SQLAlchemy's for an address that begins with postgresql
MAX_EXAMPLE_LINES = 10

LIGHT_COMMANDS = {
    "--help": 0,
    "--version": 0,
    "health": 1,
    "password": 0,
    "doctor no-such-campaign.toml": 1,
    "decisions no-such-campaign": 1,
    "extend no-such-campaign --minutes 1": 1,
    "pause no-such-campaign": 1,
    "resume no-such-campaign": 1,
    "rollback no-such-campaign 1": 1,
}
"""Commands without tensors, and the status with which they end in an empty data folder."""

RUN = """
import sys
sys.argv[0] = "clime"
from ml_backend.cli import main
try:
    main()
except SystemExit as end:
    status = end.code or 0
loaded = [name for name in {heavy!r} if name in sys.modules]
print(f"status {{status}}, loaded {{loaded}}")
"""


def normalized(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def names_of(requirements: list[str]) -> set[str]:
    """The distributions that requirements name."""
    return {normalized(re.split(r"[\[<>=!~; ]", requirement)[0]) for requirement in requirements}


def third_party(folder: Path) -> set[str]:
    """Top-level names that the modules below a folder import, without ours and Python's own."""
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add((node.module or "").split(".")[0])
    return names - set(sys.stdlib_module_names) - {*PACKAGES, ""}


def test_every_import_is_declared_and_nothing_else() -> None:
    """The dependencies are the distributions of what the packages import, but for what belongs to an extra."""
    distributions = packages_distributions()
    imported = {name for package in PACKAGES for name in third_party(ROOT / package)}
    found = {normalized(distributions[name][0]) for name in imported}
    optional = PROJECT["optional-dependencies"]
    extras = names_of([*optional["encoder"], *optional["transformer"], *optional["models"]])
    assert names_of(PROJECT["dependencies"]) == found - extras


def test_every_import_of_the_tests_is_declared() -> None:
    """What tests import is a dependency or in the extras `dev` and `models`."""
    distributions = packages_distributions()
    local = {path.stem for path in (ROOT / "tests").rglob("*.py")} | {"tests"}
    extras = PROJECT["optional-dependencies"]
    declared = names_of([*PROJECT["dependencies"], *extras["dev"], *extras["models"]])
    imported = third_party(ROOT / "tests") - local
    assert {normalized(distributions[name][0]) for name in imported} <= declared


def test_the_lock_pins_every_dependency() -> None:
    """Each line of the lock is one exact version, and no dependency or extra is left out."""
    lines = LOCK.split()
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9.]*", line) for line in lines)
    pinned = {normalized(line.split("==")[0]) for line in lines}
    assert len(pinned) == len(lines)
    extras = [requirement for extra in PROJECT["optional-dependencies"].values() for requirement in extra]
    assert names_of([*PROJECT["dependencies"], *extras]) <= pinned


def test_the_lock_holds_what_pins_need_in_turn() -> None:
    """What the installed distributions themselves require, for this machine, is pinned too."""
    from importlib.metadata import distribution

    pinned = {normalized(line.split("==")[0]) for line in LOCK.split()}
    extras = [requirement for extra in PROJECT["optional-dependencies"].values() for requirement in extra]
    for name in sorted(names_of([*PROJECT["dependencies"], *extras]) - {"torch"}):  # torch pins its device's libraries
        required = [line for line in distribution(name).requires or [] if ";" not in line]
        assert names_of(required) <= pinned, name


def test_only_the_tested_version_of_python_is_claimed() -> None:
    """The classifiers name no version that the tests do not run on."""
    claimed = [line for line in PROJECT["classifiers"] if line.startswith("Programming Language :: Python ::")]
    assert claimed == ["Programming Language :: Python :: 3.11"]


def test_every_file_of_the_packages_is_installed() -> None:
    """Types, templates, data and migrations are package data; pictures and notes of the folders are not."""
    data = PYPROJECT["tool"]["setuptools"]["package-data"]
    for package in PACKAGES:
        patterns = [pattern.replace("**/", "") for pattern in data[package]]
        files = [path for path in (ROOT / package).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        names = {path.name for path in files if path.suffix not in (".py", ".png", ".md")}
        assert "py.typed" in names
        assert not {name for name in names if not any(fnmatch.fnmatch(name, pattern) for pattern in patterns)}


def test_the_lazy_exports_are_the_real_ones() -> None:
    """Each public name comes from the module that the typed block imports it from."""
    tree = ast.parse(Path(clime_core.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    typed = {alias.name: node.module or "" for node in imports for alias in node.names}
    assert sorted(typed) == clime_core.__all__ == dir(clime_core)
    for name, module in typed.items():
        assert getattr(clime_core, name) is getattr(importlib.import_module(module), name)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """The message lists what there is."""
    with pytest.raises(AttributeError, match="no attribute 'refined'; it has BilingualEmbeddings"):
        _ = clime_core.refined


def test_importing_the_core_loads_no_library() -> None:
    """Not even numpy: names are imported when they are used."""
    code = "import sys, clime_core; print([name for name in ('numpy', 'torch', 'scipy') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True).stdout == "[]\n"


def test_the_readmes_example_runs_in_an_empty_folder(tmp_path: Path) -> None:
    """The Python block, as it stands there, prints a keyword with neighbours, and is short."""
    found = re.search(r"```python\n(.*?)```", README, re.S)
    assert found is not None
    code = found[1]
    assert len([line for line in code.splitlines() if line.strip()]) <= MAX_EXAMPLE_LINES
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    assert re.search(r"keyword=Word\(.+ source=\(.+ target=\(", done.stdout), done.stdout
    assert (tmp_path / "corpus" / "en.vec").is_file()


def environment(**values: str) -> dict[str, str]:
    """The environment of a command: this checkout's packages, and nothing of the caller's settings."""
    import os

    own = {name: value for name, value in os.environ.items() if not name.startswith("CLIME_")}
    return own | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"} | values


@pytest.mark.parametrize("command", LIGHT_COMMANDS)
def test_commands_without_tensors_load_no_tensor_library(command: str, tmp_path: Path) -> None:
    """Neither torch nor scikit-learn nor the Label Studio SDK; and the command did its work."""
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(heavy=HEAVY), *command.split()],
        cwd=tmp_path, capture_output=True, text=True, env=environment(CLIME_PORT="1"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"status {LIGHT_COMMANDS[command]}, loaded []", done.stdout + done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_the_outline_of_a_command_is_that_of_the_real_one(name: str) -> None:
    """Name and help text, which are known before the command's module is imported."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    outline = group.commands[name]
    assert isinstance(outline, LazyCommand)
    real = outline.load()
    assert (real.name, real.help) == (outline.name, outline.help)


def test_no_command_is_missing_from_the_outline() -> None:
    """Every command that a module of the folder defines can be called."""
    defined = set()
    for path in (ROOT / "ml_backend" / "cli").glob("*.py"):
        module = importlib.import_module(f"ml_backend.cli.{path.stem}") if path.stem != "__init__" else None
        if path.stem not in ("__init__", "commands") and hasattr(module, "app"):
            commands = module.app.registered_commands  # type: ignore[union-attr]  # it has an app
            defined |= {command.name or command.callback.__name__ for command in commands}
    assert {name.replace("_", "-") for name in defined} == set(COMMANDS)


def test_help_of_a_command_lists_no_option_that_does_nothing() -> None:
    """Completion is installed for `clime` as a whole."""
    result = CliRunner().invoke(app, ["train", "--help"], env={"COLUMNS": "200"})
    assert "--install-completion" not in result.stdout


def test_help_of_a_command_is_its_own() -> None:
    """`clime train --help` shows the options of the real command."""
    result = CliRunner().invoke(app, ["train", "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert "--src-emb" in result.output


def test_a_misspelt_command_is_explained() -> None:
    """The message names the command that was probably meant."""
    result = CliRunner().invoke(app, ["exprot"], env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert "Did you mean 'export'" in result.output


def test_version_is_the_distributions() -> None:
    """`clime --version` answers with the version that is installed."""
    assert PROJECT["name"] == DISTRIBUTION
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.output) == (0, f"clime {version(DISTRIBUTION)}\n")
