"""What happens when a GPU is full. No GPU is needed: a stand-in for the model runs out of memory as told."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from clime_core.encoders import sentence_transformer
from clime_core.encoders.sentence_transformer import BATCH_SIZE, SentenceTransformer


class FullGpu:
    """A model on a GPU that holds `room` texts at once; on the CPU it holds all."""

    def __init__(self, room: int) -> None:
        self.room, self.batches, self.halves = room, list[int](), True
        self.device = SimpleNamespace(type="cuda")

    def encode(self, texts: Sequence[str], batch_size: int, show_progress_bar: bool) -> Any:
        """The lengths of the texts."""
        assert not show_progress_bar
        self.batches.append(batch_size)
        if self.device.type == "cuda" and batch_size > self.room:
            raise torch.cuda.OutOfMemoryError
        return np.array([[len(text)] for text in texts], dtype=np.float16 if self.halves else np.float32)

    def float(self) -> "FullGpu":
        """Whole precision."""
        self.halves = False
        return self

    def half(self) -> "FullGpu":
        """Half precision."""
        self.halves = True
        return self

    def to(self, device: str | torch.device) -> "FullGpu":
        """Move it; a GPU without any room does not take it."""
        place = torch.device(device)
        if place.type == "cuda" and not self.room:
            raise RuntimeError("CUDA error: out of memory")
        self.device = SimpleNamespace(type=place.type)
        return self


def encoder_on(model: FullGpu) -> SentenceTransformer:
    """An encoder with this model already loaded."""
    encoder = SentenceTransformer("a model")
    encoder.__dict__["_model"] = model
    return encoder


def test_batches_are_halved_until_they_fit() -> None:
    """And stay so for the next texts."""
    model = FullGpu(room=8)
    encoder = encoder_on(model)
    assert encoder.encode(["a", "bb"]).tolist() == [[1], [2]]
    encoder.encode(["c"])
    assert model.batches == [BATCH_SIZE, 16, 8, 8]
    assert not encoder.notes


def test_the_cpu_goes_on_where_one_text_does_not_fit() -> None:
    """In whole precision, and it is said."""
    model = FullGpu(room=0)
    encoder = encoder_on(model)
    found = encoder.encode(["a", "bb"])
    assert found.tolist() == [[1], [2]]
    assert found.dtype == np.float32
    assert (model.device.type, model.halves) == ("cpu", False)
    assert encoder.notes == ["the GPU's memory cannot hold a model and one text; the CPU encoded the rest"]


@pytest.mark.parametrize(("room", "place", "halves"), [(8, "cuda", True), (0, "cpu", False)])
def test_a_model_that_the_gpu_cannot_hold_stays_on_the_cpu(
    monkeypatch: pytest.MonkeyPatch, room: int, place: str, halves: bool
) -> None:
    """Where others filled the GPU: in whole precision, and it is said."""
    monkeypatch.setattr(sentence_transformer, "resolve_device", lambda _: torch.device("cuda"))
    model, encoder = FullGpu(room), SentenceTransformer("a model")
    model.to("cpu").float()
    placed: object = encoder._placed(model)  # type: ignore[arg-type]  # it stands in for a model
    assert placed is model
    assert (model.device.type, model.halves) == (place, halves)
    assert encoder.notes == ([] if room else ["the GPU's memory cannot hold a model; the CPU encoded the texts"])


def test_a_full_cpu_is_an_error() -> None:
    """There is nowhere else to go."""
    model = FullGpu(room=0)
    encoder = encoder_on(model)
    encoder.encode(["a"])
    model.encode = lambda *_, **__: (_ for _ in ()).throw(torch.cuda.OutOfMemoryError)  # type: ignore[method-assign]
    with pytest.raises(torch.cuda.OutOfMemoryError):
        encoder.encode(["a"])
