"""Refining 500 marks in 2 x 200k x 300 vectors on one thread, against Adam over every row.

The dense loop is timed for a few steps and extrapolated to the number of steps: a step always costs the same.
"""

import time
from collections.abc import Callable
from statistics import median

import numpy as np
import torch

from clime_core.data.embeddings import BilingualEmbeddings, Embeddings
from clime_core.data.language import Language, Word
from clime_core.data.marks import Constraint
from clime_core.model.device import threads
from clime_core.model.refinement.refine import refine
from clime_core.model.refinement.refine_settings import RefineSettings

WORDS, DIM, KEYWORDS, MARKS, DENSE_STEPS, REPEATS, BAR_SECONDS = 200_000, 300, 50, 10, 3, 5, 1.0


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def random_space() -> BilingualEmbeddings:
    """Two languages of random vectors of about unit length."""
    rng = np.random.default_rng(0)
    sides = (
        Embeddings(
            [f"{prefix}{row}" for row in range(WORDS)],
            rng.standard_normal((WORDS, DIM), np.float32) / np.float32(17),
        )
        for prefix in "st"
    )
    return BilingualEmbeddings(*sides)


def mixed_constraints() -> list[Constraint]:
    """Fifty keywords with five words a language; every fifth one is dissimilar."""
    rng = np.random.default_rng(1)
    keywords = rng.choice(WORDS, KEYWORDS, replace=False)
    found = []
    for keyword in keywords:
        for number, row in enumerate(rng.choice(WORDS, MARKS, replace=False)):
            word = Word(Language.TARGET, f"t{row}") if number % 2 else Word(Language.SOURCE, f"s{row}")
            found.append(Constraint(Word(Language.SOURCE, f"s{keyword}"), word, number % 5 > 0))
    return found


def dense_step_seconds(embeddings: BilingualEmbeddings, constraints: list[Constraint]) -> float:
    """One step of torch's Adam over the whole matrix with autograd, as the median of a few."""
    before = torch.from_numpy(np.concatenate([embeddings.source.vectors, embeddings.target.vectors]))
    rows = before.clone().requires_grad_()
    left, right = (
        torch.tensor([int(word.form[1:]) + WORDS * (word.language is Language.TARGET) for word in words])
        for words in ([c.keyword for c in constraints], [c.word for c in constraints])
    )
    signs = torch.tensor([-1.0 if c.similar else 1.0 for c in constraints])
    optimizer = torch.optim.Adam([rows])

    def step() -> None:
        optimizer.zero_grad()
        pairs = (rows[left] * rows[right]).sum(dim=1)
        (signs @ pairs + ((rows - before) ** 2).sum()).backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    step()  # the first one also allocates
    return median(seconds(step) for _ in range(DENSE_STEPS))


def untouched_are_equal(embeddings: BilingualEmbeddings, constraints: list[Constraint]) -> bool:
    """Whether every row without a constraint keeps its bits."""
    refined = refine(embeddings, constraints, device="cpu")
    after = refined.apply(embeddings)
    sides = (
        (embeddings.source, after.source, refined.source_rows),
        (embeddings.target, after.target, refined.target_rows),
    )
    return all(
        np.array_equal(
            np.delete(old.vectors, rows, axis=0).view(np.int32),
            np.delete(new.vectors, rows, axis=0).view(np.int32),
        )
        for old, new, rows in sides
    )


def main() -> None:
    """Print one table."""
    embeddings, constraints = random_space(), mixed_constraints()
    with threads(1):
        each = dense_step_seconds(embeddings, constraints)
        print(f"dense reference: {each:.2f} s a step, median of {DENSE_STEPS}, extrapolated")
        print(f"{'what':38}{'reference s':>13}{'ours s':>9}{'times':>9}{'bar s':>7}")
        for solver, steps in (("closed", 0), ("degree", 0), ("adam", 100), ("adam", 1_000), ("adam", 10_000)):
            chosen = RefineSettings(solver, steps=steps or 1)  # type: ignore[arg-type]

            def ours(chosen: RefineSettings = chosen) -> object:
                return refine(embeddings, constraints, chosen, device="cpu").apply(embeddings)

            ours()
            mine = median(seconds(ours) for _ in range(1 if steps > 1_000 else REPEATS))
            what = f"{solver}{f', {steps:,} steps' if steps else ''}, with apply"
            reference = f"{each * steps:13.1f}" if steps else f"{'-':>13}"
            times = f"{each * steps / mine:9.0f}" if steps else f"{'-':>9}"
            verdict = "" if steps > 100 else "pass" if mine <= BAR_SECONDS else "FAIL"
            bar = f"{BAR_SECONDS:7.1f}" if verdict else f"{'-':>7}"
            print(f"{what:38}{reference}{mine:9.3f}{times}{bar} {verdict}")
    same = untouched_are_equal(embeddings, constraints)
    print(f"untouched rows bitwise equal: {'pass' if same else 'FAIL'}")


if __name__ == "__main__":
    main()
