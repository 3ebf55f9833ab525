"""What is measured: a case is the same work on the CPU and on a GPU, of given sizes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from clime_core.model.device import Device


@dataclass(frozen=True)
class Sizes:
    """How much work: by default the paper's sizes; transformers of the shape of XLM-R base.

    `word_marks`: for each keyword. `vocabulary`: subwords. `*_on_cpu`: as many texts the CPU does, extrapolated to all.
    """

    documents: int = 572
    tokens: int = 200
    dim: int = 300
    epochs: int = 30
    words: int = 200_000
    keywords: int = 50
    word_marks: int = 10
    adam_steps: int = 1_000
    layers: int = 12
    hidden: int = 768
    vocabulary: int = 250_002
    sentences: int = 1_000
    sentences_on_cpu: int = 64
    long_documents: int = 1_000
    long_documents_on_cpu: int = 16
    tuned_on_cpu: int = 32
    max_length: int = 128


PAPER = Sizes()
TINY = Sizes(
    documents=12, tokens=20, dim=8, epochs=2, words=300, keywords=3, word_marks=4, adam_steps=5, layers=1, hidden=16,
    vocabulary=400, sentences=8, sentences_on_cpu=4, long_documents=4, long_documents_on_cpu=2, tuned_on_cpu=8,
    max_length=16,
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One row of the table.

    run: does so many units of the work on a device, and leaves its result on the CPU. The GPU does `units`, the CPU
    `units_on_cpu` (None: all), extrapolated, on `cpu_threads`. difference: how far two results of as many units as the
    CPU does are apart, at most `tolerance`. seconds_of: what a run measured of itself, where the whole would mislead.
    """

    what: str
    run: Callable[[Device, int], Any]
    difference: Callable[[Any, Any], float]
    tolerance: float
    units: int = 1
    units_on_cpu: int | None = None
    cpu_threads: int = 1
    seconds_of: Callable[[Any], float] | None = None

    @property
    def part(self) -> int:
        """The units that the CPU does."""
        return self.units if self.units_on_cpu is None else self.units_on_cpu
