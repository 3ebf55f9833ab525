"""Whether a backend of this installation answers at an address."""

from dataclasses import dataclass

import requests

from ml_backend.auth import OPERATOR, Keyring
from ml_backend.http_clients import requests_session

TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True)
class Health:
    """What a check of /health found, and how to fix it; `fix` is empty where the backend answers."""

    found: str
    fix: str = ""

    @property
    def ok(self) -> bool:
        """Whether the backend answers."""
        return not self.fix


def check_health(address: str, keyring: Keyring) -> Health:
    """Ask /health at the address, as the operator."""
    operator = keyring.credentials(OPERATOR)
    try:
        with requests_session(TIMEOUT_SECONDS) as session:
            answer = session.get(f"{address}/health", auth=(operator.user, operator.password))
    except requests.RequestException:
        return Health(f"nothing answers at {address}", "run `clime serve`, or set CLIME_PUBLIC_URL")
    if answer.status_code == requests.codes.unauthorized:
        return Health(f"{address} has other passwords", "use the data folder (CLIME_DATA_DIR) of that server")
    if answer.status_code != requests.codes.ok:
        return Health(f"{address} answers {answer.status_code}", "see whether another program uses the port")
    if not _is_ours(answer):
        return Health(f"{address} is another program", "see which program uses the port, or set CLIME_PORT")
    return Health(f"answers at {address}")


def answers(address: str, keyring: Keyring) -> bool:
    """Whether a backend of this installation answers there."""
    return check_health(address, keyring).ok


def _is_ours(answer: requests.Response) -> bool:
    try:
        health = answer.json()
    except requests.JSONDecodeError:
        return False
    return isinstance(health, dict) and health.get("model_class") == "clime"
