"""Building a review screen's data and reading its annotations back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clime_core.model.selection.review_settings import MAX_TEXTS
from label_config import UNSURE_CHOICE
from ml_backend.label_studio.answers import review_result
from ml_backend.label_studio.review_task import (
    ReviewReading,
    ReviewTask,
    ReviewText,
    TextAnswer,
    build_review_task,
    read_review,
    review_key,
    review_texts,
)
from ml_backend.label_studio.task_data import (
    DocumentTask,
    TaskKey,
    build_document_task,
    document_key,
    read_document,
    task_length,
)

CATEGORIES = ("other", "health", "sport")
LONG = " ".join(f"word{n}" for n in range(100))
TEXTS = (ReviewText(17, "Una clínica abre."), ReviewText("b", LONG), ReviewText(3, "El partido."))
SCREEN = build_review_task(ReviewTask(1, TEXTS), CATEGORIES)
LEFT = (
    TextAnswer(TaskKey("d:17"), 1, "left"),
    TextAnswer(TaskKey("d:b"), 1, "left"),
    TextAnswer(TaskKey("d:3"), 1, "left"),
)


def choice(place: int, *chosen: str) -> dict[str, Any]:
    """The result of choosing for the text at a position, also of none or several."""
    (result,) = review_result({place: ""})
    return {**result, "value": {"choices": list(chosen)}}


def test_a_screen_has_the_shape_of_all_tasks() -> None:
    """One entry with the predicted category and the texts in order; the other lists are empty."""
    assert SCREEN.keys() == build_document_task(DocumentTask(1, "")).keys()
    assert (SCREEN["kind"], SCREEN["doc"], SCREEN["word"]) == ("review", [], [])
    (entry,) = SCREEN["review"]
    assert entry["predicted"] == "health"
    assert [text["id"] for text in entry["texts"]] == ["17", "b", "3"]


def test_long_texts_are_cut_after_some_words() -> None:
    """The first words are shown, the rest can be opened; a short text is whole and offers nothing to open."""
    short, long, _ = SCREEN["review"][0]["texts"]
    assert (short["text"], short["rest"], short["more"]) == ("Una clínica abre.", "", [])
    assert long["text"].split() == LONG.split()[:40]
    assert long["rest"].split() == LONG.split()[40:]
    assert long["more"] != []
    (text,) = build_review_task(ReviewTask(0, TEXTS[1:2]), CATEGORIES, shown_words=5)["review"][0]["texts"]
    assert text["text"].split() == LONG.split()[:5]


def test_each_text_makes_its_row_appear() -> None:
    """The label config repeats each row over the list `row`, which must have one entry."""
    assert [len(text["row"]) for text in SCREEN["review"][0]["texts"]] == [1, 1, 1]


def test_the_key_is_of_the_documents_in_order() -> None:
    """Twelve digits; the same documents in the same order have the same key, however their ids are typed."""
    key = review_key([17, "b", 3])
    assert key == SCREEN["key"] == review_key(["17", "b", "3"])
    assert key.startswith("r:")
    assert len(key) == len("r:") + 12
    assert len({key, review_key(["b", 17, 3]), review_key([17, "b"]), review_key(["17b", 3])}) == 4


@pytest.mark.parametrize("ids", [(), range(MAX_TEXTS + 1), (1, 2, "1")])
def test_a_screen_that_cannot_be_shown_is_refused(ids: tuple[int | str, ...]) -> None:
    """No text, more texts than the label config has rows, or a document twice."""
    with pytest.raises(ValueError, match="1 to 12 different texts"):
        build_review_task(ReviewTask(0, tuple(ReviewText(i, "x") for i in ids)), CATEGORIES)


def test_reads_what_was_done_with_each_text() -> None:
    """Left and confirmed give the predicted category, a change another one, "not from this" none."""
    result = [choice(2, "sport"), choice(0, "health")]
    assert read_review(SCREEN, result, CATEGORIES) == ReviewReading(
        (
            TextAnswer(TaskKey("d:17"), 1, "confirmed"),
            TextAnswer(TaskKey("d:b"), 1, "left"),
            TextAnswer(TaskKey("d:3"), 2, "changed"),
        )
    )
    unsure = read_review(SCREEN, [choice(1, UNSURE_CHOICE)], CATEGORIES)
    assert unsure.answers == (LEFT[0], TextAnswer(TaskKey("d:b"), None, "unsure"), LEFT[2])
    assert read_review(SCREEN, [], CATEGORIES) == ReviewReading(LEFT)


def test_the_same_choice_twice_is_one() -> None:
    """Two results that say the same agree."""
    assert read_review(SCREEN, [choice(0, "sport")] * 2, CATEGORIES).answers[0].label == 2


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ([choice(1, "fire")], "review_1: the campaign has no category 'fire'"),
        ([choice(1, "sport"), choice(1, "other")], "review_1: one choice is needed, got other, sport; review it again"),
        ([choice(1, "sport", UNSURE_CHOICE)], "review_1: one choice is needed"),
        ([choice(1)], "review_1: no choice"),
        ([{"from_name": "review_1", "value": {"choices": 3}}], "review_1: no choice"),
        ([choice(1, "sport"), choice(1)], "review_1: no choice"),
    ],
)
def test_what_cannot_be_read_is_a_problem_of_one_text(results: list[Any], said: str) -> None:
    """It names task, tag and fix, and the text has no answer; the others keep theirs."""
    reading = read_review(SCREEN, results, CATEGORIES)
    assert reading.answers == (LEFT[0], LEFT[2])
    (problem,) = reading.problems
    assert f"task {SCREEN['key']}: {said}" in problem


def test_a_position_that_is_not_there_is_a_problem_of_no_text() -> None:
    """Every text keeps its answer."""
    reading = read_review(SCREEN, [choice(3, "sport")], CATEGORIES)
    assert reading.answers == LEFT
    assert reading.problems == (
        f"task {SCREEN['key']}: review_3: the screen shows 3 texts; a released task must not be changed",
    )


def test_a_predicted_category_that_is_gone_accepts_nothing() -> None:
    """Texts that were left have no answer, each with its problem; what was chosen still counts."""
    renamed = ("other", "medicine", "sport")
    reading = read_review(SCREEN, [choice(0, "sport")], renamed)
    assert reading.answers == (TextAnswer(TaskKey("d:17"), 2, "changed"),)
    assert [problem.split(": ")[1] for problem in reading.problems] == ["review_1", "review_2"]
    assert "no category 'health'" in reading.problems[0]
    assert "label the document by itself" in reading.problems[0]


@pytest.mark.parametrize(
    "data", [build_document_task(DocumentTask(7, "x")), {}, {"review": 3}, {"review": [{}]}, {"key": 1, "review": None}]
)
def test_a_task_without_texts_is_a_problem(data: dict[str, Any]) -> None:
    """Answers cannot be read where the task shows no texts."""
    reading = read_review(data, [choice(0, "sport")], CATEGORIES)
    assert reading.answers == ()
    assert "no texts to review" in reading.problems[0]


def test_the_length_of_a_screen_is_what_it_shows_unopened() -> None:
    """Tokens of all texts; what has to be opened does not count."""
    assert task_length(SCREEN) == 3 + 40 + 2


def test_a_screen_is_no_document() -> None:
    """Its results give a document no label, and a document's result gives a screen nothing."""
    assert read_document(SCREEN, [choice(0, "sport")], CATEGORIES).label is None
    label = {"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["sport"]}}
    assert read_review(SCREEN, [label], CATEGORIES) == ReviewReading(LEFT)


IDS = st.lists(st.integers(0, 99) | st.text("abc", min_size=1, max_size=3), min_size=1, max_size=12, unique_by=str)
OTHERS = st.sampled_from(["label", "src_0", "tgt_3", "tgt_add_similar", "tone", "review", "review_x", ""])


@given(IDS, st.sampled_from(range(3)), st.data())
def test_no_answer_is_ever_another_texts(ids: list[int | str], predicted: int, data: st.DataObject) -> None:
    """Any subset of answers, in any order, among results of other tags, also after an update and on a re-release."""
    screen = build_review_task(ReviewTask(predicted, tuple(ReviewText(i, f"text of {i}") for i in ids)), CATEGORIES)
    choices = st.sampled_from([*CATEGORIES, UNSURE_CHOICE])
    for _ in range(2):  # an annotation and its update: the second state counts by itself
        chosen = data.draw(st.dictionaries(st.sampled_from(range(len(ids))), choices))
        foreign = [{**choice(0, "sport"), "from_name": name} for name in data.draw(st.lists(OTHERS, max_size=3))]
        result = data.draw(st.permutations([*(choice(place, each) for place, each in chosen.items()), *foreign]))
        reading = read_review(screen, result, CATEGORIES)
        assert reading.problems == ()
        assert [answer.document for answer in reading.answers] == [document_key(i) for i in ids]
        for place, answer in enumerate(reading.answers):
            said = chosen.get(place, CATEGORIES[predicted])
            assert answer.label == (None if said == UNSURE_CHOICE else CATEGORIES.index(said))
            assert (answer.how == "left") == (place not in chosen)
        order = data.draw(st.permutations(range(len(ids))))
        again = build_review_task(ReviewTask(predicted, tuple(ReviewText(ids[i], "") for i in order)), CATEGORIES)
        moved = [choice(order.index(place), each) for place, each in chosen.items()]
        assert set(read_review(again, moved, CATEGORIES).answers) == set(reading.answers)
        assert (again["key"] == screen["key"]) == (order == sorted(order))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
ITEMS = JSON | st.fixed_dictionaries(
    {
        "from_name": st.sampled_from(["review_0", "review_2", "review_9999", "review_", "label"]),
        "value": JSON | st.dictionaries(st.just("choices"), JSON),
    }
)


@given(st.lists(ITEMS, max_size=4), st.just(SCREEN) | st.dictionaries(st.just("review"), JSON))
def test_no_result_crashes_a_reading(result: list[Any], data: dict[str, Any]) -> None:
    """Whatever Label Studio sends, reading gives answers of this screen and problems, never an error."""
    released = review_texts(data)
    keys = [document_key(text.id) for text in released.texts] if released else []
    found = [answer.document for answer in read_review(data, result, CATEGORIES).answers]
    assert found == [key for key in keys if key in found]
