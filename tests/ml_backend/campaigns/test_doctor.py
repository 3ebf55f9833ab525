"""What the doctor says of connections and webhooks; tests/live has the rest, on a real server."""

import pytest

from ml_backend.auth import Credentials
from ml_backend.campaigns.doctor import _connection_fault, _hook_fault
from ml_backend.label_studio.records import Hook

OURS = Credentials("health", "the-password")


def hook(authorization: str | None = OURS.header, *, active: bool = True) -> Hook:
    """A webhook to us."""
    return Hook(1, "http://b.example/webhook", authorization, active)


@pytest.mark.parametrize(
    ("hooks", "found"),
    [
        ([], "is missing"),
        ([hook(), hook()], "exists 2 times"),
        ([hook(active=False)], "is switched off"),
        ([hook(None)], "does not carry the password"),
        ([hook("Basic c29tZWJvZHk6ZWxzZQ==")], "does not carry the password"),
    ],
)
def test_a_faulty_webhook_has_a_fix_and_no_password_is_printed(hooks: list[Hook], found: str) -> None:
    """`clime up` fixes each; the login for doing it by hand has a command of its own."""
    message, fix = _hook_fault(hooks, OURS)
    assert found in message
    assert "`clime up`" in fix
    assert not {OURS.password, OURS.header.split()[1]} & set((message + fix).split())
    assert ("`clime password health`" in fix) == ("password" in message)


def test_a_good_webhook_needs_no_fix() -> None:
    """An empty fix is what makes a finding good."""
    assert _hook_fault([hook()], OURS) == ("in place, with password", "")


@pytest.mark.parametrize(
    ("states", "found", "good"),
    [
        (["CO"], "connected", True),
        ([], "is not connected", False),
        (["CO", "CO"], "is connected 2 times", False),
        (["ER"], "could not reach it (state ER)", False),
    ],
)
def test_a_project_is_connected_once_and_reached(states: list[str], found: str, good: bool) -> None:
    """A second connection would train twice; a failed one sends nothing."""
    message, fix = _connection_fault(states)
    assert found in message
    assert (fix == "") is good
