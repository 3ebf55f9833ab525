"""The routes of the plots."""

import pytest
from flask.testing import FlaskClient

from tests.ml_backend.conftest import HALF_DONE
from tests.ml_backend.web.clients import get

PLOTS = [
    f"/campaigns/{HALF_DONE}/plots/curve.svg?over=documents",
    f"/campaigns/{HALF_DONE}/plots/neighborhood.svg?word=hospital",
]


@pytest.mark.parametrize("path", PLOTS)
def test_plots_can_be_kept_while_their_version_is_the_newest(browser: FlaskClient, path: str) -> None:
    """The address names the version; without it a browser asks whether there is another."""
    named = get(browser, f"{path}&v=12")
    assert named.mimetype == "image/svg+xml"
    assert "immutable" in named.headers["Cache-Control"]
    assert "private" in named.headers["Cache-Control"]
    for other in (path, f"{path}&v=11"):
        assert "no-cache" in get(browser, other).headers["Cache-Control"]
    assert get(browser, path, If_None_Match=named.headers["ETag"]).status_code == 304
    assert "script-src" not in named.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", PLOTS)
def test_plots_come_in_two_themes_and_two_sizes(browser: FlaskClient, path: str) -> None:
    """All four differ; an unknown one is the first."""
    drawn = [get(browser, f"{path}&theme={t}&size={s}").data for t in ("light", "dark") for s in ("wide", "narrow")]
    assert len(set(drawn)) == 4
    assert get(browser, f"{path}&theme=sepia&size=huge").data == drawn[0]
