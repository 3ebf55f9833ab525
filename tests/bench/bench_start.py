"""CPU seconds (user and system) until a command that needs no tensors has ended, against a bar of 0.6."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
REPEATS = 5
MAX_SECONDS = 0.6
COMMANDS = (
    "--help",
    "--version",
    "health",
    "password",
    "doctor no-such-campaign.toml",
    "decisions no-such-campaign",
    "extend no-such-campaign --minutes 1",
    "pause no-such-campaign",
    "resume no-such-campaign",
    "rollback no-such-campaign 1",
)


def cpu_seconds(command: str, folder: str) -> float:
    """What one run takes. Nothing listens at the address of `health`, and no campaign exists."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "CLIME_DATA_DIR": folder, "CLIME_PORT": "1"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", "from ml_backend.cli import main; main()", *command.split()],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if "Traceback" in done.stderr:
        raise RuntimeError(f"clime {command} did not do its work: {done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> int:
    """Print one table; the median of five is judged. The first run makes the store and is not counted."""
    print(f"{'clime ...':40}{'median':>8}{'longest':>9}      bar")
    with tempfile.TemporaryDirectory() as folder:
        for command in COMMANDS:
            cpu_seconds(command, folder)
            seconds = [cpu_seconds(command, folder) for _ in range(REPEATS)]
            median = statistics.median(seconds)
            verdict = "pass" if median < MAX_SECONDS else "FAIL"
            print(f"{command:40}{median:8.2f}{max(seconds):9.2f} s  {MAX_SECONDS:g} {verdict}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
