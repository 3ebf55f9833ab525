"""Where joblib does the work: processes of this machine, or the workers of Dask or Ray."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from joblib import parallel_config

from clime_core.errors import CampaignError

HERE = ("loky", "multiprocessing", "threading", "sequential")
ELSEWHERE = {"dask": "dask[distributed]", "ray": "ray"}


@contextmanager
def working(backend: str, jobs: int) -> Iterator[None]:
    """Let joblib use `jobs` workers of this backend inside the block.

    `dask` connects to the scheduler in Dask's own configuration, or starts workers here; `ray` likewise. Raises
    CampaignError for an unknown backend or one whose package is not installed.
    """
    if backend not in (*HERE, *ELSEWHERE):
        raise CampaignError(f"backends are {', '.join((*HERE, *ELSEWHERE))}, got {backend!r}")
    if backend == "dask":
        distributed, config = _package("dask.distributed", backend), _package("dask.config", backend)
        known = config.get("scheduler-address", None) is not None
        workers = {} if known else {"n_workers": jobs, "threads_per_worker": 1}
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
            f"backend {backend} needs a package that is not installed ({error}): pip install '{ELSEWHERE[backend]}', "
            "or take backend loky"
        ) from error
