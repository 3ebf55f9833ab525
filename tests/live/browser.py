"""An annotator at work in a real browser: log in, open a project, judge, add words, submit."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from selenium import webdriver
from selenium.common.exceptions import ElementClickInterceptedException, StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

Read = TypeVar("Read")

TIMEOUT_SECONDS = 120.0
"""How long a page may take to show what was done: a limit that no busy machine reaches."""

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
)


PICTURES_DRAWN = "return [...document.images].every(i => !i.checkVisibility() || (i.complete && i.naturalWidth > 0))"
"""A script: whether every picture that the page shows is drawn."""


@contextmanager
def browser(url: str, width: int = 1300, height: int = 1000) -> Iterator["Annotator"]:
    """A fresh headless Chromium in front of a Label Studio server, closed at the end."""
    options = Options()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (*FLAGS, f"--window-size={width},{height}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        yield Annotator(driver, url)
    finally:
        driver.quit()


class Annotator:
    """One logged-in person. Every method waits until the page shows what it did."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver = driver
        self.url = url.rstrip("/")
        self.opened_at = 0.0  # when the last queue was opened, as `time.monotonic` counts
        self._wait = WebDriverWait(driver, TIMEOUT_SECONDS, ignored_exceptions=[StaleElementReferenceException])

    def log_in(self, email: str, password: str) -> None:
        """Log in with the form of Label Studio."""
        self.driver.get(f"{self.url}/user/login/")
        self._one("input[name=email]").send_keys(email)
        self._one("input[name=password]").send_keys(password + Keys.ENTER)
        self._wait.until(lambda driver: "/user/login" not in driver.current_url)

    def open_queue(self, project: int) -> None:
        """Open the project and press "Label All Tasks": the queue that honours scores and locks."""
        self.opened_at = time.monotonic()
        self.driver.get(f"{self.url}/projects/{project}/data")
        self._wait.until(lambda _: self._press("Label All Tasks"))
        self._wait.until(lambda _: self.task_id is not None or self.exhausted)

    def open_task(self, project: int, task: int) -> None:
        """Open one task, past the queue."""
        self.driver.get(f"{self.url}/projects/{project}/data?task={task}")
        self._wait.until(lambda _: self.task_id == task)

    @property
    def task_id(self) -> int | None:
        """The number of the task on screen, None where there is none."""
        shown = self._steady(lambda: [element.text for element in self._all(".lsf-current-task__task-id")])
        first = shown[0].split("\n")[0].lstrip("#") if shown else ""
        return int(first) if first.isdigit() else None

    @property
    def exhausted(self) -> bool:
        """Whether Label Studio says that the queue holds nothing more."""
        return "No More Tasks Left in Queue" in self.text

    @property
    def text(self) -> str:
        """All text on screen."""
        return self._steady(lambda: self._one("body").text)

    @property
    def kind(self) -> str:
        """`document`, `word` or `review`: which part of the interface is on screen."""
        self._wait.until(lambda _: self._all(".clime .document, .clime .keyword, .clime .review"))
        if self._all(".clime .review"):
            return "review"
        return "word" if self._all(".clime .keyword") else "document"

    @property
    def keyword(self) -> str:
        """The keyword on screen."""
        return self._steady(lambda: self._one(".clime .keyword .lsf-richtext__line").text)

    def neighbors(self, side: str) -> list[str]:
        """The neighbours on screen, `side` is src or tgt."""
        css = f".clime .column.{side} .ant-collapse-header-text"
        return self._steady(lambda: [row.text for row in self._all(css)])

    def label_document(self, category: str) -> None:
        """Choose a category."""
        self._choose(f'.clime .categories input[name="{category}"]', 0)

    def mark_neighbor(self, side: str, position: int, judgement: str) -> None:
        """Mark a neighbour (position from 0) similar or dissimilar; the same again undoes it."""
        self._choose(f".clime .column.{side} .judgement input[name={judgement}]", position)

    def marked(self, side: str, position: int) -> str | None:
        """What a neighbour is marked as, None where it is left alone."""

        def chosen() -> list[str | None]:
            row = self._all(f".clime .column.{side} .neighbor")[position]
            boxes = row.find_elements(By.CSS_SELECTOR, "input[type=checkbox]")
            return [box.get_attribute("name") for box in boxes if box.is_selected()]

        return next(iter(self._steady(chosen)), None)

    @property
    def excerpts(self) -> list[str]:
        """The texts of a review screen as far as they are shown unopened."""
        return self._steady(lambda: [row.text for row in self._all(".clime .excerpt .lsf-richtext__line")])

    def review(self, position: int, choice: str) -> None:
        """Click a choice for a text (position from 0); the same again undoes it."""
        self._choose(f'.clime .correction input[name="{choice}"]', position)

    def reviewed(self) -> list[str | None]:
        """What is chosen for each text of a review screen, None where it is left alone."""

        def chosen() -> list[str | None]:
            rows = [row.find_elements(By.CSS_SELECTOR, "input:checked") for row in self._all(".clime .correction")]
            return [next((box.get_attribute("name") for box in boxes), None) for boxes in rows]

        return self._steady(chosen)

    def open_rest(self, position: int) -> str:
        """Open the rest of a text, counted among those that have one; the text that comes in the place of one line."""

        def rest() -> WebElement:
            return self._all(".clime .excerpt .ant-collapse-header-text")[position]

        line = self._steady(lambda: rest().size["height"])
        rest().click()
        self._wait.until(lambda _: rest().size["height"] > line)
        return self._steady(lambda: rest().text)

    def press_key(self, key: str, *, shift: bool = False) -> None:
        """Press a hotkey."""
        self.driver.find_element(By.TAG_NAME, "body").send_keys(*([Keys.SHIFT] if shift else []), key)

    def open_concordance(self, side: str, position: int) -> str:
        """Click a neighbour and wait until its sentences are there: their text."""
        self._all(f".clime .column.{side} .neighbor .ant-collapse-header")[position].click()
        return self._wait.until(lambda _: self._concordance(side, position))

    def _concordance(self, side: str, position: int) -> str:
        """The sentences of an opened neighbour, whole also while they unfold; empty while it is shut."""
        row = self._all(f".clime .column.{side} .neighbor")[position]
        shown = row.find_elements(By.CSS_SELECTOR, ".ant-collapse-content-active .lsf-richtext")
        return str(shown[0].get_attribute("textContent")) if shown else ""

    def type_word(self, side: str, judgement: str, word: str, *, enter: bool = True) -> None:
        """Type a word to be added, and press Enter."""
        self._one(f".clime input[name={side}_add_{judgement}]").send_keys(word + (Keys.ENTER if enter else ""))
        if enter:
            self._wait.until(
                lambda _: word.strip() in self._one(f".clime .column.{side} .add.{judgement} .lsf-text-area").text
            )

    def pick_word(self, side: str, judgement: str, word: str) -> None:
        """Search the words of the corpus and pick one."""
        place = f".clime .column.{side} .add.{judgement} .ant-select-selector"
        self._one(place).click()
        self._wait.until(lambda _: self._visible(".htx-taxonomy-dropdown input[data-testid=taxonomy-search]"))
        self._visible(".htx-taxonomy-dropdown input[data-testid=taxonomy-search]")[0].send_keys(word)
        option = f'.htx-taxonomy-dropdown .ant-select-tree-node-content-wrapper[title="{word}"]'
        self._wait.until(lambda _: self._visible(option))
        self._visible(option)[0].click()
        self._wait.until(lambda _: word.strip() in self._one(place).text)
        self._one(".clime .question").click()
        self._wait.until(lambda _: not self._visible(".htx-taxonomy-dropdown"))

    def submit(self) -> None:
        """Press Submit and wait for the next task, the end of the queue, or, past the queue, for Update."""
        before = self.task_id
        self._wait.until(lambda _: self._press("Submit"))
        self._wait.until(lambda _: self._moved_on(before) or self._button("Update") is not None)

    def skip(self) -> None:
        """Press Skip and wait for the next task or the end of the queue."""
        before = self.task_id
        self._wait.until(lambda _: self._press("Skip"))
        self._wait.until(lambda _: self._moved_on(before))

    def update(self) -> None:
        """Press Update and wait until Label Studio has said that it is saved."""
        self._wait.until(lambda _: self._press("Update"))
        self.wait_for("Annotation updated successfully")

    def go_back(self) -> None:
        """Return to the task before this one; what was begun here becomes a draft."""
        self._turn("Previous task")

    def go_on(self) -> None:
        """Go on to the task after this one."""
        self._turn("Next task")

    def take_skip_back(self) -> None:
        """Press "Cancel skip" and wait until the task may be done."""
        self._wait.until(lambda _: self._press("Cancel skip"))
        self._wait.until(lambda _: self._button("Submit") is not None)

    def _turn(self, label: str) -> None:
        before = self.task_id
        self._wait.until(lambda _: any(self._click(b) for b in self._all(f'button[aria-label="{label}"]:enabled')))
        self._wait.until(lambda _: self._moved_on(before))

    def wait_for(self, text: str) -> None:
        """Wait until the text is on screen."""
        self._wait.until(lambda _: text in self.text, f"{text!r} is not on screen")

    def wait_for_pictures(self) -> None:
        """Wait until every picture that the page shows is drawn."""
        self.driver.execute_script("for (const image of document.images) image.loading = 'eager'")
        self._wait.until(lambda driver: driver.execute_script(PICTURES_DRAWN), "a picture is not drawn")

    def close_pages(self) -> None:
        """Close all tabs but the first, and leave its page."""
        first, *further = self.driver.window_handles
        for handle in further:
            self.driver.switch_to.window(handle)
            self.driver.close()
        self.driver.switch_to.window(first)
        self.driver.get("about:blank")

    def screenshot(self, path: Path) -> None:
        """Save what is on screen as a PNG."""
        self.driver.save_screenshot(str(path))

    def _moved_on(self, before: int | None) -> bool:
        return self.task_id not in (None, before) or self.exhausted

    def _one(self, css: str) -> WebElement:
        return self._wait.until(lambda driver: driver.find_element(By.CSS_SELECTOR, css))

    def _steady(self, read: Callable[[], Read]) -> Read:
        """What is read, read again where the page was drawn anew meanwhile."""
        return self._wait.until(lambda _: (read(),))[0]

    def _all(self, css: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def _visible(self, css: str) -> list[WebElement]:
        return [element for element in self._all(css) if element.is_displayed()]

    def _choose(self, css: str, position: int) -> None:
        """Click the label of a checkbox; the page may draw it anew at any moment, so look it up each time."""

        def box() -> WebElement:
            return self._all(css)[position]

        self._one(css)
        before = self._steady(lambda: box().is_selected())
        self._wait.until(lambda _: self._click(box().find_element(By.XPATH, "./ancestor::label")))
        self._wait.until(lambda _: box().is_selected() != before)

    def _button(self, text: str) -> WebElement | None:
        buttons = self.driver.find_elements(By.TAG_NAME, "button")
        return next((button for button in buttons if button.text.strip() == text), None)

    def _press(self, text: str) -> bool:
        """Click the button if it is there and takes a click."""
        button = self._button(text)
        return button is not None and button.is_enabled() and self._click(button)

    def _click(self, element: WebElement) -> bool:
        try:
            element.click()
        except ElementClickInterceptedException:  # a passing notice lies over it
            return False
        return True
