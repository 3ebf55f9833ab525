"""A version's rankings on disk."""

from pathlib import Path

import pytest

from clime_core.data.language import Language, Word
from clime_core.round.campaign_round import KeywordNeighbors, RankedDocument
from ml_backend.store.rankings import Rankings, read_rankings, write_rankings
from ml_backend.store.version_folder import VersionFolder

RANKINGS = Rankings(
    (RankedDocument("d1", 0.9), RankedDocument(2, 0.1)),
    (KeywordNeighbors(Word(Language.TARGET, "agua"), 1.5, ("water",), ("río", "mar")),),
    (("src", "quake", 2.0),),
)


@pytest.fixture
def folder(tmp_path: Path) -> VersionFolder:
    """The folder of a version."""
    return VersionFolder(tmp_path)


def test_rankings_survive_the_disk(folder: VersionFolder) -> None:
    """What is read is what was written."""
    write_rankings(folder, RANKINGS)
    assert read_rankings(folder) == RANKINGS


def test_rankings_of_an_older_clime_are_read(folder: VersionFolder) -> None:
    """It called the worth of a document its uncertainty."""
    write_rankings(folder, RANKINGS)
    text = folder.rankings.read_text(encoding="utf-8")
    folder.rankings.write_text(text.replace('"worth"', '"uncertainty"'), encoding="utf-8")
    assert read_rankings(folder) == RANKINGS


@pytest.mark.parametrize(
    "content", [None, b"", b'{"documents": [', b"[]", b"{}", b'{"documents": [{"x": 1}]}', b"\xff"]
)
def test_lost_or_damaged_rankings_are_empty(folder: VersionFolder, content: bytes | None) -> None:
    """Every round reads the live version's: they must not keep the next one from being made."""
    if content is not None:
        folder.rankings.write_bytes(content)
    assert read_rankings(folder) == Rankings()
