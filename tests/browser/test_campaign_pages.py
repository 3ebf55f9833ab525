"""The campaign pages in headless Chromium: every state, by keyboard, on a phone, in the dark, refreshing."""

from urllib.parse import quote

import pytest
from selenium.webdriver.common.keys import Keys

from ml_backend.installation import Installation
from ml_backend.store.annotations import AnnotationState, current_annotations, reconcile
from ml_backend.store.campaigns import get_campaign, projects_of
from ml_backend.store.tables import RoundRow, RoundState
from tests.browser.conftest import STATES
from tests.browser.reader import Reader
from tests.live.browser import PICTURES_DRAWN

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
COUNT_CALLS = """
window.fetched = window.timers = 0;
const [realFetch, realTimeout] = [fetch, setTimeout];
window.fetch = (...given) => { fetched += 1; return realFetch(...given); };
window.setTimeout = (...given) => { timers += 1; return realTimeout(...given); };
"""


def load(reader: Reader, path: str) -> None:
    """Open a page and have everything on it loaded."""
    reader.open(path)
    reader.run("document.querySelectorAll('details').forEach(d => { d.open = true }); scrollTo(0, 1e6)")
    reader.run("document.querySelectorAll('img').forEach(i => i.scrollIntoView())")
    reader.wait(PICTURES_DRAWN)


def annotate(installation: Installation, name: str, seconds: float = 20.0) -> None:
    """Hiwet does one more of the tasks that were handed out."""
    with installation.store.session() as session:
        project = projects_of(session, get_campaign(session, name))[0]
        rows = current_annotations(session, project.id)
        states = [AnnotationState(**{f: getattr(r, f) for f in AnnotationState.__dataclass_fields__}) for r in rows]
        at = max(state.created for state in states) + 2 * seconds
        number = max(state.annotation for state in states) + 1
        new = AnnotationState(number, states[-1].task, "hiwet@example.org", [], True, seconds, at, at)
        reconcile(session, project.id, [*states, new])


def set_round(installation: Installation, name: str, step: str | None) -> None:
    """A round of the campaign runs at that step, or none does."""
    with installation.store.session() as session:
        campaign = get_campaign(session, name)
        session.query(RoundRow).filter_by(campaign_id=campaign.id, state=RoundState.RUNNING).delete()
        if step is not None:
            session.add(RoundRow(campaign_id=campaign.id, reason="x", state=RoundState.RUNNING, step=step))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_and_can_be_read(reader: Reader, path: str, dark: bool) -> None:
    """No error, nothing from other hosts, every plot there, and all text stands out by 4.5 to 1."""
    reader.be(dark=dark)
    load(reader, path)
    assert reader.errors() == []
    assert reader.hosts() == {reader.address.removeprefix("http://")}
    contrasts = reader.contrasts()
    assert len(contrasts) > 3
    assert [found for found in contrasts if found[1] < 4.5] == []


@pytest.mark.parametrize("path", PAGES)
def test_every_page_fits_a_phone(reader: Reader, path: str) -> None:
    """360 pixels wide; only wide tables scroll, each by itself."""
    reader.be(width=360)
    load(reader, path)
    assert reader.run("return document.documentElement.scrollWidth") == 360
    small = "return [...document.querySelectorAll('main a.button, main button')].map(e => e.offsetHeight)"
    assert all(height >= 40 for height in reader.run(small))


def test_plots_are_those_for_the_screen_and_the_light(reader: Reader) -> None:
    """Dark ones in the dark, narrow ones on a phone, and none before it comes into sight."""
    for width, dark in ((1100, False), (1100, True), (360, False), (360, True)):
        reader.be(width=width, dark=dark)
        load(reader, "/campaigns/half-done")
        source = reader.wait("return document.querySelector('[data-over=minutes] img').currentSrc")
        assert ("theme=dark" in source, "size=narrow" in source) == (dark, width == 360)
        assert reader.run("return document.querySelector('[data-over=documents] img').currentSrc") == ""


def test_the_one_button_is_near_by_keyboard(reader: Reader) -> None:
    """A skip link first, then the pages, then the button; Enter opens Label Studio in a tab of its own."""
    reader.open(f"/campaigns/half-done/annotators/{SELAM}")
    assert reader.tab() == "Skip to the content"
    path = [reader.tab() for _ in range(4)]
    assert path[:3] == ["Campaign", "Annotators", "Neighbourhoods"]
    assert path[3].startswith("Open Label Studio")
    assert reader.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    reader.press(Keys.ENTER)
    page, opened = reader.windows(2)
    reader.driver.switch_to.window(opened)
    assert reader.driver.current_url.startswith(("http://label-studio.example/projects/", "chrome-error://"))
    reader.driver.close()
    reader.driver.switch_to.window(page)


def test_the_skip_link_leads_past_the_header(reader: Reader) -> None:
    """The next Tab is then on the button."""
    reader.open("/campaigns/half-done")
    reader.tab()
    reader.press(Keys.ENTER)
    assert reader.tab().startswith("Open Label Studio")


def test_everything_that_takes_the_focus_shows_it(reader: Reader) -> None:
    """From the first to the last by Tab, with wide tables among them, so that they can be scrolled by keyboard."""
    reader.open("/campaigns/half-done")
    reader.run("document.querySelectorAll('details').forEach(d => { d.open = true })")
    state = (
        "const e = document.activeElement; return [e.tagName, getComputedStyle(e).outlineStyle, e.getAttribute('role')]"
    )
    focused = []
    for _ in range(120):
        reader.press_tab()
        focused.append(reader.run(state))
        if focused[-1][0] == "BODY":
            break
    assert len(focused) > 60
    assert all(outline != "none" for tag, outline, _ in focused if tag != "BODY")
    assert sum(role == "region" for _, _, role in focused) == 3
    assert focused[-1][0] == "BODY"


def test_the_axis_is_chosen_with_arrow_keys(reader: Reader) -> None:
    """And the plot of that axis comes, without any script of the page."""
    reader.be(script=False)
    shown = "return [...document.querySelectorAll('figure')].filter(f => f.checkVisibility()).map(f => f.dataset.over)"
    reader.open("/campaigns/half-done")
    reader.be()
    assert reader.run(shown) == ["minutes"]
    reader.run("document.getElementById('over-minutes').focus()")
    reader.press(Keys.ARROW_RIGHT)
    assert reader.run(shown) == ["documents"]


@pytest.mark.usefixtures("quick_refresh")
def test_a_refresh_keeps_what_the_reader_did(reader: Reader, served: Installation) -> None:
    """Open details, the chosen axis, the focus, the scrolling; while the numbers change."""
    reader.open("/campaigns/half-done")
    reader.one("#numbers summary").click()
    reader.one("#over-keywords").click()
    reader.run("document.querySelector('#numbers .scroll').focus(); scrollTo(0, 500)")
    reader.run("document.querySelector('#numbers').marked = true")
    annotate(served, "half-done")
    reader.wait("return document.querySelector('main').innerText.includes('hiwet@example.org')")
    state = reader.run(
        "return [document.querySelector('#numbers').open, document.querySelector('#over-keywords').checked,"
        " document.activeElement.className, scrollY, document.querySelector('#numbers').marked]"
    )
    assert state[:3] == [True, True, "scroll"]
    assert 450 < state[3] < 600  # the browser itself makes room for a new row above
    assert state[4] is True
    assert reader.errors() == []


@pytest.mark.usefixtures("quick_refresh")
def test_only_what_needs_action_is_read_out(reader: Reader, served: Installation) -> None:
    """The steps of a round change the page but not its live region; that training is paused does."""
    reader.open("/campaigns/two-projects")
    reader.run(
        "window.announced = []; const live = document.querySelector('[aria-live]');"
        "new MutationObserver(() => announced.push(live.innerText))"
        ".observe(live, {subtree: true, childList: true, characterData: true})"
    )
    for step in ("train", "salience"):
        set_round(served, "two-projects", step)
        reader.wait(f"return document.querySelector('main').innerText.includes('A round is running: {step}')")
    assert reader.run("return announced") == []
    with served.store.session() as session:
        get_campaign(session, "two-projects").paused = True
    assert "Training is paused" in reader.wait("return announced.join(' ')")
    assert reader.run("return document.querySelectorAll('[aria-live], [role=status]').length") == 2


@pytest.mark.usefixtures("quick_refresh")
def test_a_page_says_when_the_server_does_not_answer(reader: Reader, served: Installation) -> None:
    """It stays as it was, and is refreshed again when the server is back."""
    reader.open("/campaigns/old")
    reader.offline(on=True)
    assert "does not answer" in reader.wait("return document.querySelector('#connection').innerText")
    assert "old" in reader.one("h1").text
    reader.offline(on=False)
    annotate(served, "old")
    reader.wait("return document.querySelector('main').innerText.includes('hiwet@example.org')")
    assert reader.run("return document.querySelector('#connection').innerText") == ""


@pytest.mark.usefixtures("quick_refresh")
def test_refreshing_can_be_switched_off(reader: Reader, served: Installation) -> None:
    """Its timer goes on and fetches nothing; switched on again the page catches up."""
    reader.open("/campaigns/paused")
    reader.run(COUNT_CALLS)
    reader.wait("return fetched > 0")
    reader.one("#refresh").click()
    reader.run("timers = 0")
    reader.wait("return timers > 0")  # nothing that was fetched before is still to come
    reader.run("fetched = timers = 0")
    annotate(served, "paused")
    reader.wait("return timers > 5")
    assert reader.run("return fetched") == 0
    assert "hiwet@example.org" not in reader.one("main").text
    reader.one("#refresh").click()
    reader.wait("return document.querySelector('main').innerText.includes('hiwet@example.org')")


@pytest.mark.usefixtures("quick_refresh")
def test_a_campaign_that_is_being_read_comes_by_itself(
    reader: Reader, served: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a start of the server with many annotations."""
    with monkeypatch.context() as patch:
        patch.setattr(served.snapshots, "get", lambda *_: None)
        reader.open("/campaigns/sinhala")
        assert "Reading the annotations" in reader.one("main").text
    reader.wait("return document.querySelector('#bought') !== null")
    assert "English → Sinhala" in reader.one("header").text
    assert reader.errors() == []


def test_nothing_moves_for_those_who_want_no_motion(reader: Reader) -> None:
    """Bars grow slowly for the others."""
    duration = "return getComputedStyle(document.querySelector('.bar rect')).transitionDuration"
    reader.open("/campaigns/half-done")
    assert reader.run(duration) != "0s"
    reader.be(still=True)
    assert reader.run(duration) == "0s"


def test_a_neighbourhood_is_looked_up_by_keyboard(reader: Reader) -> None:
    """A word is typed, Enter shows its map and its table."""
    reader.open("/campaigns/half-done/neighborhood")
    field = reader.one("input[name=word]")
    field.send_keys("hospital" + Keys.ENTER)
    reader.wait("return document.querySelector('figure img') !== null")
    assert "Neighbourhood of hospital" in reader.one("h1").text
    reader.wait(PICTURES_DRAWN)
    rows = reader.run("return document.querySelectorAll('tbody tr').length")
    assert rows >= 10
    assert reader.errors() == []
