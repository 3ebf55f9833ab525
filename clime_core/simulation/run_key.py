"""What one run is: its key, the digest that names its file, and the version of the code that computes it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from clime_core.round.campaign_round import RoundSettings
from clime_core.scheduling.policies import policy_of
from clime_core.simulation.annotator import Habits
from clime_core.simulation.condition import CONDITIONS, Condition, Effort

CORE = Path(__file__).parent.parent
COMPUTING = ("data", "evaluation", "model", "round", "scheduling")
COMPUTING_HERE = (
    "annotator.py", "annotator_knowledge.py", "campaign.py", "condition.py", "confident_labels.py", "controls.py",
    "data_folder.py", "generator.py", "score.py", "work.py",
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
    budget: Effort
    seed: int

    @property
    def place(self) -> str:
        """The setting with its vectors, as tables and plots name it."""
        return f"{self.setting} {self.method.upper()}"

    def as_json(self) -> dict[str, Any]:
        """Plain values: the condition by its name, and its policy with all of that one's values."""
        policy = self.condition.policy
        own = {"condition": self.condition.name, "policy": None if policy is None else policy.as_json()}
        return {**vars(self), **own, "budget": asdict(self.budget)}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "RunKey":
        """What `as_json` gave. Raises KeyError, TypeError, ValueError or CampaignError for anything else."""
        own = dict(fields)
        name, policy = own["condition"], own.pop("policy")
        made = Condition(name, None if policy is None else policy_of(policy), name)
        return cls(**{**own, "condition": CONDITIONS.get(name, made), "budget": Effort(**own["budget"])})

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
    everything = {"key": key.as_json(), "circumstances": asdict(circumstances), "code": code}
    return hashlib.sha256(json.dumps(everything, sort_keys=True).encode()).hexdigest()[:20]


def versions() -> Mapping[str, str]:
    """Versions of the packages that compute; `unknown` where one is not installed as such."""
    return {name: _version(name) for name in PACKAGES}


@lru_cache(maxsize=1)
def code_version() -> str:
    """The packages' versions and a digest of every module that has part in a result."""
    found = [path for part in COMPUTING for path in sorted((CORE / part).rglob("*.py"))]
    found += [CORE / "simulation" / name for name in COMPUTING_HERE]
    sources = hashlib.sha256(b"\0".join(path.read_bytes() for path in found)).hexdigest()[:12]
    return " ".join((*(f"{name} {number}" for name, number in versions().items()), f"sources {sources}"))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
