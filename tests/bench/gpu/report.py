"""What a run of the GPU benchmarks found: a table on the terminal, and a folder with JSON and Markdown."""

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from clime_core.simulation.report.markdown import table

PACKAGES = ("torch", "numpy", "scikit-learn", "transformers", "sentence-transformers")
HEAD = ("what", "CPU s", "GPU s", "times", "first s", "GPU MiB", "apart", "at most")
NOTE = (
    "Medians. times: CPU / GPU. first: the first run on the GPU, with all that is loaded then. apart: how far the "
    "results of both are from each other, and at most how far they may be. Encoding and fine-tuning on the CPU are "
    "extrapolated from fewer texts."
)


@dataclass
class Report:
    """What is known so far.

    machine, tests: facts by name. timings, agreements: as `measure.py` prints them. problems, skipped: lines to read.
    """

    cpu_only: bool
    machine: dict[str, Any]
    tests: dict[str, int] = field(default_factory=dict)
    timings: list[dict[str, Any]] = field(default_factory=list)
    agreements: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Cells of the table, a row for each case that was begun."""
        return [self._row(what) for what in dict.fromkeys(timing["what"] for timing in self.timings)]

    def _row(self, what: str) -> tuple[str, ...]:
        by_column = {timing["column"]: timing for timing in self.timings if timing["what"] == what}
        gpu, cpu = by_column.get("gpu"), by_column.get("cpu")
        apart = next((each for each in self.agreements if each["what"] == what), None)
        return (
            what,
            f"{cpu['seconds']:.3g}" if cpu else "-",
            f"{gpu['seconds']:.3g}" if gpu else "-",
            f"{cpu['seconds'] / gpu['seconds']:.1f}" if cpu and gpu else "-",
            f"{gpu['first']:.3g}" if gpu else "-",
            f"{gpu['peak_mib']:.0f}" if gpu and not self.cpu_only else "-",
            f"{apart['difference']:.1e}" if apart else "-",
            f"{apart['tolerance']:g}" if apart else "-",
        )

    @property
    def head(self) -> tuple[str, ...]:
        """Of the table; without a GPU its column is the CPU's second measurement."""
        return tuple("again s" if name == "GPU s" else name for name in HEAD) if self.cpu_only else HEAD

    def markdown(self) -> str:
        """The whole report."""
        machine = "; ".join(f"{name} {value}" for name, value in self.machine.items() if value is not None)
        tests = ", ".join(f"{count} {outcome}" for outcome, count in self.tests.items()) or "not run"
        title = "# CPU alone: this shows that the benchmark runs, no GPU was used" if self.cpu_only else "# GPU and CPU"
        lines = [title, "", f"{machine}.", "", f"GPU tests: {tests}.", "", table(self.head, self.rows), "", NOTE]
        for name, found in (("Problems", self.problems), ("Skipped", self.skipped)):
            lines += ["", f"{name}:", "", *(f"- {line}" for line in found)] if found else []
        return "\n".join([*lines, "", f"{self.seconds:.0f} s in all.", ""])

    def write(self, folder: Path) -> None:
        """Both files."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "bench-gpu.json").write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        (folder / "bench-gpu.md").write_text(self.markdown(), encoding="utf-8")


def machine_facts(cpu_only: bool) -> dict[str, Any]:
    """What the figures depend on."""
    facts: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="minutes"), "commit": _commit()}
    if not cpu_only:
        gpu = torch.cuda.get_device_properties(0)
        facts |= {"GPU": gpu.name, "GPU memory MiB": gpu.total_memory // 2**20, "CUDA": torch.version.cuda}
    facts |= {"CPU": _processor(), "cores": os.cpu_count(), "Python": platform.python_version()}
    return facts | {name: _version(name) for name in PACKAGES}


def _commit() -> str | None:
    """None where this is no clone."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    try:
        done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def _processor() -> str:
    """Its name, as Linux gives it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
