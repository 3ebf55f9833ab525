"""What one annotator should do next."""

from collections.abc import Mapping
from typing import Any

import pytest

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.decision import Decision
from ml_backend.campaign_file import Campaign
from ml_backend.label_studio.readings import Readings
from ml_backend.queue.next_step import NextStep, next_step
from ml_backend.store.tables import ProjectRow, Role, TaskRow

DOCUMENTS, WORDS, REVIEW = Activity


def campaign(**work: Any) -> Campaign:
    """A campaign of two annotators a task."""
    return Campaign.model_validate(
        {
            "name": "health",
            "label_studio": {"url": "http://ls.example"},
            "languages": {"source": {"name": "English"}, "target": {"name": "Spanish"}},
            "task": {"categories": ["other", "health"]},
            "data": {"source_vectors": "en.vec", "target_vectors": "es.vec", "train": "train", "pool": "pool"},
            "work": {"overlap": 2, "annotators": 3, **work},
        }
    )


PROJECTS = [ProjectRow(id=1, role=Role.DOCUMENTS, project=11), ProjectRow(id=2, role=Role.WORDS, project=22)]
PROJECTS.append(ProjectRow(id=3, role=Role.REVIEW, project=44))
MIXED = [ProjectRow(id=1, role=Role.MIXED, project=33)]


def words_first(available: Mapping[Activity, int]) -> Decision:
    """A policy that serves words while there are any."""
    due = next((a for a in (WORDS, DOCUMENTS, REVIEW) if available[a]), None)
    return Decision(due, "words come first")


def read(open_tasks: Mapping[int, tuple[Activity, set[str], int | None]]) -> Readings:
    """Open tasks: their activity, who has done them, how many they need where it is other than the campaign's."""
    rows = tuple(
        TaskRow(id=number, key=str(number), activity=activity, overlap=overlap)
        for number, (activity, _, overlap) in open_tasks.items()
    )
    done_by = {number: frozenset(who) for number, (_, who, _) in open_tasks.items()}
    return Readings((), (), (), (), rows, frozenset(open_tasks), done_by)


def step_of(who: str, readings: Readings, left: float = 60.0) -> NextStep:
    """The next step of an annotator in a mixed campaign."""
    return next_step(who, readings, campaign(), MIXED, words_first, left)


def test_what_one_has_done_is_for_others() -> None:
    """A word task that ada did is open for ben: words are due to him, to her the documents."""
    readings = read({1: (WORDS, {"ada"}, None), 2: (DOCUMENTS, set(), None)})
    ada, ben = step_of("ada", readings), step_of("ben", readings)
    assert (ada.activity, ada.waiting) == (DOCUMENTS, {DOCUMENTS: 1, WORDS: 0, REVIEW: 0})
    assert (ben.activity, ben.waiting) == (WORDS, {DOCUMENTS: 1, WORDS: 1, REVIEW: 0})
    assert ben.reason == "words come first"
    assert ben.url == "http://ls.example/projects/33/data"


def test_who_has_done_all_waits_for_the_others() -> None:
    """There is nothing for them, and they are told why."""
    step = step_of("ada", read({1: (WORDS, {"ada"}, None)}))
    assert (step.activity, step.url) == (None, None)
    assert "wait for other annotators" in step.reason


def test_an_empty_queue_is_the_policys_to_explain() -> None:
    """Nothing is open to anybody."""
    assert step_of("ada", read({})).reason == "words come first"


def test_no_time_no_step() -> None:
    """Open tasks or not."""
    step = step_of("ada", read({1: (WORDS, set(), None)}), left=0.0)
    assert (step.activity, step.reason) == (None, "the time is used up")


@pytest.mark.parametrize("tasks", [{}, {1: (WORDS, set(), None)}, {1: (DOCUMENTS, {"ada"}, 3)}])
def test_a_pause_is_told_instead_of_a_step(tasks: Mapping[int, tuple[Activity, set[str], int | None]]) -> None:
    """Whatever is open: the queue is closed to everybody."""
    for who in ("ada", "ben"):
        step = next_step(who, read(tasks), campaign(), MIXED, words_first, 60.0, paused=True)
        assert (step.activity, step.url, step.reason) == (None, None, "annotating is paused")


def test_ties_go_first_to_whoever_can_break_them() -> None:
    """Words would be due, but nobody else can label the document on which ada and ben do not agree."""
    readings = read({1: (DOCUMENTS, {"ada", "ben"}, 3), 2: (WORDS, set(), None)})
    eve, ada = step_of("eve", readings), step_of("ada", readings)
    assert (eve.activity, eve.tied) == (DOCUMENTS, {DOCUMENTS: 1, WORDS: 0, REVIEW: 0})
    assert "votes are tied" in eve.reason
    assert (ada.activity, ada.tied) == (WORDS, {DOCUMENTS: 0, WORDS: 0, REVIEW: 0})


@pytest.mark.parametrize(("activity", "project"), [(DOCUMENTS, 11), (WORDS, 22), (REVIEW, 44)])
def test_the_link_is_that_of_the_activity(activity: Activity, project: int) -> None:
    """Outside a mixed project each activity has its own."""
    readings = read({1: (activity, set(), None)})
    step = next_step("ada", readings, campaign(setup="two-projects"), PROJECTS, words_first, 60.0)
    assert step.url == f"http://ls.example/projects/{project}/data"


def test_the_last_second_is_still_time() -> None:
    """And the step is this annotator's; a task that nobody has done is everybody's."""
    readings = Readings((), (), (), (), (TaskRow(id=1, key="d:1", activity=DOCUMENTS),), frozenset({1}))
    step = next_step("ada", readings, campaign(), MIXED, words_first, 0.5)
    assert (step.annotator, step.activity, step.waiting[DOCUMENTS]) == ("ada", DOCUMENTS, 1)
    assert next_step("ada", readings, campaign(), MIXED, words_first, 0.0).activity is None


def test_the_policy_is_asked_once_where_nothing_is_tied() -> None:
    """A policy that draws by chance would else draw twice."""
    asked: list[Mapping[Activity, int]] = []

    def due(available: Mapping[Activity, int]) -> Decision:
        asked.append(available)
        return words_first(available)

    next_step("ada", read({1: (DOCUMENTS, set(), None)}), campaign(), MIXED, due, 60.0)
    assert asked == [{DOCUMENTS: 1, WORDS: 0, REVIEW: 0}]
