"""A person who reads the campaign pages: a headless Chromium that logs errors and requests."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from ml_backend.auth import Credentials
from tests.live.browser import FLAGS

_FLAGS = (
    *FLAGS,
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_CONTRASTS = """
const parts = colour => colour.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
  .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
function paper(element) {
  for (let e = element; e; e = e.parentElement) {
    const colour = parts(getComputedStyle(e).backgroundColor);
    if (colour.length < 4 || colour[3] > 0) return colour;
  }
  return parts(getComputedStyle(document.documentElement).backgroundColor);
}
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
  const [low, high] = [light(parts(getComputedStyle(element).color)), light(paper(element))].sort((a, b) => a - b);
  found.push([walker.currentNode.data.trim().slice(0, 40), (high + 0.05) / (low + 0.05)]);
}
return found;
"""


class Reader:
    """One browser. It waits up to a minute for each condition, so that a busy machine fails no test."""

    def __init__(self, driver: webdriver.Chrome, address: str, own: Credentials) -> None:
        self.driver, self.address, self._own = driver, address, own
        self._wait = WebDriverWait(driver, 120, 0.1, ignored_exceptions=[StaleElementReferenceException])

    def be(self, *, width: int = 1100, dark: bool = False, still: bool = False, script: bool = True) -> None:
        """Read on a screen or phone of that width, in the light or the dark, perhaps without motion or scripts."""
        self._command(
            "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 500
        )
        scheme, motion = "dark" if dark else "light", "reduce" if still else "no-preference"
        features = [("prefers-color-scheme", scheme), ("prefers-reduced-motion", motion)]
        self._command("Emulation.setEmulatedMedia", features=[{"name": n, "value": v} for n, v in features])
        self._command("Emulation.setScriptExecutionDisabled", value=not script)

    def open(self, path: str) -> None:
        """Open a page with the name and password that the browser was given."""
        self.driver.get("about:blank")
        self._log("browser")
        self._log("performance")
        host = self.address.removeprefix("http://")
        self.driver.get(f"http://{self._own.user}:{self._own.password}@{host}{path}")

    def offline(self, *, on: bool) -> None:
        """Cut the network, or bring it back."""
        self._command(
            "Network.emulateNetworkConditions", offline=on, latency=0, downloadThroughput=-1, uploadThroughput=-1
        )

    def errors(self) -> list[str]:
        """The errors in the console since the page was opened."""
        return [entry["message"] for entry in self._log("browser")]

    def hosts(self) -> set[str]:
        """The hosts of all requests since the page was opened."""
        events = [json.loads(entry["message"])["message"] for entry in self._log("performance")]
        sent = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
        return {urlsplit(url).netloc.split("@")[-1] for url in sent} - {""}

    def contrasts(self) -> list[tuple[str, float]]:
        """All text that is visible, with its contrast to what is behind it."""
        return [(text, ratio) for text, ratio in self.run(_CONTRASTS)]

    def run(self, script: str, *arguments: object) -> Any:
        """Run JavaScript in the page."""
        return self.driver.execute_script(script, *arguments)

    def one(self, css: str) -> WebElement:
        """The element, once it is there."""
        element: WebElement = self._wait.until(lambda driver: driver.find_element(By.CSS_SELECTOR, css))
        return element

    def wait(self, script: str) -> Any:
        """The value of the script, once it is a true one."""
        return self._wait.until(lambda _: self.run(script))

    def windows(self, number: int) -> list[str]:
        """The browser's windows, once there are so many."""
        self._wait.until(lambda driver: len(driver.window_handles) == number)
        return self.driver.window_handles

    def tab(self) -> str:
        """Press Tab; the text of what has the focus now."""
        self.press_tab()
        return str(self.run("return document.activeElement.innerText.trim()"))

    def press_tab(self) -> None:
        """Press Tab, by the shortest way to the browser."""
        self._command("Input.dispatchKeyEvent", type="rawKeyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9)

    def press(self, key: str) -> None:
        """Press a key where the focus is."""
        self.driver.switch_to.active_element.send_keys(key)

    def _log(self, kind: str) -> list[dict[str, Any]]:
        """What was logged since the last call."""
        entries: list[dict[str, Any]] = self.driver.get_log(kind)  # type: ignore[no-untyped-call]  # selenium's
        return entries

    def _command(self, command: str, **parameters: object) -> None:
        self.driver.execute_cdp_cmd(command, parameters)


@contextmanager
def open_reader(address: str, own: Credentials) -> Iterator[Reader]:
    """A fresh headless Chromium, closed at the end."""
    options = Options()
    options.binary_location = shutil.which("chromium") or ""
    for flag in _FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        driver.execute_cdp_cmd("Network.enable", {})
        yield Reader(driver, address, own)
    finally:
        driver.quit()
