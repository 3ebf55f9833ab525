"""Imports run one way, and the core is pure."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE, BACKEND = (sorted((ROOT / package).rglob("*.py")) for package in ("clime_core", "ml_backend"))
MAX_LINES = 300
IMPURE = {"flask", "requests", "httpx", "label_studio_sdk", "sqlalchemy", "ml_backend", "pydantic", "urllib", "socket"}


def test_imports_point_down() -> None:
    """The contracts in pyproject.toml hold: backend to core, and each storey to those below."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_core_is_pure(path: Path) -> None:
    """No web, no network, no environment."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    imported |= {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not imported & IMPURE
    assert not [
        node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    ]


def test_no_module_is_too_long_to_read() -> None:
    """In three hundred lines there is room for one idea."""
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (*CORE, *BACKEND)}
    assert {path: n for path, n in lines.items() if n > MAX_LINES} == {}
