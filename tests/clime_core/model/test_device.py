"""Tests of the choice of a device, of the way back from a full GPU, and of thread counts."""

import logging
import subprocess
import sys

import pytest
import torch

from clime_core.errors import TrainingError
from clime_core.model.device import Ran, resolve_device, run_on, threads


def test_cpu_is_always_there() -> None:
    """`cpu` is the CPU, GPU or not."""
    assert resolve_device("cpu") == torch.device("cpu")


def test_auto_takes_the_gpu_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """`auto` follows what torch sees."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert resolve_device("auto").type == "cuda"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert resolve_device("auto").type == "cpu"


def test_cuda_without_a_gpu_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking for a GPU that is not there is an error that names the way out."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(TrainingError, match="'auto' or 'cpu'"):
        resolve_device("cuda")


def test_a_full_gpu_hands_over_to_the_cpu(caplog: pytest.LogCaptureFixture) -> None:
    """Out of memory on the GPU, the work is done again on the CPU, and it is said."""

    def work(place: torch.device) -> str:
        if place.type == "cuda":
            raise torch.cuda.OutOfMemoryError("tried to allocate too much")
        return place.type

    with caplog.at_level(logging.WARNING):
        assert run_on(torch.device("cuda"), work) == Ran("cpu", "cpu", fell_back=True)
    assert "out of memory" in caplog.text


@pytest.mark.parametrize(
    "message",
    [
        "CUDA error: out of memory",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "cusolver error: CUSOLVER_STATUS_ALLOC_FAILED, when calling `cusolverDnCreate(handle)`",
    ],
)
def test_a_gpu_that_others_filled_hands_over_to_the_cpu(message: str) -> None:
    """CUDA and its libraries allocate past torch, whose own error then does not come."""

    def work(place: torch.device) -> str:
        if place.type == "cuda":
            raise RuntimeError(message)
        return place.type

    assert run_on(torch.device("cuda"), work) == Ran("cpu", "cpu", fell_back=True)


def test_a_gpu_multiplies_in_full_precision() -> None:
    """Also where TF32 was switched on, which is left as it was; on the CPU nothing is changed."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    try:
        found = [
            run_on(torch.device(d), lambda _: torch.get_float32_matmul_precision()).result for d in ("cuda", "cpu")
        ]
        assert (found, torch.get_float32_matmul_precision()) == (["highest", "high"], "high")
    finally:
        torch.set_float32_matmul_precision(before)


def test_other_errors_are_not_hidden() -> None:
    """Only a lack of GPU memory leads to a second try."""

    def work(place: torch.device) -> None:
        raise RuntimeError(f"broken on {place}")

    with pytest.raises(RuntimeError, match="broken on cuda"):
        run_on(torch.device("cuda"), work)


def test_threads_are_restored_even_after_an_error() -> None:
    """Inside the block the number is the one asked for, afterwards the old one."""
    before = torch.get_num_threads()

    def fail_inside() -> None:
        with threads(before + 1):
            assert torch.get_num_threads() == before + 1
            raise KeyError

    with pytest.raises(KeyError):
        fail_inside()
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    "module",
    [
        "model.device",
        "model.bases.classifier_settings",
        "model.predictor.predictor_settings",
        "model.refinement.refine_settings",
        "model.selection.selection",
        "model.words.salience_form",
        "evaluation.gain",
        "round.round_settings",
    ],
)
def test_settings_are_read_without_heavy_libraries(module: str) -> None:
    """A command that only reads settings starts without torch, scikit-learn, scipy and the like."""
    heavy = {"torch", "sklearn", "scipy", "pyarrow", "matplotlib", "safetensors"}
    code = f"import sys, clime_core.{module}; print(*sorted({heavy!r} & sys.modules.keys()))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""
