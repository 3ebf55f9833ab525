"""A classifier on disk: `classifier.json` says what it is, `weights.safetensors` holds its tensors."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from clime_core.data.stream import write_bytes
from clime_core.errors import DataError, TrainingError
from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.bases.networks import Network, build_network
from clime_core.model.bases.training import TrainingReport

FORMAT = 1
Parts = tuple[
    ClassifierSettings, int, int, NDArray[np.float64], tuple[Network, ...], TrainingReport
]  # the fields of a Classifier


def save(
    folder: Path,
    settings: ClassifierSettings,
    n_categories: int,
    dim: int,
    prior: NDArray[np.float64],
    members: Sequence[Network],
    report: TrainingReport,
) -> None:
    """Write both files. Each appears complete or not at all, the description last."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        f"{number}.{name}": tensor.contiguous()
        for number, member in enumerate(members)
        for name, tensor in member.state_dict().items()
    }
    description = {
        "format": FORMAT,
        "settings": asdict(settings),
        "n_categories": n_categories,
        "dim": dim,
        "prior": prior.tolist(),
        "members": len(members),
        "report": asdict(report),
    }
    write_bytes(folder / "weights.safetensors", save_tensors(tensors))
    write_bytes(folder / "classifier.json", json.dumps(description, indent=1).encode())


def load(folder: Path) -> Parts:
    """Read both files. Raises DataError where one is missing, cut short or does not fit the other."""
    path = folder / "classifier.json"
    try:
        description = json.loads(_read(path))
        if description["format"] != FORMAT:
            raise DataError(f"{path}: format must be {FORMAT}, got {description['format']!r}: train again")
        settings = ClassifierSettings(**tuples(description["settings"]))
        report = TrainingReport(**tuples(description["report"]))
        prior = np.array(description["prior"], dtype=np.float64)
        n_categories, dim, n_members = (int(description[key]) for key in ("n_categories", "dim", "members"))
    except (ValueError, KeyError, TypeError, TrainingError) as problem:
        raise DataError(f"{path}: not the description of a classifier ({problem!r}): save it again") from None
    if prior.shape != (n_categories,):
        raise DataError(f"{path}: prior must have {n_categories} numbers, got shape {prior.shape}")
    tensors = _tensors(folder / "weights.safetensors")
    networks = [build_network(settings, dim, n_categories, torch.Generator()) for _ in range(n_members)]
    for number, network in enumerate(networks):
        _fill(network, tensors, f"{number}.", folder / "weights.safetensors")
    if len(tensors) != sum(len(network.state_dict()) for network in networks):
        raise DataError(f"{path}: members is {n_members}, but the weights are of more: save the classifier again")
    return settings, n_categories, dim, prior, tuple(networks), report


def _tensors(path: Path) -> dict[str, Tensor]:
    try:
        tensors: dict[str, Tensor] = load_tensors(_read(path))
    except SafetensorError as problem:
        raise DataError(f"{path}: not a safetensors file ({problem}): save the classifier again") from None
    return tensors


def _fill(network: Network, tensors: dict[str, Tensor], prefix: str, path: Path) -> None:
    own = {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
    try:
        network.load_state_dict(own)
    except RuntimeError as problem:
        raise DataError(
            f"{path}: its tensors do not fit classifier.json ({problem}): save the classifier again"
        ) from None
    network.requires_grad_(False)


def tuples(fields: dict[str, Any]) -> dict[str, Any]:
    """The same with tuples in the place of JSON's lists."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise DataError(f"{path}: cannot be read ({problem.strerror}): is this a saved classifier?") from None
