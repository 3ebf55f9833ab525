"""What an address asks for, and who may have it."""

import pytest
from flask import Flask

from clime_core.data.language import Language, Word
from ml_backend.installation import Installation
from ml_backend.web.app import create_app
from ml_backend.web.arguments import choice, requested_word
from tests.ml_backend.conftest import EMPTY, HALF_DONE
from tests.ml_backend.web.clients import auth

PATHS = ["", "/annotators", "/annotators/selam@example.org", "/neighborhood", "/status.json", "/plots/curve.svg"]
PATHS += ["/plots/neighborhood.svg?word=hospital", "/downloads/labels.jsonl"]


@pytest.mark.parametrize("path", PATHS)
def test_pages_plots_and_files_are_the_teams_own(filled: Installation, path: str) -> None:
    """Nobody sees them without a password, and no other team."""
    client, address = create_app(filled).test_client(), f"/campaigns/{HALF_DONE}{path}"
    assert client.get(address).status_code == 401
    assert client.get(address, headers=auth(filled, EMPTY)).status_code == 403


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", Word(Language.SOURCE, "")),
        ("word=+casa+&language=tgt", Word(Language.TARGET, "casa")),
        ("word=casa&language=xx", Word(Language.SOURCE, "casa")),
    ],
    ids=["none", "with its language", "with an unknown language"],
)
def test_the_word_of_an_address(query: str, expected: Word) -> None:
    """Without the spaces around it; of the first language of the campaign where no other is named."""
    with Flask("test").test_request_context(f"/?{query}"):
        assert requested_word(Language) == expected
        assert requested_word([Language.TARGET]) == Word(Language.TARGET, expected.form)


def test_an_unknown_choice_is_the_first() -> None:
    """As is none."""
    with Flask("test").test_request_context("/?size=huge&theme=dark"):
        assert choice("size", ["wide", "narrow"]) == "wide"
        assert choice("theme", ["light", "dark"]) == "dark"
        assert choice("over", ["minutes", "documents"]) == "minutes"
