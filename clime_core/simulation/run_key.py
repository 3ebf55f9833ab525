"""The key of a run, the digest that names its file, and the version of the code that computes it."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from clime_core.data.digest import json_digest
from clime_core.encoders.sentence_transformer import model_stamp
from clime_core.round.campaign_round import RoundSettings
from clime_core.scheduling.policies import policy_of
from clime_core.simulation.annotator import Habits
from clime_core.simulation.condition import CONDITIONS, Condition, Effort
from clime_core.simulation.data_folder import place_of

CORE = Path(__file__).parent.parent

NO_PART_IN_RESULTS = {
    "alignment": "aligned vectors are data, and data have a digest of their own",
    "errors.py": "texts for people",
    "plot_style.py": "plots",
    "progress.py": "reports and times the steps of a computation",
    "simulation/known_words.py": "describes the data",
    "simulation/plan.py": "counts runs",
    "simulation/backends.py": "where runs are computed",
    "simulation/recipes.py": "names of settings, which are in the digest themselves",
    "simulation/report": "reads finished runs",
    "simulation/run_key.py": "names the files of runs",
    "simulation/run_record.py": "reads and writes the files of runs",
}
"""Modules and folders of the package that cannot change the result of a run, each with the reason.

All others are in the digest of the code, so that a new or moved module is never left out by mistake.
"""

PACKAGES = ("clime-backend", "numpy", "scipy", "scikit-learn", "torch")
"""Distributions that compute; the first is this project's own."""


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
        return place_of(self.setting, self.method)

    def as_json(self) -> dict[str, Any]:
        """Plain values: the condition by its name, and its policy with all values."""
        policy = self.condition.policy
        condition = {"condition": self.condition.name, "policy": None if policy is None else policy.as_json()}
        return {**vars(self), **condition, "budget": asdict(self.budget)}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "RunKey":
        """What `as_json` gave. Raises KeyError, TypeError, ValueError or CampaignError for anything else."""
        values = dict(fields)
        name, policy = values["condition"], values.pop("policy")
        condition = CONDITIONS.get(name, Condition(name, None if policy is None else policy_of(policy), name))
        return cls(**{**values, "condition": condition, "budget": Effort(**values["budget"])})

    def __str__(self) -> str:
        """All parts, for people."""
        control = "" if self.control == "none" else f" {self.control}"
        return f"{self.place}, {self.recipe}, {self.condition}{control}, {self.budget}, seed {self.seed}"


@dataclass(frozen=True)
class Circumstances:
    """All else that a run depends on: settings of the round, the annotator, the pool's shares, the data."""

    settings: RoundSettings
    habits: Habits
    shares: tuple[float, ...] | None
    data: str


def digest(key: RunKey, circumstances: Circumstances, code: str) -> str:
    """Twenty hexadecimal digits that change with anything that could change the result."""
    everything = {"key": key.as_json(), "circumstances": asdict(circumstances), "code": code}
    tuning = circumstances.settings.classifier.transformer
    if tuning is not None:
        everything["model"] = [model_stamp(tuning.model), _version("transformers")]
    return json_digest(everything, sort_keys=True)[:20]


def versions() -> Mapping[str, str]:
    """Versions of the packages that compute; `unknown` where one is not installed as such."""
    return {name: _version(name) for name in PACKAGES}


@lru_cache(maxsize=1)
def code_version() -> str:
    """The packages' versions and a digest of every module that has part in a result."""
    sources = hashlib.sha256(b"\0".join(path.read_bytes() for path in computing_modules())).hexdigest()[:12]
    return " ".join((*(f"{name} {number}" for name, number in versions().items()), f"sources {sources}"))


def computing_modules() -> list[Path]:
    """The files of all modules that could change the result of a run, sorted."""
    excluded = [CORE / name for name in NO_PART_IN_RESULTS]
    return [path for path in sorted(CORE.rglob("*.py")) if not any(path.is_relative_to(part) for part in excluded)]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
