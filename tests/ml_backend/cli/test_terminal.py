"""Progress without a terminal."""

from ml_backend.cli.terminal import lines


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
