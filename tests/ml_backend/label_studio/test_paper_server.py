"""The paper server does what the real one does: tests/live runs the same checks there."""

from collections.abc import Callable
from typing import Any

import pytest

from ml_backend.auth import Credentials
from ml_backend.label_studio.client import Server
from tests.ml_backend.label_studio.paper_server import PaperServer
from tests.ml_backend.label_studio.server_checks import CHECKS, Bench

BACKEND = "http://clime.example:9090"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_does_what_label_studio_does(check: Callable[[Bench], None]) -> None:
    """Each check, on paper."""
    paper = PaperServer(emails={"ada": "ada@example.com"})

    def submit(task: int, result: list[dict[str, Any]], seconds: float, skipped: bool) -> int:
        return paper.submit(task, "ada", result, seconds, skipped=skipped)

    check(
        Bench(
            paper,
            BACKEND,
            Credentials("health", "secret"),
            "ada@example.com",
            submit,
            paper.change,
            lambda project: paper.served(project, "ada"),
            paper.delete_task,
        )
    )


def test_it_answers_whatever_the_client_asks() -> None:
    """A request that is left to the real client would go to an address that does not exist."""
    asked = {name for name, value in vars(Server).items() if callable(value) and not name.startswith("_")}
    assert asked <= vars(PaperServer).keys()
