"""What people open, without a browser."""

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ml_backend.installation import Installation, open_installation
from ml_backend.settings import Settings
from ml_backend.store.campaigns import get_campaign
from ml_backend.store.tables import TaskRow
from ml_backend.web.app import create_app
from tests.bench.filled_store import Filling, fill
from tests.ml_backend.conftest import EMPTY, HALF_DONE, OLD, TWICE
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
PLOTS = [
    f"/campaigns/{HALF_DONE}/plots/curve.svg?over=documents",
    f"/campaigns/{HALF_DONE}/plots/neighborhood.svg?word=hospital",
]


@pytest.fixture(scope="module")
def client(filled: Installation) -> FlaskClient:
    """A browser's client, logged in as the operator."""
    client = create_app(filled).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = filled.keyring.credentials("clime").header
    client.environ_base["HTTP_ACCEPT"] = "text/html,application/xhtml+xml,*/*;q=0.8"
    return client


def get(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """An answer, its headers in the form `If_None_Match`."""
    return client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()}, buffered=True)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_fault_that_a_review_would_name(client: FlaskClient, path: str) -> None:
    """Headings in order, names for everything, captions and scopes, nothing inline."""
    answer = get(client, path)
    assert answer.mimetype == "text/html"
    assert problems(answer.text) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_from_other_hosts(client: FlaskClient, path: str) -> None:
    """Its policy allows our own host alone, and its addresses are relative, for proxies that put it under a path."""
    answer = get(client, path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for element in Markup.of(answer.text).elements:
        for name in ("src", "srcset", "href"):
            address = element.attributes.get(name) or ""
            leads_there = element.tag == "a" and address.startswith("http://label-studio.example/")
            assert leads_there or not re.match(r"/|[a-z]+:", address), address


@pytest.mark.parametrize("path", PAGES)
def test_every_link_inside_leads_somewhere(client: FlaskClient, path: str) -> None:
    """Pages, plots, downloads, the stylesheet and the script."""
    for element in Markup.of(get(client, path).text).elements:
        address = element.attributes.get("href") or element.attributes.get("src") or ""
        if not address or address.startswith(("http", "#")) or element.tag == "img":
            continue
        answer = get(client, urljoin(path, address))
        assert answer.status_code in (200, 308), f"{address}: {answer.status_code}"


@pytest.mark.parametrize("path", PLOTS)
def test_plots_can_be_kept_while_their_version_is_the_newest(client: FlaskClient, path: str) -> None:
    """The address names the version; without it a browser asks whether there is another."""
    named = get(client, f"{path}&v=12")
    assert named.mimetype == "image/svg+xml"
    assert "immutable" in named.headers["Cache-Control"]
    assert "private" in named.headers["Cache-Control"]
    for other in (path, f"{path}&v=11"):
        assert "no-cache" in get(client, other).headers["Cache-Control"]
    assert get(client, path, If_None_Match=named.headers["ETag"]).status_code == 304
    assert "script-src" not in named.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", PLOTS)
def test_plots_come_in_two_themes_and_two_sizes(client: FlaskClient, path: str) -> None:
    """All four differ; an unknown one is the first."""
    drawn = [get(client, f"{path}&theme={t}&size={s}").data for t in ("light", "dark") for s in ("wide", "narrow")]
    assert len(set(drawn)) == 4
    assert get(client, f"{path}&theme=sepia&size=huge").data == drawn[0]


@pytest.mark.parametrize("name", ["page.css", "page.js", "icon.svg"])
def test_our_static_files_are_asked_for_once(client: FlaskClient, name: str) -> None:
    """Then a browser hears that they are as they were."""
    first = get(client, f"/static/{name}")
    assert first.status_code == 200
    assert get(client, f"/static/{name}", If_None_Match=first.headers["ETag"]).status_code == 304


def test_pages_plots_and_files_are_the_teams_own(filled: Installation) -> None:
    """Nobody without a password, no other team."""
    client = create_app(filled).test_client()
    other = {"Authorization": filled.keyring.credentials(EMPTY).header}
    paths = [*(path for path in PAGES if HALF_DONE in path), *PLOTS, f"/campaigns/{HALF_DONE}/downloads/labels.jsonl"]
    for path in paths:
        assert client.get(path).status_code == 401, path
        assert client.get(path, headers=other).status_code == 403, path
    assert client.get("/static/page.js").status_code == 401


def test_an_unknown_annotator_is_shown_who_there_is(client: FlaskClient) -> None:
    """And where to begin."""
    answer = get(client, f"/campaigns/{HALF_DONE}/annotators/nobody")
    assert answer.status_code == 404
    assert "nobody has not done a task yet" in answer.text
    assert f">{SELAM}</a>" in answer.text


def test_an_annotator_has_one_button(client: FlaskClient) -> None:
    """What to do now, in Label Studio."""
    for path in (f"/campaigns/{HALF_DONE}/annotators/{SELAM}", f"/campaigns/{HALF_DONE}"):
        buttons = [e for e in Markup.of(get(client, path).text).all("a") if e.attributes.get("class") == "button"]
        (button,) = buttons
        assert (button.attributes["href"] or "").startswith("http://label-studio.example/projects/")
        assert button.attributes["rel"] == "noopener"


@pytest.mark.parametrize("what", ["source.vec", "labels.jsonl", "manifest.json", "decisions.jsonl"])
def test_downloads_are_files_with_sensible_names(client: FlaskClient, what: str) -> None:
    """A browser saves them and does not show them."""
    answer = get(client, f"/campaigns/{HALF_DONE}/downloads/{what}")
    name = re.fullmatch(r"attachment; filename=(.+)", answer.headers["Content-Disposition"])
    assert name is not None
    assert re.fullmatch(rf"half-done(-v12)?-{re.escape(what)}", name[1])
    assert answer.data


def test_few_vectors_are_sent_at_once(client: FlaskClient) -> None:
    """Label Studio's requests find a thread all the same; when one is done or was broken off the next may begin."""
    path = f"/campaigns/{HALF_DONE}/downloads/target.vec"
    under_way = [client.get(path, buffered=False) for _ in range(2)]
    refused = get(client, path)
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "60"
    assert get(client, f"/campaigns/{HALF_DONE}/downloads/labels.jsonl").status_code == 200
    for answer in under_way:
        answer.close()
    assert [get(client, path).status_code for _ in range(3)] == [200, 200, 200]
    assert [get(client, f"/campaigns/{EMPTY}/downloads/target.vec").status_code for _ in range(3)] == [400] * 3
    assert get(client, path).status_code == 200


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


def test_pauses_and_minutes_that_are_used_up_are_told(tmp_path: Path) -> None:
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
    client: FlaskClient, filled: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the script asks again soon."""
    monkeypatch.setattr(filled.snapshots, "get", lambda *_: None)
    answer = get(client, f"/campaigns/{HALF_DONE}")
    assert answer.status_code == 200
    assert "Reading the annotations" in answer.text
    assert "data-soon" in answer.text
    assert problems(answer.text) == []


def test_errors_are_pages_for_people_and_json_for_programs(client: FlaskClient) -> None:
    """The same message."""
    page = get(client, "/campaigns/none")
    programs = get(client, "/campaigns/none/status.json", Accept="application/json")
    assert (page.status_code, programs.status_code) == (400, 400)
    assert "no campaign" in page.text
    assert "no campaign" in programs.get_json()["error"]
