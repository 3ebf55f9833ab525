"""Where arithmetic runs: on the CPU or a GPU, on how many threads, and what happens when a GPU is full.

Settings name a device, so this module imports torch only where a function needs it.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from clime_core.errors import TrainingError

if TYPE_CHECKING:
    import torch

Device = Literal["auto", "cpu", "cuda"]
Result = TypeVar("Result")

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


def run_on(device: "torch.device", work: Callable[["torch.device"], Result]) -> Ran[Result]:
    """Do `work(device)`; where the GPU's memory runs out, log a notice and do it again on the CPU."""
    import torch

    try:
        return Ran(work(device), device.type)
    except torch.cuda.OutOfMemoryError as full:
        log.warning("the GPU is out of memory, going on with the CPU: %s", full)
    torch.cuda.empty_cache()  # outside the handler, whose traceback keeps the tensors alive
    return Ran(work(torch.device("cpu")), "cpu", fell_back=True)


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
