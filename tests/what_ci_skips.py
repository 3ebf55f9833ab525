"""The one list of what may be skipped in CI, and the check: anything else that is skipped there fails the session."""

import os
import re
from collections.abc import Iterable

import pytest

CANNOT_RUN = {
    r"no CUDA device": "GPU tests: the machine that runs CI has no CUDA device",
    r"no real data: CLIME_TEST_DATA=.*": "the smoke test on real data: the data is not ours to ship",
    r"docker compose is not installed": "what Compose itself makes of its files: CI has no container engine",
}
"""Pattern of the reason that a skipped test gives, and why CI cannot run it. CONTRIBUTING.md has the same list."""


def unlisted(skipped: Iterable[tuple[str, str]]) -> list[str]:
    """Of the skipped tests (name and reason) those that are not on the list, each in a line."""
    return [
        f"{name}: {reason}"
        for name, reason in skipped
        if not any(re.fullmatch(pattern, reason) for pattern in CANNOT_RUN)
    ]


def _skipped(reporter: pytest.TerminalReporter) -> list[tuple[str, str]]:
    """Name and reason of each skipped test."""
    reports = reporter.stats.get("skipped", [])
    reasons = [(r.nodeid, r.longrepr[2] if isinstance(r.longrepr, tuple) else str(r.longrepr)) for r in reports]
    return [(name, reason.removeprefix("Skipped: ")) for name, reason in reasons]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI, fail where something was skipped that is not on the list, and name it."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") != "true" or reporter is None:  # a worker process has none: the controller reports
        return
    found = unlisted(_skipped(reporter))
    if found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.ensure_newline()
        reporter.section("skipped, and not on the list of tests/what_ci_skips.py", red=True)
        for line in found:
            reporter.line(line, red=True)
