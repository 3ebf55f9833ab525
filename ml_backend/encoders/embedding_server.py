"""An encoder behind an address that speaks OpenAI's protocol: `POST <address>/embeddings`."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import requests
from urllib3 import Retry

from clime_core.data.embeddings import Vectors
from clime_core.errors import ExchangeError
from ml_backend.http_clients import requests_session

BATCH_SIZE = 32
"""Texts in a request; some servers take no more."""

TIMEOUT_SECONDS = 120.0

RETRIES = Retry(
    total=4, backoff_factor=1.0, status_forcelist=(429, 502, 503, 504), allowed_methods=None, raise_on_status=False
)
"""To encode twice does no harm, so a busy server is asked again, after as long as it says."""


class EmbeddingServer:
    """The model of this name at the address; `key`, if there is one, goes into the header `Authorization`."""

    notes: Sequence[str] = ()

    def __init__(self, address: str, model: str, key: str | None = None, prefix: str = "") -> None:
        self._address, self._model, self._key, self._prefix = address.rstrip("/"), model, key, prefix
        self.identity = f"{self._address} {model} {prefix!r}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, dim) float32, in as many requests as needed. Raises ExchangeError naming what the server said."""
        prefixed = [self._prefix + text for text in texts]
        batches = [prefixed[start : start + BATCH_SIZE] for start in range(0, len(prefixed), BATCH_SIZE)]
        rows = [row for batch in batches for row in self._rows(batch)]
        if len({len(row) for row in rows}) > 1:
            raise ExchangeError(f"{self._address}: vectors of several dimensions; see what runs there")
        return np.array(rows, dtype=np.float32)

    @cached_property
    def _session(self) -> requests.Session:
        session = requests_session(TIMEOUT_SECONDS, RETRIES)
        if self._key:
            session.headers["Authorization"] = f"Bearer {self._key}"
        return session

    def _rows(self, batch: Sequence[str]) -> list[list[float]]:
        url = f"{self._address}/embeddings"
        try:
            answer = self._session.post(url, json={"model": self._model, "input": list(batch)})
        except requests.RequestException as error:
            raise ExchangeError(
                f"{url}: no answer ({error}); start the encoder's server, or correct base.address"
            ) from None
        if answer.status_code in (401, 403):
            raise ExchangeError(
                f"{url}: refused ({answer.status_code}); set base.key_env to a variable with a valid key"
            )
        if not answer.ok:
            raise ExchangeError(f"{url}: status {answer.status_code}, {answer.text[:200]!r}; see the server's own log")
        return self._read(url, answer, len(batch))

    def _read(self, url: str, answer: requests.Response, expected: int) -> list[list[float]]:
        try:
            data: Sequence[Mapping[str, Any]] = answer.json()["data"]
            rows = {int(item["index"]): [float(number) for number in item["embedding"]] for item in data}
        except (ValueError, KeyError, TypeError) as error:
            raise ExchangeError(
                f"{url}: not embeddings as OpenAI sends them ({error!r}), got {answer.text[:200]!r}; see base.address"
            ) from None
        if sorted(rows) != list(range(expected)):
            raise ExchangeError(
                f"{url}: {expected} texts were sent, got vectors of {sorted(rows)[:5]}; see what runs there"
            )
        return [rows[place] for place in range(expected)]
