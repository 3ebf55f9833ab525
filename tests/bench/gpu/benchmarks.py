"""All GPU benchmarks. A new one is a function from sizes to cases, and a line here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from case import Case, Sizes
from classifier_cases import salience, training
from transformer_cases import encoding, fine_tuning
from vector_cases import neighbors, refinement


@dataclass(frozen=True)
class Benchmark:
    """Cases that share their data.

    expected: seconds at the paper's sizes, for both devices and all runs. needs: packages without which it is skipped.
    """

    cases: Callable[[Sizes], Iterable[Case]]
    expected: float
    needs: tuple[str, ...] = ()


BENCHMARKS = {
    "training": Benchmark(training, 60),
    "salience": Benchmark(salience, 20),
    "neighbors": Benchmark(neighbors, 40),
    "refinement": Benchmark(refinement, 40),
    "encoding": Benchmark(encoding, 90, ("transformers", "sentence_transformers")),
    "fine_tuning": Benchmark(fine_tuning, 90, ("transformers",)),
}
