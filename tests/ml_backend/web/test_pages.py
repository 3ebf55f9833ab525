"""What people open, without a browser."""

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient

from ml_backend.installation import Installation, open_installation
from ml_backend.settings import Settings
from ml_backend.store.campaigns import get_campaign
from ml_backend.store.tables import TaskRow
from ml_backend.web.app import create_app
from tests.bench.filled_store import Filling, fill
from tests.ml_backend.conftest import EMPTY, HALF_DONE, OLD, TWICE
from tests.ml_backend.web.clients import get
from tests.ml_backend.web.markup import Markup, problems

SELAM = "selam@example.org"
PAGES = [
    "/",
    *(f"/campaigns/{name}" for name in (HALF_DONE, EMPTY, TWICE, OLD)),
    f"/campaigns/{HALF_DONE}/annotators",
    f"/campaigns/{EMPTY}/annotators",
    f"/campaigns/{HALF_DONE}/annotators/{SELAM}",
    f"/campaigns/{HALF_DONE}/annotators/nobody",
    f"/campaigns/{HALF_DONE}/neighborhood",
    f"/campaigns/{EMPTY}/neighborhood",
    f"/campaigns/{HALF_DONE}/neighborhood?word=hospital&by=tsne",
    f"/campaigns/{HALF_DONE}/neighborhood?word=zebra",
    f"/campaigns/{EMPTY}/neighborhood?word=hospital",
    "/campaigns/none",
]


def refresh_milliseconds(page: str) -> int:
    """How long the page's script waits before it fetches the page again."""
    return int(Markup.of(page).all("main")[0].attributes["data-refresh"] or "")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible(browser: FlaskClient, path: str) -> None:
    """Headings in order, names for everything, captions and scopes, nothing inline."""
    answer = get(browser, path)
    assert answer.mimetype == "text/html"
    assert problems(answer.text) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_from_other_hosts(browser: FlaskClient, path: str) -> None:
    """Its policy allows our own host alone, and its addresses are relative, for proxies that put it under a path."""
    answer = get(browser, path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for element in Markup.of(answer.text).elements:
        for name in ("src", "srcset", "href"):
            address = element.attributes.get(name) or ""
            leads_there = element.tag == "a" and address.startswith("http://label-studio.example/")
            assert leads_there or not re.match(r"/|[a-z]+:", address), address


@pytest.mark.parametrize("path", PAGES)
def test_every_link_inside_leads_somewhere(browser: FlaskClient, path: str) -> None:
    """Pages, plots, downloads, the stylesheet and the script."""
    for element in Markup.of(get(browser, path).text).elements:
        address = element.attributes.get("href") or element.attributes.get("src") or ""
        if not address or address.startswith(("http", "#")) or element.tag == "img":
            continue
        answer = get(browser, urljoin(path, address))
        assert answer.status_code in (200, 308), f"{address}: {answer.status_code}"


@pytest.mark.parametrize("name", ["page.css", "page.js", "icon.svg"])
def test_our_static_files_are_asked_for_once(browser: FlaskClient, name: str) -> None:
    """Then a browser hears that they are as they were."""
    first = get(browser, f"/static/{name}")
    assert first.status_code == 200
    assert get(browser, f"/static/{name}", If_None_Match=first.headers["ETag"]).status_code == 304


def test_an_unknown_annotator_is_shown_who_there_is(browser: FlaskClient) -> None:
    """And where to begin."""
    answer = get(browser, f"/campaigns/{HALF_DONE}/annotators/nobody")
    assert answer.status_code == 404
    assert "nobody has not done a task yet" in answer.text
    assert f">{SELAM}</a>" in answer.text


def test_an_annotator_has_one_button(browser: FlaskClient) -> None:
    """It leads to Label Studio."""
    for path in (f"/campaigns/{HALF_DONE}/annotators/{SELAM}", f"/campaigns/{HALF_DONE}"):
        buttons = [e for e in Markup.of(get(browser, path).text).all("a") if e.attributes.get("class") == "button"]
        (button,) = buttons
        assert (button.attributes["href"] or "").startswith("http://label-studio.example/projects/")
        assert button.attributes["rel"] == "noopener"


def test_words_are_escaped_wherever_they_come_from(tmp_path: Path) -> None:
    """A task's key and an annotator's name cannot bring markup into the page."""
    installation = open_installation(Settings(data_dir=tmp_path, device="cpu"))
    fill(installation, "odd", Filling(annotations=6, versions=0, annotators=("<b>ada</b>",)))
    with installation.store.session() as session:
        get_campaign(session, "odd")
        session.query(TaskRow).first().key = "d:<script>1</script>"  # type: ignore[union-attr]  # there is one
    client = create_app(installation).test_client()
    own = {"Authorization": installation.keyring.credentials("odd").header}
    for path in ("/campaigns/odd", "/campaigns/odd/annotators", "/campaigns/odd/neighborhood?word=<img>"):
        page = client.get(path, headers=own).text
        assert "<b>" not in page
        assert "<script>1" not in page
        assert "<img>" not in page
    installation.close()


def test_pauses_and_minutes_that_are_used_up_are_shown(tmp_path: Path) -> None:
    """To the lead and to the annotator; there is no button then."""
    installation = open_installation(Settings(data_dir=tmp_path, device="cpu"))
    fill(installation, HALF_DONE, Filling(annotations=20, versions=2))
    client = create_app(installation).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = installation.keyring.credentials("clime").header
    lead, own = f"/campaigns/{HALF_DONE}", f"/campaigns/{HALF_DONE}/annotators/{SELAM}"
    with installation.store.session() as session:
        row = get_campaign(session, HALF_DONE)
        row.spec = {**row.spec, "work": {**row.spec["work"], "minutes_of": {SELAM: 0.5}}}
    assert "Your time is used up" in get(client, own).text
    assert " over</td>" in get(client, lead).text
    with installation.store.session() as session:
        get_campaign(session, HALF_DONE).annotating_paused = True
    for path in (lead, own):
        assert "Annotating is paused" in get(client, path).text
        assert "Now:" not in get(client, path).text
        assert "Open Label Studio" not in get(client, path).text
    installation.close()


def test_a_page_that_is_still_being_read_says_so(
    browser: FlaskClient, filled: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the script asks again after a second, not after five."""
    monkeypatch.setattr(filled.snapshots, "get", lambda *_: None)
    answer = get(browser, f"/campaigns/{HALF_DONE}")
    assert answer.status_code == 200
    assert "Reading the annotations" in answer.text
    assert refresh_milliseconds(answer.text) == 1000
    assert refresh_milliseconds(get(browser, "/").text) == 5000
    assert problems(answer.text) == []


def test_errors_are_pages_for_people_and_json_for_programs(browser: FlaskClient) -> None:
    """The same message."""
    page = get(browser, "/campaigns/none")
    programs = get(browser, "/campaigns/none/status.json", Accept="application/json")
    assert (page.status_code, programs.status_code) == (400, 400)
    assert "no campaign" in page.text
    assert "no campaign" in programs.get_json()["error"]
