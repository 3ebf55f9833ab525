"""Passwords that are derived and never stored."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from ml_backend.auth import Keyring, open_keyring, write_private
from ml_backend.settings import Settings


def test_each_user_has_a_password_of_their_own() -> None:
    """One team's password opens nothing of another's."""
    keyring = Keyring(b"secret")
    one, two = keyring.credentials("one"), keyring.credentials("two")
    assert keyring.admits("one", one.password)
    assert not keyring.admits("two", one.password)
    assert not keyring.admits("one", "")
    assert one.password != two.password
    assert len(one.password) >= 24


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """Also when several processes start at the same moment."""
    settings = Settings(data_dir=tmp_path / "data")
    with ThreadPoolExecutor(8) as pool:
        secrets = {keyring.secret for keyring in pool.map(open_keyring, [settings] * 16)}
    assert len(secrets) == 1
    assert len(secrets.pop()) >= 32
    assert stat.S_IMODE((tmp_path / "data" / "secret").stat().st_mode) == 0o600


def test_a_private_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only its owner may read it, also where an older file was open to all; an interruption leaves the older one."""
    path = tmp_path / "token"
    path.write_text("old")
    path.chmod(0o644)
    with monkeypatch.context() as interrupted:
        interrupted.setattr(Path, "replace", _no_disk)
        with pytest.raises(OSError, match="disk"):
            write_private(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    write_private(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def _no_disk(_path: Path, _target: Path) -> Path:
    raise OSError("disk")


def test_a_given_secret_is_used_and_must_not_be_short(tmp_path: Path) -> None:
    """An empty key would make every password guessable."""
    given = Settings(data_dir=tmp_path, secret=SecretStr("x" * 32))
    assert open_keyring(given).secret == b"x" * 32
    assert not (tmp_path / "secret").exists()
    with pytest.raises(ValidationError, match="at least 16"):
        Settings(data_dir=tmp_path, secret=SecretStr(""))
