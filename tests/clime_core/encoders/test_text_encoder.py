"""Texts through an encoder and its cache."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from clime_core.data.documents import Document
from clime_core.data.embeddings import Vectors
from clime_core.encoders.encoding_cache import EncodingCache
from clime_core.encoders.text_encoder import CHUNK, TextEncoder


class Lengths:
    """The number of characters and of words, and how often it was asked; it breaks down at a text named "stop"."""

    identity = "lengths"
    notes = ()

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.broken = True

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text."""
        if "stop" in texts and self.broken:
            raise RuntimeError
        self.asked += texts
        return np.array([[len(text), len(text.split())] for text in texts], dtype=np.float32)


def text_encoder(folder: Path, max_words: int | None = None) -> tuple[Lengths, TextEncoder]:
    """One over `Lengths`."""
    encoder = Lengths()
    return encoder, TextEncoder(encoder, EncodingCache(folder, encoder.identity), max_words)


def test_a_text_is_encoded_once(tmp_path: Path) -> None:
    """Also if it comes twice, or in another process; documents keep all else."""
    encoder, texts = text_encoder(tmp_path)
    documents = [Document(1, ("a",), 0, "a b"), Document("x", ("c",)), Document(3, ("a",), 1, "a b")]
    found = texts.documents(documents)
    assert list(found) == documents
    assert [list(d.vector) for d in found if d.vector is not None] == [[3, 2], [1, 1], [3, 2]]
    assert encoder.asked == ["a b", "c"]
    again, texts = text_encoder(tmp_path)
    assert len(texts.documents(documents)) == 3
    assert not again.asked


def test_encoding_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """What was done before a fault is kept; progress counts what is left."""
    encoder, texts = text_encoder(tmp_path)
    many = [f"text {n}" for n in range(2 * CHUNK)] + ["stop"]
    with pytest.raises(RuntimeError):
        texts.texts(many)
    encoder.broken, seen = False, list[tuple[str, int, int]]()
    texts.texts(many, lambda *report: seen.append(report))
    assert encoder.asked[-1:] == ["stop"]
    assert len(encoder.asked) == len(many)
    assert seen == [("encoding", 0, 1), ("encoding", 1, 1)]


def test_long_texts_are_cut_at_a_word(tmp_path: Path) -> None:
    """To the first words; texts with the same beginning are one."""
    encoder, texts = text_encoder(tmp_path, max_words=2)
    texts.texts(["one two  three", "one two four", "one"])
    assert encoder.asked == ["one two", "one"]


def test_what_comes_in_passing_is_not_kept(tmp_path: Path) -> None:
    """Requests from outside must not fill the disk."""
    _, texts = text_encoder(tmp_path)
    (found,) = texts.in_passing([Document(1, ("new",))])
    assert found.vector is not None
    assert list(found.vector) == [3, 1]
    assert texts.cache.missing(["new"]) == ["new"]
    assert texts.in_passing([]) == ()


def test_words_are_compared_by_what_sets_them_apart(tmp_path: Path) -> None:
    """At length 1, on the mean of their language; no word is no fault."""
    _, texts = text_encoder(tmp_path)
    words = texts.words(["a", "bb", "cccc"])
    assert words.words == ("a", "bb", "cccc")
    assert np.allclose(np.linalg.norm(words.vectors, axis=1), 1, atol=1e-6)
    assert words.vectors[0] @ words.vectors[2] < 0
    assert texts.words([]).vectors.shape == (0, 2)
