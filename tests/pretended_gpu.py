"""A pytest plugin (`-p tests.pretended_gpu`) that lets the GPU tests run without a GPU.

Its tensors lie on a device of their own. Each holds a tensor on the CPU, which does the arithmetic. As with a real GPU,
an operation with tensors of both devices is refused, NumPy cannot read the memory, and matrix products are rounded in
another way. What it cannot show is what only CUDA does: its kernels, its memory and its speed.
"""

from functools import partial
from typing import Any

import pytest
import torch
from torch.utils._device import _device_constructors
from torch.utils._pytree import tree_map, tree_map_only
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

from clime_core.model import device

NAME = "pretended"
aten = torch.ops.aten
COPIES = {aten.copy_.default, aten._to_copy.default}
INDEXING = {aten.index.Tensor, aten.index_put_.default}
PRODUCTS = {aten.mm.default, aten.addmm.default, aten._sparse_addmm.default}


class _Module:
    """What torch asks a device's module for."""

    def is_initialized(self) -> bool:
        """It needs no start."""
        return True

    def is_available(self) -> bool:
        """It is always there."""
        return True

    def current_device(self) -> int:
        """The only one."""
        return 0

    def device_count(self) -> int:
        """It is one."""
        return 1

    def manual_seed_all(self, seed: int) -> None:
        """The generator is the CPU's."""

    def _is_in_bad_fork(self) -> bool:
        return False

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        """Half precision, as it is called."""
        return [torch.bfloat16]


_setup_privateuseone_for_python_backend(NAME, backend_module=_Module())
_all, _ranges = torch.library.Library("_", "IMPL"), torch.library.Library("aten", "IMPL")  # type: ignore[no-untyped-call]


class OnPretendedGpu(torch.Tensor):
    """A tensor of the pretended GPU; it holds the one on the CPU."""

    held: torch.Tensor

    @staticmethod
    def __new__(cls, held: torch.Tensor) -> "OnPretendedGpu":
        """As large as the tensor that it holds, and laid out like it."""
        layout = {"layout": held.layout} if held.is_sparse else {"strides": held.stride()}
        made: OnPretendedGpu = torch.Tensor._make_wrapper_subclass(
            cls, held.shape, dtype=held.dtype, device=torch.device(NAME, 0), **layout
        )
        made.held = held
        return made

    @property
    def is_cuda(self) -> bool:  # type: ignore[override]
        """Code that asks takes the way of a GPU."""
        return True

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]  # the operation has no type
        cls, operation: Any, types: object, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Do it with the tensors that are held."""
        del types
        return _perform(operation, args, kwargs or {})


@torch.inference_mode(False)  # a wrapper with the flag of an inference tensor could not be a view of one without
def _perform(operation: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The operation's result on the device where the operation leaves it."""
    wrappers: dict[int, OnPretendedGpu] = {}
    by_any_index = operation in INDEXING and isinstance(args[0], OnPretendedGpu)  # CUDA takes places from the CPU, too
    may_mix = operation in COPIES or by_any_index

    def unwrapped(tensor: torch.Tensor) -> torch.Tensor:
        if isinstance(tensor, OnPretendedGpu):
            wrappers[id(tensor.held)] = tensor
            return tensor.held
        if tensor.dim() and not may_mix:
            raise RuntimeError(f"{operation}: a tensor of shape {tuple(tensor.shape)} is on the CPU, others on the GPU")
        return tensor

    given, named = tree_map_only(torch.Tensor, unwrapped, (args, kwargs))
    asked = named.get("device")
    if asked is not None:
        named = {**named, "device": torch.device("cpu")}
    result = operation(*given, **named)
    if operation in PRODUCTS:
        result = _rounded_otherwise(result)
    if asked is not None and torch.device(asked).type == "cpu":
        return result
    return tree_map(lambda leaf: _wrapped(leaf, wrappers), result)


def _rounded_otherwise(product: torch.Tensor) -> torch.Tensor:
    """Each number up to one unit in the last place higher or lower."""
    noise = torch.rand(product.shape, generator=torch.Generator().manual_seed(product.numel()), dtype=product.dtype)
    return product * (1 + (2 * noise - 1) * torch.finfo(product.dtype).eps)


def _wrapped(leaf: object, wrappers: dict[int, OnPretendedGpu]) -> object:
    """A tensor that was given, and changed in place, comes back as itself."""
    if not isinstance(leaf, torch.Tensor):
        return leaf
    return wrappers[id(leaf)] if id(leaf) in wrappers else OnPretendedGpu(leaf)


def _made(operation: Any, *args: Any, **kwargs: Any) -> Any:
    """A new tensor on the pretended GPU."""
    return _perform(operation, args, kwargs)


_all.fallback(_made, "PrivateUse1")  # type: ignore[no-untyped-call]
for _name in ("default", "start", "start_step"):  # torch would make them by resizing an empty tensor
    _range = getattr(aten.arange, _name)
    _ranges.impl(_range.name(), partial(_made, _range), "PrivateUse1")  # type: ignore[no-untyped-call]


def _resolve_device(wanted: device.Device) -> torch.device:
    """As `clime_core` does on a machine with a GPU."""
    return torch.device("cpu" if wanted == "cpu" else NAME)


def _tensor(data: Any, device: torch.device | None = None, *, make: Any = torch.tensor, **options: Any) -> torch.Tensor:
    """`torch.tensor`, which would go past the pretended GPU."""
    made: torch.Tensor = make(data, **options)
    return made if device is None else made.to(device)


def pytest_configure(config: pytest.Config) -> None:
    """Before a test module is imported."""
    _device_constructors()  # remembers torch's own, which `with torch.device(...)` applies to
    patch = pytest.MonkeyPatch()
    config.add_cleanup(patch.undo)
    patch.setattr(torch.cuda, "is_available", lambda: True)
    patch.setattr(device, "resolve_device", _resolve_device)
    patch.setattr(torch, "tensor", _tensor)
