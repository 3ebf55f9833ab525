"""Any model of the library sentence-transformers: a folder, or a name on the Hugging Face hub."""

import logging
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clime_core.data.digest import json_digest
from clime_core.data.embeddings import Vectors
from clime_core.errors import DataError
from clime_core.model.device import Device, is_full, resolve_device

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer as Model

BATCH_SIZE = 32
"""Texts in a forward pass."""

log = logging.getLogger(__name__)


class SentenceTransformer:
    """On a GPU it computes in half precision. Where its memory runs out, batches are halved, then the CPU goes on.

    No code that comes with a model is run (`trust_remote_code` stays off).
    """

    def __init__(self, model: str, prefix: str = "", device: Device = "auto") -> None:
        self._name, self._prefix, self._device = model, prefix, device
        self._batch_size = BATCH_SIZE
        self.notes: list[str] = []
        self.identity = f"{model_stamp(model)} {prefix!r}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, dim) float32 as the model gives them. Raises DataError where it cannot be loaded."""
        prefixed = [self._prefix + text for text in texts]
        while True:
            try:
                vectors = self._model.encode(prefixed, batch_size=self._batch_size, show_progress_bar=False)
                return np.asarray(vectors, dtype=np.float32)
            except RuntimeError as problem:
                if self._model.device.type == "cpu" or not is_full(problem):
                    raise
            self._make_smaller()

    def _make_smaller(self) -> None:
        """Half the batch; a single text that does not fit goes to the CPU with all others."""
        import torch

        torch.cuda.empty_cache()
        self._batch_size //= 2
        if not self._batch_size:
            self._batch_size = BATCH_SIZE
            self._model.float().to("cpu")
            self.notes.append(f"the GPU's memory cannot hold {self._name} and one text; the CPU encoded the rest")
        log.warning("the GPU is out of memory, encoding goes on in batches of %d", self._batch_size)

    @cached_property
    def _model(self) -> "Model":
        try:
            from sentence_transformers import SentenceTransformer as Model
        except ImportError as error:
            raise DataError(
                f"the model {self._name} needs sentence-transformers ({error}): pip install 'clime-backend[encoder]'"
            ) from None
        try:
            model = Model(self._name, device="cpu")
        except (OSError, ValueError, KeyError, RuntimeError) as error:  # what the libraries raise for a bad model
            raise DataError(
                f"the model {self._name} cannot be loaded ({error}); give the folder of a model of "
                "sentence-transformers, or its name on the hub"
            ) from None
        return self._placed(model)

    def _placed(self, model: "Model") -> "Model":
        """The model on its device; where a GPU cannot hold it, on the CPU, as a note says."""
        device = resolve_device(self._device)
        if device.type == "cpu":
            return model
        try:
            return model.to(device).half()
        except RuntimeError as problem:
            if not is_full(problem):
                raise
            log.warning("the GPU is out of memory, encoding on the CPU: %s", problem)
        self.notes.append(f"the GPU's memory cannot hold {self._name}; the CPU encoded the texts")
        return model.float().to("cpu")


def model_stamp(model: str) -> str:
    """The name; of a folder also the present state of its files, so that another model there is another identity."""
    folder = Path(model)
    if not folder.is_dir():
        return model
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    states = [(str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return f"{folder.name} {json_digest(states)[:12]}"
