"""An experiment that is stopped, with real processes and signals."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ml_backend.cli.commands import app
from ml_backend.demo.corpus import DemoSizes
from ml_backend.demo.data_folder import write_data_folder

SEEDS = 40


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """An experiment of two workers that would take minutes."""
    folder = tmp_path / "data" / "en-es-demo"
    write_data_folder(folder, sizes=DemoSizes(train=60, pool=40, test=30, text=200, dim=20))
    program = [sys.executable, "-c", "from ml_backend.cli import main; main()", "simulate", "--data", str(folder)]
    options = ["--method", "demo", "--recipes", "clime", "--controls", "none", "--conditions", "base,clime"]
    return [*program, *options, "--minutes", "4", "--jobs", "2", "--out", str(tmp_path / "out")]


@pytest.fixture
def running(command: list[str], tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The experiment under way, with its first record written."""
    started = subprocess.Popen(
        [*command, "--seeds", str(SEEDS)], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    try:
        while not list((tmp_path / "out" / "runs").glob("*.json")):
            assert started.poll() is None, started.communicate()
            time.sleep(0.2)
        yield started
    finally:
        if started.poll() is None:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()


def alive(group: int) -> list[str]:
    """The processes of a group that still run, as /proc describes them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = path.read_text(encoding="utf-8").rsplit(")", 1)
        except OSError:
            continue  # it ended meanwhile
        state, _, its_group = rest.split()[:3]
        if int(its_group) == group and state != "Z":
            found.append(f"{name}) {state}")
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_stopped_experiment_reports_what_is_done_and_goes_on(
    running: subprocess.Popen[str], command: list[str], tmp_path: Path, number: signal.Signals
) -> None:
    """The workers end, report and results say that they are partial; the same command keeps what was done."""
    if number is signal.SIGINT:
        os.killpg(running.pid, number)  # a terminal sends it to all processes
    else:
        running.send_signal(number)
    _, err = running.communicate(timeout=120)
    assert running.returncode == 130, err
    assert "the report is partial" in err
    assert "Traceback" not in err
    end = time.monotonic() + 20
    while alive(running.pid) and time.monotonic() < end:
        time.sleep(0.2)  # joblib's helper that cleans up ends a moment after the command
    assert not alive(running.pid)
    results = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    assert results["partial"] is True
    assert results["planned"] == 2 * SEEDS
    done = len(results["runs"])
    assert 0 < done < 2 * SEEDS
    report = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert f"**Partial: {done} of {2 * SEEDS} runs are done.**" in report
    kept = len(list((tmp_path / "out" / "runs").glob("*.json")))
    assert kept >= done
    line = command[command.index("simulate") :]
    planned = CliRunner().invoke(app, [*line, "--seeds", str(SEEDS), "--plan"], catch_exceptions=False)
    assert f"plan: {2 * SEEDS} runs, {kept} done, {2 * SEEDS - kept} open; about" in planned.stdout
    seed = results["runs"][0]["key"]["seed"]  # of two workers either may be the first
    again = CliRunner().invoke(app, [*line, "--seeds", f"{seed},", "--backend", "sequential"], catch_exceptions=False)
    assert "of 2 runs were done before" in again.stdout
    assert "Partial" not in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
