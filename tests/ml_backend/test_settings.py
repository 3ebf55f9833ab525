"""Settings of an installation come from variables, and a wrong value is explained."""

from pathlib import Path

import pytest

from clime_core.errors import SettingsError
from ml_backend.settings import Settings, read_settings


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the caller's own."""
    for field in Settings.model_fields:
        monkeypatch.delenv(f"CLIME_{field.upper()}", raising=False)


def test_without_variables_the_settings_are_the_default_values() -> None:
    """An installation needs no variable."""
    assert read_settings() == Settings()


def test_every_field_is_a_variable_in_upper_or_lower_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts become paths and numbers."""
    monkeypatch.setenv("CLIME_DATA_DIR", "/srv/clime")
    monkeypatch.setenv("CLIME_PORT", "8000")
    monkeypatch.setenv("clime_poll_seconds", "2.5")
    settings = read_settings()
    assert (settings.data_dir, settings.port, settings.poll_seconds) == (Path("/srv/clime"), 8000, 2.5)


def test_what_is_given_comes_before_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo has a port of its own; the rest is still the environment's."""
    monkeypatch.setenv("CLIME_PORT", "no number")
    monkeypatch.setenv("CLIME_THREADS", "3")
    settings = read_settings(port=8000)
    assert (settings.port, settings.threads) == (8000, 3)


def test_settings_made_in_python_ignore_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only `read_settings` reads variables."""
    monkeypatch.setenv("CLIME_PORT", "8000")
    assert Settings().port == 9090


def test_each_wrong_value_is_named_with_what_was_got(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them at once."""
    monkeypatch.setenv("CLIME_PORT", "70000")
    monkeypatch.setenv("CLIME_THREADS", "many")
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert sorted(str(caught.value).split("; ")) == [
        "CLIME_PORT: Input should be less than or equal to 65535, got '70000'",
        "CLIME_THREADS: Input should be a valid integer, unable to parse string as an integer, got 'many'",
    ]


def test_a_secret_that_is_too_short_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages end in logs."""
    monkeypatch.setenv("CLIME_SECRET", "hunter2")
    with pytest.raises(SettingsError, match=r"CLIME_SECRET: .* at least 16") as caught:
        read_settings()
    assert "hunter2" not in str(caught.value)


def test_a_misspelt_setting_is_refused() -> None:
    """In Python; other variables that begin with CLIME_ belong to others."""
    with pytest.raises(SettingsError, match="CLIME_PROT: Extra inputs are not permitted"):
        read_settings(prot=8000)
