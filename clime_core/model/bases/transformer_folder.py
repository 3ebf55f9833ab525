"""Fine-tuned models in memory or on disk, where unchanged files are shared by all folders that hold them.

A folder has `classifier.json`, `weights.safetensors` with all members, `tokenizer/`, and `predictions.safetensors`.
"""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from clime_core.data.stream import draft_of
from clime_core.errors import DataError
from clime_core.model.bases.pretrained import Model, Tokenizer, model_of

DESCRIPTION, TENSORS, TOKENIZER = "classifier.json", "weights.safetensors", "tokenizer"

LOADING = Lock()
"""Held while weights are read: requests that come at once must not each read a gigabyte."""


class Members(Protocol):
    """The fine-tuned models of a base, with their tokenizer."""

    @property
    def config(self) -> Mapping[str, Any]:
        """What describes the architecture of each, for transformers."""

    @property
    def tokenizer(self) -> Tokenizer:
        """The one of all."""

    def models(self) -> Sequence[Model]:
        """The models, on the CPU, in evaluation mode."""

    def save(self, folder: Path) -> None:
        """Put weights and tokenizer into the folder, which exists."""


@dataclass(frozen=True, eq=False)
class TrainedMembers:
    """Models just trained."""

    trained: Sequence[Model]
    tokenizer: Tokenizer

    @property
    def config(self) -> Mapping[str, Any]:
        """That of the first."""
        described: Mapping[str, Any] = json.loads(self.trained[0].config.to_json_string(use_diff=False))
        return described

    def models(self) -> Sequence[Model]:
        """The models themselves."""
        return self.trained

    def save(self, folder: Path) -> None:
        """Write both; the weights appear complete or not at all."""
        self.tokenizer.save(folder / TOKENIZER)
        tensors = {
            f"{number}.{name}": tensor.contiguous()
            for number, model in enumerate(self.trained)
            for name, tensor in model.state_dict().items()
        }
        draft = draft_of(folder / TENSORS)
        try:
            save_file(tensors, draft)
            draft.replace(folder / TENSORS)
        finally:
            draft.unlink(missing_ok=True)


@dataclass(frozen=True, eq=False)
class SavedMembers:
    """Models in a folder, read when they are first asked for, once for all folders that share the file."""

    folder: Path
    config: Mapping[str, Any]
    n_members: int
    max_length: int

    @classmethod
    def of(cls, folder: Path, config: Mapping[str, Any], n_members: int, max_length: int) -> "SavedMembers":
        """Look at the files without reading the weights. Raises DataError where one is missing or cut short."""
        path = folder / TENSORS
        try:
            with safe_open(path, "pt") as opened:
                numbers = {name.partition(".")[0] for name in opened.keys()}  # noqa: SIM118  # no mapping
        except (OSError, SafetensorError) as problem:
            raise DataError(f"{path}: not the weights of a classifier ({problem}): save it again") from None
        if numbers != {str(number) for number in range(n_members)}:
            raise DataError(f"{path}: must hold {n_members} members, got {sorted(numbers)}: save the classifier again")
        return cls(folder, config, n_members, max_length)

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """Read when it is first asked for."""
        return Tokenizer.of(self.folder / TOKENIZER, self.max_length)

    def models(self) -> Sequence[Model]:
        """Read once. Raises DataError where the weights are gone or do not fit the description."""
        path = self.folder / TENSORS
        try:
            about = path.stat()
        except OSError as problem:
            raise DataError(f"{path}: cannot be read ({problem.strerror}): save the classifier again") from None
        with LOADING:
            return _read(_Weights((about.st_dev, about.st_ino, about.st_mtime_ns), path, self.config, self.n_members))

    def save(self, folder: Path) -> None:
        """Share the files with the folder by hard links; copies where the file system has none."""
        for path in (self.folder / TENSORS, *(self.folder / TOKENIZER).rglob("*")):
            if path.is_file():
                _share(path, folder / path.relative_to(self.folder))


@dataclass(frozen=True)
class _Weights:
    """A file of weights by what it is, not by its name: hard links are one file."""

    identity: tuple[int, int, int]
    path: Path = field(compare=False)
    config: Mapping[str, Any] = field(compare=False)
    n_members: int = field(compare=False)


@lru_cache(maxsize=1)
def _read(weights: _Weights) -> Sequence[Model]:
    models = []
    try:
        with safe_open(weights.path, "pt") as opened:
            for number in range(weights.n_members):
                model, prefix = model_of(weights.config), f"{number}."
                names = [name for name in opened.keys() if name.startswith(prefix)]  # noqa: SIM118  # no mapping
                model.load_state_dict({name.removeprefix(prefix): opened.get_tensor(name) for name in names})
                models.append(model.requires_grad_(False))
    except (OSError, SafetensorError, RuntimeError, ValueError, KeyError) as problem:
        raise DataError(
            f"{weights.path}: its tensors do not fit {DESCRIPTION} ({problem}): save the classifier again"
        ) from None
    return models


def _share(path: Path, place: Path) -> None:
    if place.exists() and place.samefile(path):
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_of(place)
    try:
        os.link(path, draft)
    except OSError:
        shutil.copyfile(path, draft)
    draft.replace(place)
