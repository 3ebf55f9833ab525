"""A version's rankings on disk."""

from pathlib import Path

import pytest

from clime_core.data.language import Language, Word
from clime_core.round.campaign_round import KeywordNeighbors, RankedDocument
from ml_backend.work.rankings import FILE, Rankings, read_rankings, write_rankings

RANKINGS = Rankings(
    (RankedDocument("d1", 0.9), RankedDocument(2, 0.1)),
    (KeywordNeighbors(Word(Language.TARGET, "agua"), 1.5, ("water",), ("río", "mar")),),
    (("src", "quake", 2.0),),
)


def test_rankings_survive_the_disk(tmp_path: Path) -> None:
    """What is read is what was written."""
    write_rankings(tmp_path, RANKINGS)
    assert read_rankings(tmp_path) == RANKINGS


def test_rankings_of_an_older_clime_are_read(tmp_path: Path) -> None:
    """It called the worth of a document its uncertainty."""
    write_rankings(tmp_path, RANKINGS)
    text = (tmp_path / FILE).read_text(encoding="utf-8")
    (tmp_path / FILE).write_text(text.replace('"worth"', '"uncertainty"'), encoding="utf-8")
    assert read_rankings(tmp_path) == RANKINGS


@pytest.mark.parametrize(
    "content", [None, b"", b'{"documents": [', b"[]", b"{}", b'{"documents": [{"x": 1}]}', b"\xff"]
)
def test_lost_or_damaged_rankings_are_empty(tmp_path: Path, content: bytes | None) -> None:
    """Every round reads the live version's: they must not keep the next one from being made."""
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    assert read_rankings(tmp_path) == Rankings()
