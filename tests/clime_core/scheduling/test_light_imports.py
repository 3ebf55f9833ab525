"""Commands that only name a policy or count minutes start without the packages that train and test models."""

import subprocess
import sys

LIGHT = ("policies", "budget", "cost", "ledger", "replay", "schedule")
HEAVY = ("scipy.stats", "sklearn", "torch")


def test_the_scheduler_loads_no_heavy_package() -> None:
    """Importing the scheduler loads neither scipy.stats nor scikit-learn nor torch."""
    imports = ", ".join(f"clime_core.scheduling.{name}" for name in LIGHT)
    code = f"import sys, {imports}; print([name for name in {HEAVY} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
