"""Tests of digests."""

import hashlib
from pathlib import Path

from clime_core.data.digest import file_digest, json_digest


def test_a_value_is_named_by_its_json_text() -> None:
    """Stored digests stay valid: the text is that of `json.dumps` with its default separators and escapes."""
    assert json_digest(["ä", 1]) == hashlib.sha256(b'["\\u00e4", 1]').hexdigest()


def test_the_order_of_keys_counts_unless_they_are_sorted() -> None:
    """Equal dictionaries in another order differ, sorted ones do not."""
    one_way, other_way = {"a": 1, "b": 2}, {"b": 2, "a": 1}
    assert json_digest(one_way) != json_digest(other_way)
    assert json_digest(one_way, sort_keys=True) == json_digest(other_way, sort_keys=True)


def test_a_file_is_named_by_its_bytes(tmp_path: Path) -> None:
    """As `sha256sum` prints it."""
    (tmp_path / "file").write_bytes(b"abc")
    assert file_digest(tmp_path / "file") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
