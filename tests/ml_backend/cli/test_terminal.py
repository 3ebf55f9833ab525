"""Progress without a terminal."""

from threading import Event

from ml_backend.cli.terminal import lines, repeated


def test_lines_come_at_a_modest_rate_and_say_how_much_is_left() -> None:
    """None in the first two seconds, then one in thirty; the time left is by what was done meanwhile."""
    written: list[str] = []
    now = 0.0
    report = lines(written.append, lambda: now)
    for second in range(121):
        now = float(second)
        report("runs", 10 + second // 10, 40)
    assert written == [
        "runs: 10 of 40, 2 s",
        "runs: 13 of 40, 32 s, about 5 min left",
        "runs: 16 of 40, 1 min, about 4 min left",
        "runs: 19 of 40, 2 min, about 4 min left",
    ]


def test_work_that_ends_at_once_writes_nothing() -> None:
    """So that quick commands stay quiet."""
    written: list[str] = []
    lines(written.append, lambda: 1.0)("reading", 1, 2)
    assert not written


def test_work_that_begins_anew_is_timed_anew() -> None:
    """Texts of another part are encoded under the same name."""
    written: list[str] = []
    now = 0.0
    report = lines(written.append, lambda: now)
    for second, done in ((0.0, 0), (50.0, 100), (100.0, 0), (110.0, 50)):
        now = second
        report("encoding", done, 100)
    assert written == ["encoding: 100 of 100, 50 s", "encoding: 0 of 100"]
    now = 130.0
    report("encoding", 75, 100)
    assert written[-1] == "encoding: 75 of 100, 30 s, about 10 s left"


def test_what_was_reported_last_is_reported_again() -> None:
    """So that a step which says nothing while it lasts is seen; after the block there is no more."""
    seen: list[tuple[str, int, int]] = []
    thrice = Event()

    def report(what: str, done: int, total: int) -> None:
        seen.append((what, done, total))
        if len(seen) > 2:
            thrice.set()

    with repeated(report, 0.001) as progress:
        progress("training", 0, 7)
        assert thrice.wait(60)
    ended = len(seen)
    progress("training", 1, 7)
    assert set(seen[:ended]) == {("training", 0, 7)}
    assert seen[ended:] == [("training", 1, 7)]
