"""The campaign pages in headless Chromium: every state, by keyboard, on a phone, in the dark, kept fresh."""

from urllib.parse import quote

import pytest
from selenium.webdriver.common.keys import Keys

from ml_backend.installation import Installation
from ml_backend.store.annotations import AnnotationState, current_annotations, reconcile
from ml_backend.store.campaigns import get_campaign, projects_of
from ml_backend.store.tables import RoundRow, RoundState
from tests.browser.conftest import STATES
from tests.browser.sight import Sight

pytestmark = [pytest.mark.browser]

SELAM = "selam@example.org"
PAGES = [
    "/",
    *(f"/campaigns/{name}" for name in STATES),
    f"/campaigns/half-done/annotators/{SELAM}",
    "/campaigns/done/annotators/selam@example.org",
    "/campaigns/half-done/annotators",
    "/campaigns/half-done/neighborhood",
    f"/campaigns/half-done/neighborhood?language=tgt&word={quote('ሆስፒታል')}",
    f"/campaigns/sinhala/neighborhood?language=tgt&by=tsne&word={quote('රෝහල')}",
    "/campaigns/half-done/neighborhood?word=zebra",
]
LOADED = "return [...document.images].every(i => !i.checkVisibility() || (i.complete && i.naturalWidth > 0))"


def look_at(seen: Sight, path: str) -> None:
    """Open a page and have everything on it loaded."""
    seen.open(path)
    seen.run("document.querySelectorAll('details').forEach(d => { d.open = true }); scrollTo(0, 1e6)")
    seen.run("document.querySelectorAll('img').forEach(i => i.scrollIntoView())")
    seen.wait(LOADED)


def annotate(installation: Installation, name: str, seconds: float = 20.0) -> None:
    """Somebody does one more of the tasks that are out."""
    with installation.store.session() as session:
        project = projects_of(session, get_campaign(session, name))[0]
        rows = current_annotations(session, project.id)
        seen = [AnnotationState(**{f: getattr(r, f) for f in AnnotationState.__dataclass_fields__}) for r in rows]
        at = max(state.created for state in seen) + 2 * seconds
        number = max(state.annotation for state in seen) + 1
        new = AnnotationState(number, seen[-1].task, "hiwet@example.org", [], True, seconds, at, at)
        reconcile(session, project.id, [*seen, new])


def set_round(installation: Installation, name: str, step: str | None) -> None:
    """A round of the campaign runs at that step, or none does."""
    with installation.store.session() as session:
        campaign = get_campaign(session, name)
        session.query(RoundRow).filter_by(campaign_id=campaign.id, state=RoundState.RUNNING).delete()
        if step is not None:
            session.add(RoundRow(campaign_id=campaign.id, reason="x", state=RoundState.RUNNING, step=step))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_and_can_be_read(seen: Sight, path: str, dark: bool) -> None:
    """No error, nothing from other hosts, every plot there, and all text stands out by 4.5 to 1."""
    seen.be(dark=dark)
    look_at(seen, path)
    assert seen.errors() == []
    assert seen.hosts() == {seen.address.removeprefix("http://")}
    contrasts = seen.contrasts()
    assert len(contrasts) > 3
    assert [found for found in contrasts if found[1] < 4.5] == []


@pytest.mark.parametrize("path", PAGES)
def test_every_page_fits_a_phone(seen: Sight, path: str) -> None:
    """360 pixels wide; only wide tables scroll, each by itself."""
    seen.be(width=360)
    look_at(seen, path)
    assert seen.run("return document.documentElement.scrollWidth") == 360
    small = "return [...document.querySelectorAll('main a.button, main button')].map(e => e.offsetHeight)"
    assert all(height >= 40 for height in seen.run(small))


def test_plots_are_those_for_the_screen_and_the_light(seen: Sight) -> None:
    """Dark ones in the dark, narrow ones on a phone, and none before it comes into sight."""
    for width, dark in ((1100, False), (1100, True), (360, False), (360, True)):
        seen.be(width=width, dark=dark)
        look_at(seen, "/campaigns/half-done")
        source = seen.wait("return document.querySelector('[data-over=minutes] img').currentSrc")
        assert ("theme=dark" in source, "size=narrow" in source) == (dark, width == 360)
        assert seen.run("return document.querySelector('[data-over=documents] img').currentSrc") == ""


def test_the_one_button_is_near_by_keyboard(seen: Sight) -> None:
    """A skip link first, then the pages, then the button; Enter opens Label Studio in a tab of its own."""
    seen.open(f"/campaigns/half-done/annotators/{SELAM}")
    assert seen.tab() == "Skip to the content"
    path = [seen.tab() for _ in range(4)]
    assert path[:3] == ["Campaign", "Annotators", "Neighbourhoods"]
    assert path[3].startswith("Open Label Studio")
    assert seen.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    seen.press(Keys.ENTER)
    page, opened = seen.wait("return 1") and seen.driver.window_handles
    seen.driver.switch_to.window(opened)
    assert seen.driver.current_url.startswith(("http://label-studio.example/projects/", "chrome-error://"))
    seen.driver.close()
    seen.driver.switch_to.window(page)


def test_the_skip_link_leads_past_the_header(seen: Sight) -> None:
    """The next Tab is then on the button."""
    seen.open("/campaigns/half-done")
    seen.tab()
    seen.press(Keys.ENTER)
    assert seen.tab().startswith("Open Label Studio")


def test_everything_that_takes_the_focus_shows_it(seen: Sight) -> None:
    """From the first to the last by Tab, with wide tables among them, so that they can be scrolled by keyboard."""
    seen.open("/campaigns/half-done")
    seen.run("document.querySelectorAll('details').forEach(d => { d.open = true })")
    state = (
        "const e = document.activeElement; return [e.tagName, getComputedStyle(e).outlineStyle, e.getAttribute('role')]"
    )
    found = []
    for _ in range(120):
        seen.tab()
        found.append(seen.run(state))
        if found[-1][0] == "BODY":
            break
    assert all(outline != "none" for tag, outline, _ in found if tag != "BODY")
    assert sum(role == "region" for _, _, role in found) == 3
    assert found[-1][0] == "BODY"


def test_the_axis_is_chosen_with_arrow_keys(seen: Sight) -> None:
    """And the plot of that axis comes, without any script of the page."""
    seen.be(script=False)
    look = "return [...document.querySelectorAll('figure')].filter(f => f.checkVisibility()).map(f => f.dataset.over)"
    seen.open("/campaigns/half-done")
    seen.be()
    assert seen.run(look) == ["minutes"]
    seen.run("document.getElementById('over-minutes').focus()")
    seen.press(Keys.ARROW_RIGHT)
    assert seen.run(look) == ["documents"]


def test_a_refresh_keeps_what_the_reader_did(seen: Sight, served: Installation) -> None:
    """Open details, the chosen axis, the focus, the scrolling; while the numbers change."""
    seen.open("/campaigns/half-done")
    seen.one("#numbers summary").click()
    seen.one("#over-keywords").click()
    seen.run("document.querySelector('#numbers .scroll').focus(); scrollTo(0, 500)")
    seen.run("document.querySelector('#numbers').marked = true")
    annotate(served, "half-done")
    seen.wait("return document.querySelector('main').innerText.includes('hiwet@example.org')")
    kept = seen.run(
        "return [document.querySelector('#numbers').open, document.querySelector('#over-keywords').checked,"
        " document.activeElement.className, scrollY, document.querySelector('#numbers').marked]"
    )
    assert kept[:3] == [True, True, "scroll"]
    assert 450 < kept[3] < 600  # the browser itself makes room for a new row above
    assert kept[4] is True
    assert seen.errors() == []


def test_only_news_of_now_are_read_out(seen: Sight, served: Installation) -> None:
    """The steps of a round change the page but not its live region; that training is paused does."""
    seen.open("/campaigns/two-projects")
    seen.run(
        "window.said = []; new MutationObserver(() => said.push(document.querySelector('[aria-live]').innerText))"
        ".observe(document.querySelector('[aria-live]'), {subtree: true, childList: true, characterData: true})"
    )
    for step in ("train", "salience"):
        set_round(served, "two-projects", step)
        seen.wait(f"return document.querySelector('main').innerText.includes('A round is running: {step}')")
    assert seen.run("return said") == []
    with served.store.session() as session:
        get_campaign(session, "two-projects").paused = True
    assert "Training is paused" in seen.wait("return said.join(' ')")
    assert seen.run("return document.querySelectorAll('[aria-live], [role=status]').length") == 2


def test_a_page_of_a_server_that_is_away_says_so(seen: Sight, served: Installation) -> None:
    """It stays as it was, and is fresh again when the server is back."""
    seen.open("/campaigns/old")
    seen.offline(on=True)
    assert "does not answer" in seen.wait("return document.querySelector('#connection').innerText")
    assert "old" in seen.one("h1").text
    seen.offline(on=False)
    annotate(served, "old")
    seen.wait("return document.querySelector('main').innerText.includes('hiwet@example.org')")
    assert seen.run("return document.querySelector('#connection').innerText") == ""


def test_refreshing_can_be_switched_off(seen: Sight, served: Installation) -> None:
    """Nothing moves then; switched on again the page catches up."""
    seen.open("/campaigns/paused")
    seen.one("#refresh").click()
    annotate(served, "paused")
    seen.run("window.fetched = 0; const real = fetch; window.fetch = (...a) => { fetched += 1; return real(...a) }")
    seen.driver.implicitly_wait(0)
    seen.run("return new Promise(done => setTimeout(done, 5500))")
    assert seen.run("return fetched") == 0
    seen.one("#refresh").click()
    seen.wait("return document.querySelector('main').innerText.includes('hiwet@example.org')")


def test_a_page_that_is_being_read_comes_by_itself(
    seen: Sight, served: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a start of the server with many annotations."""
    with monkeypatch.context() as patch:
        patch.setattr(served.snapshots, "get", lambda *_: None)
        seen.open("/campaigns/sinhala")
        assert "Reading the annotations" in seen.one("main").text
    seen.wait("return document.querySelector('#bought') !== null")
    assert "English → Sinhala" in seen.one("header").text
    assert seen.errors() == []


def test_nothing_moves_for_those_who_want_no_motion(seen: Sight) -> None:
    """Bars grow slowly for the others."""
    duration = "return getComputedStyle(document.querySelector('.bar rect')).transitionDuration"
    seen.open("/campaigns/half-done")
    assert seen.run(duration) != "0s"
    seen.be(still=True)
    assert seen.run(duration) == "0s"


def test_a_neighbourhood_is_looked_up_by_keyboard(seen: Sight) -> None:
    """A word is typed, Enter shows its map and its table."""
    seen.open("/campaigns/half-done/neighborhood")
    field = seen.one("input[name=word]")
    field.send_keys("hospital" + Keys.ENTER)
    seen.wait("return document.querySelector('figure img') !== null")
    assert "Neighbourhood of hospital" in seen.one("h1").text
    seen.wait(LOADED)
    rows = seen.run("return document.querySelectorAll('tbody tr').length")
    assert rows >= 10
    assert seen.errors() == []
