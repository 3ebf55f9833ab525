"""One simulated campaign of 60 minutes on real data, a round after about every task, with the CNN.

The data folder `en-ti-news` in the folder that CLIME_TEST_DATA names (docs/laboratory.md). Everything counts: reading,
the first round with its training, 90 sessions. One thread does the rounds, as a worker of an experiment does; the
seconds of the processor are shown beside those of the clock, which other work on the machine makes longer.
"""

import os
import tempfile
import time
from pathlib import Path

from threadpoolctl import threadpool_limits

from clime_core.model.device import threads
from clime_core.simulation.annotator import Habits
from clime_core.simulation.campaign import Start, simulate
from clime_core.simulation.condition import Effort, policy_conditions
from clime_core.simulation.controls import CONTROLS
from clime_core.simulation.data_folder import SettingFiles, read_setting
from clime_core.simulation.recipes import RECIPES

DATA = Path(os.environ.get("CLIME_TEST_DATA", "no-such-folder")) / "en-ti-news"
MINUTES, SESSIONS, KEYWORDS, BAR = 60.0, 90, 20, 180.0


def main() -> None:
    """Print one table."""
    if not DATA.is_dir():
        print("skipped: no real data: CLIME_TEST_DATA=/a/folder/of/data/folders")
        return
    budget = Effort(minutes=MINUTES, sessions=SESSIONS)
    print(f"{'what, s':44}{'clock':>9}{'processor':>11}{'bar':>7}")
    with tempfile.TemporaryDirectory() as cache, threadpool_limits(1), threads(1):
        began = before = (time.perf_counter(), time.process_time())
        setting = read_setting(SettingFiles(DATA, "cca"), Path(cache))
        start = Start.of(setting, RECIPES["clime"], 0, KEYWORDS, (0.7, 0.3))
        before = _line("reading and the first round", before)
        for condition in policy_conditions(["share", "roi"]):
            run = simulate(start, condition, CONTROLS["none"], budget, Habits())
            rounds = sum(point.seconds > 0 for point in run.points[1:])
            before = _line(f"{MINUTES:g} minutes by {condition}, {rounds} rounds", before)
            if condition.name == "share":
                _line("all of it for one campaign", began, BAR)


def _line(what: str, since: tuple[float, float], bar: float | None = None) -> tuple[float, float]:
    """A row; the time by then."""
    now = (time.perf_counter(), time.process_time())
    clock, processor = (later - earlier for later, earlier in zip(now, since, strict=True))
    verdict = f"{'-':>7}" if bar is None else f"{bar:7.0f} {'pass' if clock < bar else 'FAIL'}"
    print(f"{what:44}{clock:9.1f}{processor:11.1f}{verdict}")
    return now


if __name__ == "__main__":
    main()
