"""Backends of joblib: processes of this machine, or the workers of Dask or Ray."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from joblib import parallel_config

from clime_core.errors import CampaignError

LOCAL = ("loky", "multiprocessing", "threading", "sequential")
DISTRIBUTED = {"dask": "dask[distributed]", "ray": "ray"}


@contextmanager
def working(backend: str, jobs: int) -> Iterator[None]:
    """Let joblib use `jobs` workers of this backend inside the block.

    `dask` connects to the scheduler in Dask's own configuration, or starts workers here; `ray` likewise. Raises
    CampaignError for an unknown backend or one whose package is not installed.
    """
    if backend not in (*LOCAL, *DISTRIBUTED):
        raise CampaignError(f"backends are {', '.join((*LOCAL, *DISTRIBUTED))}, got {backend!r}")
    if backend == "dask":
        distributed, config = _package("dask.distributed", backend), _package("dask.config", backend)
        has_scheduler = config.get("scheduler-address", None) is not None
        workers = {} if has_scheduler else {"n_workers": jobs, "threads_per_worker": 1}
        with distributed.Client(**workers), parallel_config(backend, n_jobs=jobs):
            yield
        return
    if backend == "ray":
        _package("ray.util.joblib", backend).register_ray()
    with parallel_config(backend, n_jobs=jobs):
        yield


def _package(module: str, backend: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise CampaignError(
            f"backend {backend} needs a package that is not installed ({error}): pip install '{DISTRIBUTED[backend]}', "
            "or take backend loky"
        ) from error
