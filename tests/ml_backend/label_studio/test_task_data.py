"""Building a task's data and reading its annotations back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark
from ml_backend.label_studio.task_data import (
    MAX_CANDIDATES,
    DocumentTask,
    LabelReading,
    ShownWord,
    WordTask,
    build_document_task,
    build_word_task,
    read_document,
    read_words,
    task_length,
)

SOURCE, TARGET = Language.SOURCE, Language.TARGET
KEYWORD = Word(SOURCE, "earthquake")
CATEGORIES = ("Earthquake", "Flood")
WORDS = build_word_task(
    WordTask(
        KEYWORD,
        (ShownWord("quake", "the <b>quake</b>"), ShownWord("flood")),
        (ShownWord("terremoto"), ShownWord("comida")),
        ("rubble", "quake", "aftershock"),
        ("escombros",),
    )
)
DOCUMENT = build_document_task(DocumentTask(7, "El terremoto."))


def choice(name: str, *chosen: str) -> dict[str, Any]:
    """A result of a Choices control."""
    return {"from_name": name, "to_name": "any", "type": "choices", "value": {"choices": list(chosen)}}


def typed(name: str, *texts: str) -> dict[str, Any]:
    """A result of a TextArea control."""
    return {"from_name": name, "to_name": "keyword", "type": "textarea", "value": {"text": list(texts)}}


def picked(name: str, *forms: str) -> dict[str, Any]:
    """A result of a Taxonomy control."""
    paths = [[form] for form in forms]
    return {"from_name": name, "to_name": "keyword", "type": "taxonomy", "value": {"taxonomy": paths}}


def mark(language: Language, form: str, similar: bool, added: bool = False) -> Mark:
    """The mark that reading should give."""
    return Mark("ann", KEYWORD, Word(language, form), similar, added, 5.0)


def problem(*results: Any) -> str:
    """The one problem of results that give no mark."""
    reading = read_words(WORDS, list(results), "ann", 5.0)
    assert reading.marks == ()
    assert len(reading.problems) == 1
    assert "task w:src:earthquake" in reading.problems[0]
    return reading.problems[0]


def test_all_kinds_have_one_shape() -> None:
    """All lists are there in all kinds, so that one label config shows any."""
    assert WORDS.keys() == DOCUMENT.keys() == {"kind", "key", "doc", "word", "review"}
    assert WORDS["review"] == DOCUMENT["review"] == []
    assert (DOCUMENT["kind"], DOCUMENT["key"], DOCUMENT["word"]) == ("document", "d:7", [])
    assert DOCUMENT["doc"] == [{"id": "7", "text": "El terremoto."}]
    assert (WORDS["kind"], WORDS["key"], WORDS["doc"]) == ("word", "w:src:earthquake", [])


def test_word_task_shows_neighbors_in_order() -> None:
    """The neighbours keep their order and carry their concordance."""
    (entry,) = WORDS["word"]
    assert entry["src"] == [{"word": "quake", "html": "the <b>quake</b>"}, {"word": "flood", "html": ""}]
    assert [shown["word"] for shown in entry["tgt"]] == ["terremoto", "comida"]
    assert (entry["keyword"], entry["language"]) == ("earthquake", "src")


def test_candidates_are_sorted_capped_and_not_shown_already() -> None:
    """The search offers the first candidates in alphabetical order, without the neighbours on screen."""
    (entry,) = WORDS["word"]
    assert entry["src_candidates"] == [{"value": "aftershock"}, {"value": "rubble"}]
    many = tuple(f"word{n:05}" for n in range(MAX_CANDIDATES + 5, 0, -1))
    (entry,) = build_word_task(WordTask(KEYWORD, (), (), many))["word"]
    assert len(entry["src_candidates"]) == MAX_CANDIDATES
    assert entry["src_candidates"][0] == {"value": "word00006"}


def test_reads_neighbors_by_position() -> None:
    """`src_1` means the second source word of this very task; untouched words give no mark."""
    reading = read_words(WORDS, [choice("src_1", "dissimilar"), choice("tgt_0", "similar")], "ann", 5.0)
    assert reading.marks == (mark(SOURCE, "flood", False), mark(TARGET, "terremoto", True))
    assert reading.problems == ()


def test_reads_added_words() -> None:
    """Typed words are trimmed, lower-cased and split at commas; picks stay as offered."""
    result = [
        typed("tgt_add_dissimilar", "  Comidas ", "", "pan; agua"),
        picked("src_pick_similar", "rubble"),
    ]
    reading = read_words(WORDS, result, "ann", 5.0)
    assert reading.problems == ()
    assert set(reading.marks) == {
        mark(TARGET, "comidas", False, added=True),
        mark(TARGET, "pan", False, added=True),
        mark(TARGET, "agua", False, added=True),
        mark(SOURCE, "rubble", True, added=True),
    }


def test_a_typed_phrase_of_the_target_language_is_one_mark() -> None:
    """The words in it are found when a round looks for them in the pool."""
    reading = read_words(WORDS, [typed("tgt_add_similar", "Agua  potable, pan")], "ann", 5.0)
    assert set(reading.marks) == {
        mark(TARGET, "agua potable", True, added=True),
        mark(TARGET, "pan", True, added=True),
    }


def test_a_word_marked_twice_alike_is_one_mark() -> None:
    """A neighbour that is also typed counts once, as a neighbour."""
    result = [typed("src_add_similar", "Quake", "quake"), choice("src_0", "similar")]
    assert read_words(WORDS, result, "ann", 5.0).marks == (mark(SOURCE, "quake", True),)


def test_homographs_of_two_languages_do_not_collide() -> None:
    """One form may be similar in one language and dissimilar in the other."""
    result = [typed("src_add_similar", "pan"), typed("tgt_add_dissimilar", "pan")]
    assert len(read_words(WORDS, result, "ann", 5.0).marks) == 2


@pytest.mark.parametrize(
    ("results", "said"),
    [
        (
            [typed("tgt_add_similar", "agua"), typed("tgt_add_dissimilar", "Agua")],
            "'agua' is marked similar and diss",
        ),
        (
            [choice("src_0", "similar"), typed("src_add_dissimilar", "quake")],
            "'quake' is marked similar and diss",
        ),
        ([choice("src_2", "similar")], "src_2: the task shows 2 words"),
        ([choice("src_0", "same")], "src_0: similar or dissimilar is needed, got ['same']"),
        ([choice("src_0", "similar", "dissimilar")], "src_0: similar or dissimilar is needed"),
        ([choice("neighbor_0", "similar")], "neighbor_0: no such tag"),
        ([picked("src_pick_similar", "lava")], "src_pick_similar: the task does not offer 'lava'"),
        ([typed("src_add_similar", "natural disaster")], "'natural disaster' is more than one word"),
        ([typed("src_add_similar", "earthquake")], "the keyword 'earthquake' is marked itself"),
        ([{"from_name": "src_0"}], "src_0: similar or dissimilar is needed, got []"),
        ([{"from_name": "src_pick_similar", "value": {"taxonomy": "rubble"}}], "got 'rubble'"),
        ([{"from_name": "src_add_similar", "value": {"text": 3}}], "src_add_similar: typed words are needed"),
        (["nonsense"], "a result without name: no such tag"),
    ],
)
def test_what_cannot_be_read_is_a_problem(results: list[Any], said: str) -> None:
    """A bad result is reported with task and control, and gives no mark."""
    assert said in problem(*results)


def test_a_bad_result_does_not_spoil_the_others() -> None:
    """The good results of an annotation are read although one is bad."""
    reading = read_words(WORDS, [choice("src_9", "similar"), choice("src_0", "similar")], "ann", 5.0)
    assert reading.marks == (mark(SOURCE, "quake", True),)
    assert len(reading.problems) == 1


@pytest.mark.parametrize("data", [DOCUMENT, {}, {"word": 3}, {"word": [{}]}, {"key": 1, "word": None}])
def test_a_task_without_words_is_a_problem(data: dict[str, Any]) -> None:
    """Marks cannot be read where the task shows no words."""
    reading = read_words(data, [choice("src_0", "similar")], "ann", 5.0)
    assert reading.marks == ()
    assert "no keyword" in reading.problems[0]


def test_reads_a_label() -> None:
    """The label is the category's index; other controls are passed over; nothing chosen is no label."""
    assert read_document(DOCUMENT, [choice("label", "Flood"), choice("tone", "calm")], CATEGORIES) == LabelReading(1)
    assert read_document({}, [choice("topic", "Flood")], CATEGORIES, "topic") == LabelReading(1)
    assert read_document(DOCUMENT, [], CATEGORIES) == LabelReading(None)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ([choice("label", "Fire")], "no category 'Fire'"),
        ([choice("label", "Flood", "Earthquake")], "one category is needed, got Flood, Earthquake"),
        ([choice("label", "Flood"), choice("label", "Earthquake")], "one category is needed"),
        ([{"from_name": "label", "value": None}], "a choice is needed"),
        ([choice("label")], "a choice is needed"),
    ],
)
def test_a_label_that_cannot_be_read_is_a_problem(result: list[Any], said: str) -> None:
    """A bad label is reported with task and control."""
    reading = read_document(DOCUMENT, result, CATEGORIES)
    assert reading.label is None
    assert said in reading.problems[0]
    assert "task d:7: label" in reading.problems[0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["label", "src_0", "tgt_7", "src_pick_similar", "tgt_add_dissimilar", "", "x"])
ITEMS = JSON | st.fixed_dictionaries(
    {
        "from_name": NAMES,
        "value": JSON | st.dictionaries(st.sampled_from(["choices", "text", "taxonomy"]), JSON),
    }
)


@given(st.lists(ITEMS, max_size=4), st.sampled_from([WORDS, DOCUMENT]) | st.dictionaries(st.just("word"), JSON))
def test_no_result_crashes_a_reading(result: list[Any], data: dict[str, Any]) -> None:
    """Whatever Label Studio sends, reading gives marks, a label and problems, never an error."""
    marks = read_words(data, result, "ann", 5.0).marks
    assert len({each.word for each in marks}) == len(marks)
    label = read_document(data, result, CATEGORIES).label
    assert label is None or label in range(len(CATEGORIES))


@given(
    st.lists(st.text(min_size=1, max_size=6), unique=True, max_size=6),
    st.lists(st.text(min_size=1, max_size=6), unique=True, max_size=6),
    st.data(),
)
def test_every_judgement_comes_back(source: list[str], target: list[str], data: st.DataObject) -> None:
    """What is marked on a built task is read back as the words that were shown."""
    keyword = Word(TARGET, "a keyword that is never drawn")
    shown = [tuple(map(ShownWord, source)), tuple(map(ShownWord, target))]
    task = build_word_task(WordTask(keyword, shown[0], shown[1]))
    words = [(f"src_{i}", Word(SOURCE, form)) for i, form in enumerate(source)]
    words += [(f"tgt_{i}", Word(TARGET, form)) for i, form in enumerate(target)]
    said = {name: data.draw(st.booleans()) for name, _ in words}
    result = [choice(name, "similar" if similar else "dissimilar") for name, similar in said.items()]
    marks = read_words(task, result, "ann", 5.0).marks
    assert [(each.word, each.similar) for each in marks] == [(word, said[name]) for name, word in words]


def test_the_length_of_a_task_is_what_there_is_to_read() -> None:
    """Tokens of a document, neighbours in both languages under a keyword; nothing of what is neither."""
    neighbors = tuple(ShownWord(form) for form in ("uno", "dos"))
    assert task_length(build_document_task(DocumentTask(1, "Uno, dos: tres!"))) == 3
    assert task_length(build_word_task(WordTask(Word(Language.SOURCE, "ill"), neighbors, neighbors[:1]))) == 3
    assert task_length({"text": "the team's own"}) == 3
    assert task_length({"image": "a.png"}) is None
