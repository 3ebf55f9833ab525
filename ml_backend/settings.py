"""Settings of one installation, read once from the environment (`CLIME_...`) and passed down."""

import os
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from clime_core.errors import SettingsError
from clime_core.model.device import Device

PREFIX = "CLIME_"
"""Of the variables."""


class Settings(BaseModel):
    """What an operator may set. Every field is a variable: `data_dir` is `CLIME_DATA_DIR`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data_dir: Path = Field(Path("clime-data"), description="Folder of the store, the vectors and the model versions.")
    database_url: str | None = Field(
        None, description="SQLAlchemy address of the store. Default: SQLite in the data folder."
    )
    host: str = Field("127.0.0.1", description="Address the backend listens on.")
    port: int = Field(9090, ge=1, le=65535, description="Port the backend listens on.")
    public_url: str | None = Field(
        None, description="Address under which Label Studio reaches the backend. Default: host and port."
    )
    browser_url: str | None = Field(
        None, description="Address under which people open the campaign pages. Default: the public address."
    )
    secret: SecretStr | None = Field(
        None,
        min_length=16,
        description="Key from which all passwords are derived. Default: made once, in the data folder.",
    )
    poll_seconds: float = Field(
        30.0, gt=0, description="How often the worker looks at Label Studio by itself, in seconds."
    )
    threads: int = Field(2, ge=1, description="CPU threads of a round: classifiers trained at once.")
    web_threads: int = Field(8, ge=1, description="Threads that answer requests.")
    device: Device = Field("auto", description="Where rounds compute: auto, cpu or cuda.")
    keep_versions: int = Field(
        20, ge=2, description="Model versions kept on disk for each campaign; older ones lose their files."
    )

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the store."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'clime.db'}"

    @property
    def address(self) -> str:
        """The public address without a trailing slash."""
        return (self.public_url or self.local_address).rstrip("/")

    @property
    def page_address(self) -> str:
        """Where people open pages, without a trailing slash."""
        return (self.browser_url or self.address).rstrip("/")

    @property
    def local_address(self) -> str:
        """The address for a program on the same machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 - asked about, not bound to
        return f"http://{host}:{self.port}"

    def folder(self, campaign: str) -> Path:
        """Where one campaign's vectors and model versions lie."""
        return self.data_dir.resolve() / "campaigns" / campaign


def read_settings(**given: Any) -> Settings:
    """The settings of the environment, in upper or lower case; those that are given come first.

    Raises SettingsError naming each variable with a wrong value.
    """
    variables = {name.upper(): value for name, value in os.environ.items()}
    read = {field: PREFIX + field.upper() for field in Settings.model_fields.keys() - given.keys()}
    values = {field: variables[name] for field, name in read.items() if name in variables}
    try:
        return Settings.model_validate({**values, **given})
    except ValidationError as error:
        raise SettingsError("; ".join(_fault(detail) for detail in error.errors())) from None


def _fault(detail: Any) -> str:
    field = str(detail["loc"][0])
    got = "" if field == "secret" else f", got {detail['input']!r}"
    return f"{PREFIX}{field.upper()}: {detail['msg']}{got}"
