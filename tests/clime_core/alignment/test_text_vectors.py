"""Word vectors from text."""

import numpy as np
import pytest

from clime_core.alignment.text_vectors import text_vectors
from clime_core.errors import DataError

ANIMALS, TOOLS = ("cat", "dog", "cow"), ("saw", "axe", "file")


def texts(seed: int = 0) -> list[tuple[str, ...]]:
    """Animals eat and sleep, tools cut and rust."""
    rng = np.random.default_rng(seed)
    found: list[tuple[str, ...]] = []
    for _ in range(400):
        subjects, verbs = ((ANIMALS, ("eats", "sleeps")), (TOOLS, ("cuts", "rusts")))[int(rng.integers(2))]
        found.append(("the", str(rng.choice(subjects)), str(rng.choice(verbs)), "there"))
    return found


def test_words_used_alike_have_like_vectors() -> None:
    """An animal is nearer to every other animal than to any tool."""
    embeddings = text_vectors(texts(), dim=4, window=2)
    unit = {word: embeddings.vectors[row] for word, row in embeddings.index.items()}
    for one in ANIMALS:
        within = min(float(unit[one] @ unit[other]) for other in ANIMALS)
        across = max(float(unit[one] @ unit[other]) for other in TOOLS)
        assert within > across + 0.3


def test_vectors_are_unit_length_and_frequent_words_come_first() -> None:
    """float32 rows of length one, ordered by frequency, then alphabetically."""
    embeddings = text_vectors(texts(), dim=4)
    np.testing.assert_allclose(np.linalg.norm(embeddings.vectors, axis=1), 1, rtol=1e-5)
    assert embeddings.vectors.dtype == np.float32
    assert list(embeddings.words[:2]) == ["the", "there"]


def test_equal_seeds_give_equal_vectors() -> None:
    """Bit for bit."""
    one, other = text_vectors(texts(), dim=4, seed=3), text_vectors(texts(), dim=4, seed=3)
    assert one.vectors.tobytes() == other.vectors.tobytes()
    assert one.words == other.words


def test_rare_words_have_no_vector() -> None:
    """A word below the minimum count is not in the vocabulary."""
    embeddings = text_vectors([*texts(), ("the", "unicorn", "sleeps")], dim=4)
    assert "unicorn" not in embeddings


def test_windows_do_not_reach_into_the_next_text() -> None:
    """Words at the end of one text and at the start of the next never meet."""
    apart = [("a", "b"), ("c", "d")] * 50
    vectors = text_vectors(apart, dim=2, window=5)
    assert abs(float(vectors.vectors[vectors.index["b"]] @ vectors.vectors[vectors.index["c"]])) < 1e-5


def test_too_little_text_is_refused() -> None:
    """The error states both numbers."""
    with pytest.raises(DataError, match="2 words occur 2 times or more, too few for 50 dimensions"):
        text_vectors([("a", "b"), ("a", "b", "c")], dim=50)
