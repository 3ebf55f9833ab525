"""Neighbours and refinement in 2 x 200k word vectors."""

from collections.abc import Iterator

import numpy as np
from case import Case, Sizes

from clime_core.data.embeddings import BilingualEmbeddings, Embeddings, Vectors
from clime_core.data.language import Language, Word
from clime_core.data.marks import Constraint
from clime_core.model.device import Device
from clime_core.model.refinement.refine import refine
from clime_core.model.refinement.refine_settings import RefineSettings
from clime_core.model.words.neighbors import Neighbor, nearest

NEIGHBORS = 10
Found = list[list[Neighbor]]


def random_space(sizes: Sizes) -> BilingualEmbeddings:
    """Two languages of random vectors of about unit length."""
    rng = np.random.default_rng(0)
    sides = []
    for prefix in "st":
        vectors = rng.standard_normal((sizes.words, sizes.dim), np.float32) / np.float32(sizes.dim**0.5)
        sides.append(Embeddings([f"{prefix}{row}" for row in range(sizes.words)], vectors))
    return BilingualEmbeddings(*sides)


def neighbors(sizes: Sizes) -> Iterator[Case]:
    """Of keywords of a round in both languages; the vectors are sent to the GPU each time, as in a round."""
    embeddings = random_space(sizes)
    step = sizes.words // sizes.keywords
    keywords = [Word(Language.SOURCE, f"s{row}") for row in range(0, step * sizes.keywords, step)]

    def run(device: Device, _: int) -> list[Found]:
        return [nearest(embeddings, keywords, NEIGHBORS, side, device=device) for side in Language]

    what = f"neighbours of {sizes.keywords} keywords in 2 x {sizes.words:,} words"
    yield Case(what, run, lambda one, other: float(one != other), tolerance=0)


def refinement(sizes: Sizes) -> Iterator[Case]:
    """Closed form and Adam; only the marked words are sent."""
    embeddings = random_space(sizes)
    rng, constraints = np.random.default_rng(1), []
    for keyword in rng.choice(sizes.words, sizes.keywords, replace=False):
        for number, row in enumerate(rng.choice(sizes.words, sizes.word_marks, replace=False)):
            word = Word(Language.TARGET, f"t{row}") if number % 2 else Word(Language.SOURCE, f"s{row}")
            constraints.append(Constraint(Word(Language.SOURCE, f"s{keyword}"), word, number % 5 > 0))

    def case(what: str, settings: RefineSettings) -> Case:
        def run(device: Device, _: int) -> Vectors:
            refined = refine(embeddings, constraints, settings, device=device)
            return np.concatenate([refined.source_vectors, refined.target_vectors])

        def difference(one: Vectors, other: Vectors) -> float:
            return float(np.abs(one - other).max())

        return Case(f"refinement by {len(constraints)} marks, {what}", run, difference, tolerance=1e-4)

    yield case("closed form", RefineSettings("closed"))
    yield case(f"Adam, {sizes.adam_steps:,} steps", RefineSettings("adam", steps=sizes.adam_steps))
