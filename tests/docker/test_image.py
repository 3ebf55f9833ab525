"""The image and the compose files, as far as they can be checked without a container engine."""

import inspect
import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner
from waitress.server import create_server

from ml_backend.campaign_tables import LabelStudioPart
from ml_backend.cli.commands import app as commands
from ml_backend.installation import open_installation
from ml_backend.label_studio.annotator_client import Login
from ml_backend.label_studio.local_server import LocalLabelStudio
from ml_backend.rounds.worker import Worker
from ml_backend.settings import Settings, read_settings
from ml_backend.web.app import create_app
from tests.ports import unused_port

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
COMPOSE = ("compose.yaml", "compose.gpu.yaml", "compose.postgres.yaml")
OWN_VALUES = {
    "LABEL_STUDIO_USERNAME": "owner@example.com",
    "LABEL_STUDIO_PASSWORD": "p",
    "LABEL_STUDIO_TOKEN": "t",
    "POSTGRES_PASSWORD": "q",
}
SECRETS = OWN_VALUES.keys() - {"LABEL_STUDIO_USERNAME"}


def compose(name: str = "compose.yaml") -> dict[str, Any]:
    """A compose file as written, before values are put in."""
    read: dict[str, Any] = yaml.safe_load((DOCKER / name).read_text())
    return read


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions and their arguments, lines joined."""
    text = re.sub(r"^\s*#.*\n", "", (DOCKER / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines if line.strip())]


def last(word: str) -> str:
    """The argument that counts where an instruction occurs more than once."""
    return [rest for found, rest in instructions() if found == word][-1]


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A backend that answers on all addresses, as in the container, and the environment that says where."""
    port = unused_port()
    for name, value in {"DATA_DIR": str(tmp_path), "HOST": "0.0.0.0", "PORT": str(port)}.items():  # noqa: S104 - as in the container
        monkeypatch.setenv(f"CLIME_{name}", value)
    installation = open_installation(read_settings())
    server = create_server(create_app(installation), host="127.0.0.1", port=port)
    Thread(target=server.run, daemon=True).start()
    yield
    server.close()
    installation.close()


@pytest.mark.parametrize("name", COMPOSE)
def test_compose_sets_only_settings_that_exist(name: str) -> None:
    """A variable that clime does not know would be ignored without a word."""
    given = compose(name)["services"]["clime"]["environment"]
    fields = {f"CLIME_{field.upper()}" for field in Settings.model_fields}
    assert {v for v in given if v.startswith("CLIME_")} <= fields
    assert set(given) - fields <= {LabelStudioPart.model_fields["token_env"].default}


def test_image_sets_only_settings_that_exist() -> None:
    """The same for the image's own environment."""
    fields = {f"CLIME_{field.upper()}" for field in Settings.model_fields}
    assert set(re.findall(r"CLIME_\w+(?==)", last("ENV"))) == {"CLIME_DATA_DIR", "CLIME_HOST"} <= fields


def test_every_value_is_in_the_example() -> None:
    """`.env.example` names what the compose files ask for, and nothing else."""
    asked = {name for file in COMPOSE for name in re.findall(r"\$\{(\w+)", (DOCKER / file).read_text())}
    offered = set(re.findall(r"^#?([A-Z_]+)=", (DOCKER / ".env.example").read_text(), re.MULTILINE))
    assert asked == offered


def test_secrets_have_no_default_and_stand_in_no_file() -> None:
    """Each must be given (`:?`), and the example leaves it empty."""
    for file in COMPOSE:
        for name, how in re.findall(r"\$\{(\w+)(:.)", (DOCKER / file).read_text()):
            assert how == (":?" if name in OWN_VALUES else ":-"), (file, name)
    for name in OWN_VALUES:
        assert re.search(rf"^#?{name}=$", (DOCKER / ".env.example").read_text(), re.MULTILINE)
    assert not [
        rest for word, rest in instructions() if word in ("ENV", "ARG") and re.search("PASSW|SECRET|TOKEN|KEY", rest)
    ]


def test_label_studio_is_the_version_that_is_tested() -> None:
    """The compose file and the Makefile pin the same release."""
    pinned = re.search(r"^LABEL_STUDIO_VERSION := (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert pinned is not None
    assert compose()["services"]["label-studio"]["image"] == f"heartexlabs/label-studio:{pinned[1]}"


def test_label_studio_is_set_as_in_the_tests(tmp_path: Path) -> None:
    """What the tests' server is told, the compose file tells too: telemetry, address checks, quick scores."""
    server = LocalLabelStudio(tmp_path, tmp_path, 1, Login("owner@example.com", ""), "")
    own = {"LABEL_STUDIO_BASE_DATA_DIR", "LABEL_STUDIO_USERNAME", "LABEL_STUDIO_PASSWORD", "LABEL_STUDIO_USER_TOKEN"}
    told = {k: v for k, v in server._environment().items() if k not in own | set(os.environ) | {"PYTHONWARNINGS"}}
    given = compose()["services"]["label-studio"]["environment"]
    assert told
    assert told.items() <= given.items()


def test_container_is_confined() -> None:
    """No root, no capabilities, no new privileges, nothing writable but its volume and /tmp."""
    user, _, group = last("USER").partition(":")
    assert int(user) > 0
    assert int(group) > 0
    clime = compose()["services"]["clime"]
    assert clime["read_only"] is True
    assert clime["cap_drop"] == ["ALL"]
    assert clime["security_opt"] == ["no-new-privileges:true"]
    campaigns = next(v for v in clime["volumes"] if isinstance(v, dict) and v["target"] == "/campaigns")
    assert campaigns["read_only"] is True
    assert all(port.startswith("${BIND_ADDRESS:-127.0.0.1}:") for port in clime["ports"])


def test_signals_arrive_and_a_round_may_end() -> None:
    """Exec form, the signal on which the server closes, and more patience than the worker has."""
    assert json.loads(last("ENTRYPOINT")) == ["clime"]
    assert json.loads(last("CMD")) == ["serve"]
    assert last("STOPSIGNAL") == "SIGINT"
    worker = inspect.signature(Worker.stop).parameters["timeout"].default
    assert int(compose()["services"]["clime"]["stop_grace_period"].removesuffix("s")) > worker


def test_image_is_made_of_what_the_distribution_needs() -> None:
    """Every COPY finds its source, through .dockerignore, and every package is among them."""
    copied = [
        name for word, rest in instructions() if word == "COPY" and "--from" not in rest for name in rest.split()[:-1]
    ]
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert set(copied) == allowed
    assert not [name for name in copied if not (ROOT / name).exists()]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = {p.rstrip("*") for p in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    named = {project["project"]["readme"], *project["project"]["license-files"]}
    assert packages | named | {"pyproject.toml", "constraints.txt"} == set(copied)


def test_torch_is_pinned_and_its_build_is_chosen() -> None:
    """The CPU build by default, another by the argument, and both of the pinned version."""
    assert re.search(r"^torch==\d", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert last("ARG") == "TORCH_INDEX_URL=https://download.pytorch.org/whl/cpu"
    installs = [rest for word, rest in instructions() if word == "RUN" and "pip install" in rest]
    assert all("--constraint constraints.txt" in rest for rest in installs)
    assert '--index-url "$TORCH_INDEX_URL" torch' in installs[0]
    assert "TORCH_INDEX_URL" in compose("compose.gpu.yaml")["services"]["clime"]["build"]["args"]


def test_label_studio_accepts_the_backends_name() -> None:
    """Label Studio refuses webhooks to names without a dot; the name must be an alias of the service."""
    clime = compose()["services"]["clime"]
    host = clime["environment"]["CLIME_PUBLIC_URL"].removeprefix("http://").removesuffix(":9090")
    assert "." in host
    assert host in clime["networks"]["default"]["aliases"]


@pytest.mark.usefixtures("running")
def test_health_of_a_running_backend() -> None:
    """The command of the health check passes with the right password, and fails where nothing answers."""
    command = json.loads(last("HEALTHCHECK").split(" CMD ")[1])
    assert command[0] == "clime"
    assert CliRunner().invoke(commands, command[1:]).exit_code == 0
    elsewhere = CliRunner().invoke(commands, command[1:], env={"CLIME_PORT": str(unused_port())})
    assert elsewhere.exit_code == 1
    assert "nothing of this data folder answers at http://127.0.0.1:" in elsewhere.output


@pytest.mark.usefixtures("running")
def test_health_is_not_fooled_by_another_backend(tmp_path: Path) -> None:
    """A server that does not know our passwords is not ours."""
    other = CliRunner().invoke(commands, ["health"], env={"CLIME_DATA_DIR": str(tmp_path / "other")})
    assert other.exit_code == 1


def test_links_are_for_browsers() -> None:
    """People get the addresses they can open; programs keep their own."""
    plain = LabelStudioPart(url="http://label-studio:8080/")
    assert plain.link(3) == "http://label-studio:8080/projects/3/data"
    assert LabelStudioPart(url="http://label-studio:8080", browser_url="http://localhost:8080/").link(3) == (
        "http://localhost:8080/projects/3/data"
    )
    settings = Settings(public_url="http://clime.internal:9090/", browser_url="http://localhost:9090/")
    assert (settings.address, settings.page_address) == ("http://clime.internal:9090", "http://localhost:9090")
    assert Settings(public_url="http://clime.internal:9090/").page_address == "http://clime.internal:9090"


@pytest.mark.parametrize("files", [COMPOSE[:1], COMPOSE[:2], (COMPOSE[0], COMPOSE[2]), COMPOSE])
def test_compose_accepts_the_files(files: tuple[str, ...]) -> None:
    """Compose itself reads each combination, and names the value that is missing."""
    arguments = [argument for name in files for argument in ("-f", str(DOCKER / name))]
    assert _compose([*arguments, "config", "--quiet"], OWN_VALUES) == (0, "")
    for missing in SECRETS if files == COMPOSE else ():
        status, said = _compose([*arguments, "config", "--quiet"], OWN_VALUES | {missing: ""})
        assert status != 0
        assert f"{missing} is missing a value: set it in docker/.env" in said


def _compose(arguments: list[str], values: dict[str, str]) -> tuple[int, str]:
    """Run compose, which needs no engine for this. Skips where it is not installed, in CI too."""
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True).returncode != 0:
        pytest.skip("docker compose is not installed")
    command = [docker, "compose", "--env-file", os.devnull, *arguments]
    done = subprocess.run(command, env=os.environ | values, capture_output=True, text=True)
    return done.returncode, done.stderr
