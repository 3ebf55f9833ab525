"""What a training used, left out and reached."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingReport:
    """examples_left_out: documents without any known word. class_counts: examples used, by category.

    final_losses: mean training loss of each member in the epoch it kept. seconds: of the whole training.
    device: "cpu" or "cuda"; fell_back: the GPU's memory ran out and the CPU did the work.
    """

    examples_used: int
    examples_left_out: int
    class_counts: tuple[int, ...]
    tokens_known: int
    tokens_unknown: int
    final_losses: tuple[float, ...]
    seconds: float
    device: str
    fell_back: bool
