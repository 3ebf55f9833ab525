"""Measures benchmarks on both devices and prints what it found, one JSON object a line.

`run.py` gives each a process of its own: after an error of CUDA a process can use the GPU no more, and one that hangs
is ended.
"""

import argparse
import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter
from typing import Any

import torch
from benchmarks import BENCHMARKS
from case import PAPER, TINY, Case, Sizes

from clime_core.model.device import Device, threads

REPEATS, ENOUGH = 5, 12.0
"""Runs after the first, and the seconds after which no other run begins."""


@dataclass(frozen=True)
class Timing:
    """A case on one device.

    column: "gpu" or "cpu". seconds: the median of the runs after the first, extrapolated to all units; of the first,
    where it took too long for a second one. first: of the first run, with all that is loaded then. peak_mib: the most
    memory of the GPU. fell_back: the GPU was full, and the CPU did the work.
    """

    what: str
    column: str
    device: Device
    seconds: float
    first: float
    runs: int
    units: int
    threads: int
    peak_mib: float
    fell_back: bool


@dataclass(frozen=True)
class Agreement:
    """How far the results of both devices are apart, and how far they may be."""

    what: str
    difference: float
    tolerance: float


class Notices(logging.Handler):
    """Hears that a GPU was full."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.full = False

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what it was about."""
        self.full |= "out of memory" in record.getMessage()


def timed(device: Device, work: Callable[[], Any]) -> tuple[Any, float]:
    """The result, and the seconds until the device has done all of it."""
    _finish(device)
    started = perf_counter()
    result = work()
    _finish(device)
    return result, perf_counter() - started


def _finish(device: Device) -> None:
    if device == "cuda":
        torch.cuda.synchronize()


def measure(case: Case, column: str, device: Device, notices: Notices) -> tuple[Any, Timing]:
    """The result of the part that both devices do, and the timing of the device's whole work."""
    notices.full = False
    units = case.units if device == "cuda" else case.part
    result, first = timed(device, lambda: case.run(device, case.part))
    taken = [_seconds(case, result, first)] if first > ENOUGH and units == case.part else []
    started = perf_counter()
    while not taken or (len(taken) < REPEATS and first <= ENOUGH and perf_counter() - started < ENOUGH):
        found, seconds = timed(device, lambda: case.run(device, units))
        taken.append(_seconds(case, found, seconds))
    peak = torch.cuda.max_memory_allocated() / 2**20 if device == "cuda" else 0.0
    used = case.cpu_threads if device == "cpu" else 0
    scaled = median(taken) * case.units / units
    return result, Timing(case.what, column, device, scaled, first, len(taken), units, used, peak, notices.full)


def _seconds(case: Case, result: Any, whole: float) -> float:
    return whole if case.seconds_of is None else case.seconds_of(result)


def run(name: str, sizes: Sizes, columns: dict[str, Device], emit: Callable[[Timing | Agreement], None]) -> None:
    """Measure all cases of a benchmark, first on the GPU."""
    notices = Notices()
    logging.getLogger("clime_core").addHandler(notices)
    for case in BENCHMARKS[name].cases(sizes):
        results = []
        for column, device in columns.items():
            if device == "cuda":
                torch.cuda.reset_peak_memory_stats()
            with threads(case.cpu_threads):
                result, timing = measure(case, column, device, notices)
            results.append(result)
            emit(timing)
        emit(Agreement(case.what, case.difference(*results), case.tolerance))


def main() -> None:
    """Measure the benchmarks that are named, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+", choices=BENCHMARKS)
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--cpu-only", action="store_true")
    given = parser.parse_args()
    columns: dict[str, Device] = {"gpu": "cpu" if given.cpu_only else "cuda", "cpu": "cpu"}
    for name in given.names:
        run(name, TINY if given.tiny else PAPER, columns, lambda found: print(json.dumps(asdict(found)), flush=True))


if __name__ == "__main__":
    main()
