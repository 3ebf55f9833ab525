"""Where arithmetic runs: on the CPU or a GPU, on how many threads, and what happens when a GPU is full.

Settings name a device, so this module imports torch only where a function needs it.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from clime_core.errors import TrainingError

if TYPE_CHECKING:
    import torch

Device = Literal["auto", "cpu", "cuda"]
Result = TypeVar("Result")

SIGNS_OF_FULL = "out of memory", "ALLOC_FAILED"
"""What errors say where CUDA, or one of its libraries, asks for memory past torch's own allocator."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ran(Generic[Result]):
    """What came out, on which device ("cpu" or "cuda"), and whether a full GPU sent the work to the CPU."""

    result: Result
    device: str
    fell_back: bool = False


def resolve_device(device: Device) -> "torch.device":
    """`auto` is the GPU where there is one, else the CPU. Raises TrainingError for `cuda` without a GPU."""
    import torch

    available = torch.cuda.is_available()
    if device == "cuda" and not available:
        raise TrainingError(
            "device 'cuda' was asked for, but torch sees no CUDA device: use device 'auto' or 'cpu', "
            "or install a torch built for this machine's GPU"
        )
    return torch.device("cuda" if available and device != "cpu" else "cpu")


def is_full(problem: RuntimeError) -> bool:
    """Whether it is an error of a GPU whose memory ran out, be it torch's, CUDA's, cuBLAS's or cuSOLVER's."""
    import torch

    return isinstance(problem, torch.cuda.OutOfMemoryError) or any(sign in str(problem) for sign in SIGNS_OF_FULL)


def run_on(device: "torch.device", work: Callable[["torch.device"], Result]) -> Ran[Result]:
    """Do `work(device)`; where the GPU's memory runs out, log a notice and do it again on the CPU.

    A GPU multiplies matrices in full single precision meanwhile.
    """
    import torch

    try:
        with nullcontext() if device.type == "cpu" else full_precision():
            return Ran(work(device), device.type)
    except RuntimeError as problem:
        if not is_full(problem):
            raise
        log.warning("the GPU is out of memory, going on with the CPU: %s", problem)
    torch.cuda.empty_cache()  # outside the handler, whose traceback keeps the tensors alive
    return Ran(work(torch.device("cpu")), "cpu", fell_back=True)


@contextmanager
def full_precision() -> Iterator[None]:
    """Inside the block no TF32: it keeps 10 of a factor's 23 bits, and NVIDIA's container images switch it on."""
    import torch

    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


@contextmanager
def threads(n: int) -> Iterator[None]:
    """Let torch use `n` CPU threads inside the block and restore the number afterwards.

    More is not always faster: on a busy two-core machine two threads were measured several times slower
    than one, because each parallel step waits for the slowest thread.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        yield
    finally:
        torch.set_num_threads(before)
