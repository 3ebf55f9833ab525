"""What one run is: its key, the digest that names its file, and the version of the code that computes it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from clime_core.laboratory.annotator import Habits
from clime_core.laboratory.condition import Budget, Condition
from clime_core.round.campaign_round import RoundSettings

CORE = Path(__file__).parent.parent
COMPUTING = ("data", "model", "policy", "round")
COMPUTING_HERE = (
    "annotator.py", "annotator_knowledge.py", "campaign.py", "condition.py", "confident.py", "controls.py",
    "desk.py", "generator.py", "score.py", "setting.py",
)  # fmt: skip
PACKAGES = ("clime", "numpy", "scipy", "scikit-learn", "torch")


@dataclass(frozen=True)
class RunKey:
    """One cell of the grid: setting (folder and method), recipe, condition, control, budget, seed."""

    setting: str
    method: str
    recipe: str
    condition: Condition
    control: str
    budget: Budget
    seed: int

    @property
    def place(self) -> str:
        """The setting with its vectors, as tables and plots name it."""
        return f"{self.setting} {self.method.upper()}"

    def __str__(self) -> str:
        """For people."""
        control = "" if self.control == "none" else f" {self.control}"
        return f"{self.place}, {self.recipe}, {self.condition}{control}, {self.budget}, seed {self.seed}"


@dataclass(frozen=True)
class Circumstances:
    """What a run depends on beside its key: settings of the round, the annotator, the pool's shares, the data."""

    settings: RoundSettings
    habits: Habits
    shares: tuple[float, ...] | None
    data: str


def digest(key: RunKey, circumstances: Circumstances, code: str) -> str:
    """Twenty hexadecimal digits that change with anything that could change the result."""
    everything = {"key": asdict(key), "circumstances": asdict(circumstances), "code": code}
    return hashlib.sha256(json.dumps(everything, sort_keys=True).encode()).hexdigest()[:20]


def versions() -> Mapping[str, str]:
    """Versions of the packages that compute; `unknown` where one is not installed as such."""
    return {name: _version(name) for name in PACKAGES}


@lru_cache(maxsize=1)
def code_version() -> str:
    """The packages' versions and a digest of every module that has part in a result."""
    found = [path for part in COMPUTING for path in sorted((CORE / part).rglob("*.py"))]
    found += [CORE / "laboratory" / name for name in COMPUTING_HERE]
    sources = hashlib.sha256(b"\0".join(path.read_bytes() for path in found)).hexdigest()[:12]
    return " ".join((*(f"{name} {number}" for name, number in versions().items()), f"sources {sources}"))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
