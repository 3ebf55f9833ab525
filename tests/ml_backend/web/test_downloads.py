"""The route of the files to save."""

import re

import pytest
from flask.testing import FlaskClient

from tests.ml_backend.conftest import EMPTY, HALF_DONE
from tests.ml_backend.web.clients import get


@pytest.mark.parametrize("what", ["source.vec", "labels.jsonl", "manifest.json", "decisions.jsonl"])
def test_downloads_are_files_with_sensible_names(browser: FlaskClient, what: str) -> None:
    """A browser saves them and does not show them."""
    answer = get(browser, f"/campaigns/{HALF_DONE}/downloads/{what}")
    name = re.fullmatch(r"attachment; filename=(.+)", answer.headers["Content-Disposition"])
    assert name is not None
    assert re.fullmatch(rf"half-done(-v12)?-{re.escape(what)}", name[1])
    assert answer.data


def test_few_vectors_are_sent_at_once(browser: FlaskClient) -> None:
    """Label Studio's requests find a thread all the same; when one is done or was broken off the next may begin."""
    path = f"/campaigns/{HALF_DONE}/downloads/target.vec"
    under_way = [browser.get(path, buffered=False) for _ in range(2)]
    refused = get(browser, path)
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "60"
    assert get(browser, f"/campaigns/{HALF_DONE}/downloads/labels.jsonl").status_code == 200
    for answer in under_way:
        answer.close()
    assert [get(browser, path).status_code for _ in range(3)] == [200, 200, 200]
    assert [get(browser, f"/campaigns/{EMPTY}/downloads/target.vec").status_code for _ in range(3)] == [400] * 3
    assert get(browser, path).status_code == 200
