"""The GPU tests themselves. Without a GPU none of them runs: a pretended one shows most of what would fail."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
MARKED = sorted(path for path in (ROOT / "tests" / "clime_core").rglob("test_*.py") if "mark.gpu" in path.read_text())
MIXING = """
import torch
def test_mixing() -> None:
    here, there = torch.ones(3), torch.ones(3).to("pretended")
    assert (there + there).cpu().tolist() == [2, 2, 2]
    for mixed in (lambda: here + there, lambda: there.index_add_(0, torch.tensor([1]), here), lambda: there.numpy()):
        try:
            mixed()
        except (RuntimeError, TypeError):
            continue
        raise AssertionError("not refused")
"""


def on_pretended_gpu(*arguments: object) -> str:
    """What pytest prints, in a process of its own: torch keeps an additional device for as long as it lives."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.pretended_gpu", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_they_pass_on_a_pretended_gpu() -> None:
    """All of them, none skipped, and without what `conftest.py` needs: a bare machine does not have it."""
    printed = on_pretended_gpu("--noconftest", "-m", "gpu", *MARKED)
    assert re.search(r"^\d\d+ passed(, \d+ deselected)? in ", printed, re.M), printed[-3000:]


def test_the_pretended_gpu_refuses_what_a_gpu_refuses(tmp_path: Path) -> None:
    """Operations over both devices, and NumPy."""
    (tmp_path / "test_mixing.py").write_text(MIXING)
    assert re.search(r"^1 passed", on_pretended_gpu("--noconftest", tmp_path / "test_mixing.py"), re.M)
