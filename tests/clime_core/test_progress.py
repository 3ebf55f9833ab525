"""Steps are reported as they begin, and timed."""

from clime_core.progress import StepTimer


def test_steps_are_reported_with_their_place() -> None:
    """The name, how many steps are done, and how many there are; the seconds of each by name."""
    reports: list[tuple[str, int, int]] = []
    timer = StepTimer(lambda *report: reports.append(report), 2)
    for name in ("refine", "train"):
        with timer.step(name):
            assert reports[-1][0] == name
    assert reports == [("refine", 0, 2), ("train", 1, 2)]
    assert list(timer.seconds) == ["refine", "train"]
    assert all(seconds >= 0 for seconds in timer.seconds.values())


def test_an_unknown_number_of_steps_is_reported_as_none() -> None:
    """Without a total no place is reported either."""
    reports: list[tuple[str, int, int]] = []
    timer = StepTimer(lambda *report: reports.append(report))
    for name in ("a", "b"):
        with timer.step(name):
            pass
    assert reports == [("a", 0, 0), ("b", 0, 0)]
