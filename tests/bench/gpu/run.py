"""The GPU tests, then each benchmark on the GPU against the CPU, within a limit of time: `make bench-gpu`.

Ends with 0 where all is well, 1 where a test or benchmark failed or both devices disagree, 2 where there is no GPU.
What the limit leaves no time for is skipped and named.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Timer
from time import perf_counter

import torch
from benchmarks import BENCHMARKS
from report import Report, machine_facts

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
MOST_FOR_TESTS = 180.0
LEAST = 5.0
"""Seconds left under which nothing is begun."""

NO_GPU = (
    "torch {version} sees no CUDA device, so there is nothing to measure. Its build is for {build}. Is there a driver "
    "(nvidia-smi), and is this the Python that has the GPU's torch ({python})? With PYTHON=... and WHEELS=folder make "
    "uses another one; CPU_ONLY=1 runs all of this on the CPU, to see that it works."
)


@dataclass
class Clock:
    """How much of the limit is left, in seconds."""

    limit: float
    started: float

    @property
    def left(self) -> float:
        """Until the limit."""
        return self.started + self.limit - perf_counter()


def gpu_tests() -> list[str]:
    """The files that have any; the others may import what a bare machine does not have."""
    files = sorted((ROOT / "tests" / "clime_core").rglob("test_*.py"))
    return [str(path) for path in files if "mark.gpu" in path.read_text(encoding="utf-8")]


def run_tests(report: Report, clock: Clock) -> None:
    """All GPU tests. Other versions of libraries warn of other things: warnings are shown here, not errors."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", "--noconftest", "-p", "no:cacheprovider"]
    command += ["-W", "default", "--durations=5", *gpu_tests()]
    lines = list(_lines(command, min(MOST_FOR_TESTS, clock.left), echo=True))
    summary = lines[-1] if lines else ""
    report.tests = {name: int(count) for count, name in re.findall(r"(\d+) (passed|failed|skipped|errors?)", summary)}
    bad = set(report.tests) & {"failed", "error", "errors"}
    if bad or not report.tests:
        report.problems.append(f"GPU tests: {summary.strip() or 'no summary'}")
    elif report.tests.get("skipped") and not report.cpu_only:
        report.problems.append(f"GPU tests: {report.tests['skipped']} were skipped on a machine with a GPU")


def run_benchmark(name: str, report: Report, clock: Clock, options: list[str]) -> None:
    """One in a process of its own, unless something is missing or the time does not suffice."""
    benchmark = BENCHMARKS[name]
    missing = [package for package in benchmark.needs if find_spec(package) is None]
    if missing:
        report.skipped.append(f"{name}: {', '.join(missing)} not installed")
        return
    needed = LEAST if "--tiny" in options else benchmark.expected
    if clock.left < needed:
        report.skipped.append(f"{name}: takes about {needed:.0f} s, {max(0, clock.left):.0f} s were left")
        return
    command = [sys.executable, "-u", str(HERE / "measure.py"), name, *options]
    ended = False
    for line in _lines(command, clock.left):
        if line.startswith("{"):
            _note(report, json.loads(line))
        elif line.startswith("status "):
            ended = line == "status 0"
    if not ended:
        report.problems.append(f"{name}: failed or was stopped, see above")


def _note(report: Report, found: dict[str, object]) -> None:
    """Keep a timing or an agreement, and print the row when it is complete."""
    if "column" in found:
        report.timings.append(found)
        if found["fell_back"]:
            report.problems.append(f"{found['what']}: the GPU was full, its figure is the CPU's")
        return
    report.agreements.append(found)
    if not float(str(found["difference"])) <= float(str(found["tolerance"])):
        report.problems.append(f"{found['what']}: results differ by {found['difference']}, see its tolerance")
    print_row(report.rows[-1])


def print_row(cells: tuple[str, ...]) -> None:
    """On the terminal."""
    print(f"{cells[0]:62}" + "".join(f"{cell:>11}" for cell in cells[1:]), flush=True)


def _lines(command: list[str], seconds: float, *, echo: bool = False) -> Iterator[str]:
    """What a command prints, and at last `status` with its exit status; it is ended after so many seconds."""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        timer = Timer(max(LEAST, seconds), process.kill)
        timer.start()
        for line in process.stdout or ():
            if echo:
                print(line, end="", flush=True)
            yield line.rstrip("\n")
        status = process.wait()
        timer.cancel()
    if not echo:
        yield f"status {status}"


def main(arguments: list[str]) -> int:
    """All of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"some of {', '.join(BENCHMARKS)}; by default all")
    parser.add_argument("--out", type=Path, default=Path("bench-gpu"), help="folder of the results")
    parser.add_argument("--minutes", type=float, default=8.0, help="limit of all of it")
    parser.add_argument("--cpu-only", action="store_true", help="the CPU in the GPU's place")
    parser.add_argument("--tiny", action="store_true", help="sizes of a test")
    given = parser.parse_args(arguments)
    if unknown := set(given.names) - set(BENCHMARKS):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}: there are {', '.join(BENCHMARKS)}")
    if not given.cpu_only and not torch.cuda.is_available():
        build = f"CUDA {torch.version.cuda}" if torch.version.cuda else "the CPU"
        print(NO_GPU.format(version=torch.__version__, build=build, python=sys.executable), file=sys.stderr)
        return 2
    clock = Clock(60 * given.minutes, perf_counter())
    report = Report(given.cpu_only, machine_facts(given.cpu_only))
    print("; ".join(f"{name} {value}" for name, value in report.machine.items() if value is not None), flush=True)
    options = [option for option, on in (("--tiny", given.tiny), ("--cpu-only", given.cpu_only)) if on]
    try:
        run_tests(report, clock)
        print_row(report.head)
        for name in given.names or BENCHMARKS:
            run_benchmark(name, report, clock, options)
    finally:
        report.seconds = perf_counter() - clock.started
        report.write(given.out)
    for kind, lines in (("problem", report.problems), ("skipped", report.skipped)):
        for line in lines:
            print(f"{kind}: {line}")
    print(f"{report.seconds:.0f} s; the results are in {given.out}")
    return int(bool(report.problems))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
