"""Tests of files that are written completely or not at all."""

import gzip
from pathlib import Path

import pytest

from clime_core.data.stream import draft_of, write_bytes, writing
from clime_core.errors import DataError


def test_a_file_appears_whole(tmp_path: Path) -> None:
    """The content replaces the older one, and no draft is left."""
    for content in (b"old", b"new"):
        write_bytes(tmp_path / "file", content)
    assert (tmp_path / "file").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_error_leaves_the_old_file(tmp_path: Path) -> None:
    """Whatever interrupts the writing: the file is what it was, and no draft is left."""
    write_bytes(tmp_path / "file", b"old")

    def interrupted() -> None:
        with writing(tmp_path / "file") as stream:
            stream.write(b"half")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        interrupted()
    assert (tmp_path / "file").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_gzip_is_by_the_name_and_always_the_same(tmp_path: Path) -> None:
    """Equal content gives equal bytes, whatever the time and the name."""
    for name in ("a.gz", "b.gz"):
        write_bytes(tmp_path / name, b"content")
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == b"content"
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def test_drafts_never_meet(tmp_path: Path) -> None:
    """Two writers of one file have drafts of different names, both hidden and beside it."""
    first, second = draft_of(tmp_path / "file"), draft_of(tmp_path / "file")
    assert first != second
    assert first.parent == tmp_path
    assert first.name.startswith(".")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The error names the file and how to fix it."""
    with pytest.raises(DataError, match=r"gone/file.*folder that may be written"):
        write_bytes(tmp_path / "gone" / "file", b"")
