"""What every sentence encoder can do, wherever its model runs."""

from collections.abc import Sequence
from typing import Protocol

from clime_core.data.embeddings import Vectors


class Encoder(Protocol):
    """Makes vectors of texts; equal texts get equal vectors. Its model is loaded when the first text comes."""

    @property
    def identity(self) -> str:
        """Names the model and what is put before a text; encoders of one identity give the same vectors."""

    @property
    def notes(self) -> Sequence[str]:
        """What a person should know of the encoding so far, such as that the CPU did a GPU's work."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The vectors (n, dim) float32 of n texts. Raises ClimeError where the model cannot be had."""
