"""The bytes of data files: plain, or gzip where the name ends in `.gz`; written completely or not at all."""

import gzip
import os
import secrets
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from clime_core.errors import DataError

BUFFER_BYTES = 2**20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@contextmanager
def reading(path: Path) -> Iterator[BinaryIO]:
    """The uncompressed bytes of a file. Raises DataError where it cannot be opened or its gzip data is
    damaged.
    """
    try:
        raw = path.open("rb", buffering=BUFFER_BYTES)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}; give the path of a file that can be read") from error
    with raw:
        try:
            yield cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if path.suffix == ".gz" else raw
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise DataError(
                f"{path} is not a complete gzip file: {error}; copy it again, or drop .gz from its name"
            ) from error


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes become the file when the block ends; after an error the old file, if any, is
    untouched.

    Raises DataError where the folder cannot be written to.
    """
    draft = draft_of(path)
    try:
        raw = draft.open("xb")
    except OSError as error:
        raise DataError(
            f"cannot write {path}: {error.strerror}; give a path in a folder that may be written to"
        ) from error
    try:
        with raw:
            if path.suffix == ".gz":
                # no name and no time: the same content always gives the same bytes
                with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0) as packed:
                    yield cast(BinaryIO, packed)
            else:
                yield raw
            raw.flush()
            os.fsync(raw.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def draft_of(path: Path) -> Path:
    """A new hidden name beside the path, where a file or folder is made before it gets its own name."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}")


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file completely or not at all, compressed where its name ends in `.gz`. Raises DataError as `writing`."""
    with writing(path) as stream:
        stream.write(content)


def text_lines(path: Path) -> Iterator[tuple[int, str]]:
    r"""The lines of a UTF-8 file with their numbers from 1, split only at "\n"; "\r\n" and a byte order mark
    are taken off. Raises DataError where a line is not UTF-8.
    """
    with reading(path) as stream:
        for number, line in enumerate(stream, start=1):
            content = line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line
            try:
                yield number, content.decode("utf-8").removesuffix("\n").removesuffix("\r")
            except UnicodeDecodeError as error:
                raise DataError.at(
                    path, number, f"not UTF-8 text, got {line[:40]!r}; save the file as UTF-8"
                ) from error
