"""What CI may skip, and that nothing else is skipped there in silence."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.what_ci_skips import CANNOT_RUN, unlisted

ROOT = Path(__file__).parents[1]
SKIPPING = 'import pytest\ndef test_one() -> None:\n    pytest.skip("{reason}")\ndef test_two() -> None:\n    pass\n'


def test_what_is_listed_may_be_skipped() -> None:
    """By the whole reason, not by a part of it."""
    assert unlisted([("a", "no CUDA device"), ("b", "no real data: CLIME_TEST_DATA=/a/folder")]) == []
    assert unlisted([("a", "no CUDA device, and no wish"), ("b", "I did not feel like it")]) == [
        "a: no CUDA device, and no wish",
        "b: I did not feel like it",
    ]


def test_every_reason_of_the_list_is_given_by_a_test() -> None:
    """A test that is gone or says something else leaves no hole."""
    own = {Path(__file__).name, "what_ci_skips.py"}
    texts = [path.read_text() for path in (ROOT / "tests").rglob("test_*.py") if path.name not in own]
    for pattern in CANNOT_RUN:
        assert any(re.search(pattern, text) for text in texts), pattern


def test_contributing_has_the_same_list() -> None:
    """What people read is what is checked."""
    page = (ROOT / "CONTRIBUTING.md").read_text()
    assert re.findall(r"^\| `(.+?)` \| (.+?) \|$", page, re.MULTILINE) == [
        (pattern.removesuffix(".*"), why) for pattern, why in CANNOT_RUN.items()
    ]


@pytest.mark.parametrize(
    ("reason", "ci", "status"), [("not listed", "true", 1), ("no CUDA device", "true", 0), ("not listed", "", 0)]
)
def test_a_session_that_skips_something_else_fails_in_ci(tmp_path: Path, reason: str, ci: str, status: int) -> None:
    """It names the test and its reason; elsewhere skipping is free."""
    file = tmp_path / "test_something.py"
    file.write_text(SKIPPING.format(reason=reason))
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(tmp_path), str(file)]
    command += ["-p", "tests.what_ci_skips", "-p", "no:cacheprovider"]
    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == status, done.stdout + done.stderr
    assert ("test_something.py::test_one: not listed" in done.stdout) is (status == 1)
