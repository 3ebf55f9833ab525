"""The simulated annotator and what it may know."""

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark
from clime_core.errors import DataError
from clime_core.simulation.annotator import Habits, SimulatedAnnotator
from clime_core.simulation.annotator_knowledge import Knowledge, read_gold, read_word_counts


def source(form: str) -> Word:
    """An English word."""
    return Word(Language.SOURCE, form)


def target(form: str) -> Word:
    """A Spanish word."""
    return Word(Language.TARGET, form)


KNOWLEDGE = Knowledge(
    dictionary=(
        ("fever", "fiebre"), ("doctor", "médico"), ("physician", "médico"), ("goal", "gol"), ("day", "día"),
        ("rarity", "rareza"), ("curio", "rareza"),
    ),
    counts={
        Language.SOURCE: {
            "fever": (2, 60), "doctor": (3, 80), "goal": (90, 1), "day": (100, 40), "vote": (50, 0),
        },
        Language.TARGET: {"fiebre": (1, 50), "gol": (70, 0), "enfermo": (1, 40), "hoy": (100, 40)},
    },
    gold={"d1": 1, "d2": 0, 7: 1},
)  # fmt: skip
ANNOTATOR = SimulatedAnnotator(KNOWLEDGE, n_categories=2)


def test_marks_follow_the_class_of_words() -> None:
    """Same side similar, other side dissimilar, neither side or unknown: left alone."""
    asked = [source("doctor"), source("goal"), source("day"), target("enfermo"), target("gol"), target("xyz")]
    answer = ANNOTATOR.judge(source("fever"), asked)
    assert list(answer.marks.values()) == [True, False, None, True, False, None]
    assert list(answer.marks) == asked


def test_the_other_side_is_a_side_too() -> None:
    """Under a keyword of the other category, words of that category are similar."""
    answer = ANNOTATOR.judge(target("gol"), [source("vote"), source("fever"), source("goal")])
    assert list(answer.marks.values()) == [True, False, True]


def test_meaning_counts_where_the_class_is_unclear() -> None:
    """A translation, or a word that shares one, is similar whatever its class; others are left alone."""
    neutral = ANNOTATOR.judge(source("day"), [target("día"), target("hoy"), source("fever")])
    assert list(neutral.marks.values()) == [True, None, None]
    synonyms = ANNOTATOR.judge(source("rarity"), [source("curio"), target("rareza")])
    assert list(synonyms.marks.values()) == [True, True]


def test_a_word_never_read_is_judged_by_its_translation() -> None:
    """`médico` is in no text here, but it is known to mean doctor."""
    assert ANNOTATOR.judge(source("fever"), [target("médico")]).marks[target("médico")] is True


def test_translations_are_added_where_the_column_lacks_one() -> None:
    """Either way round, once, and only where none is shown."""
    assert ANNOTATOR.judge(source("fever"), [target("gol")]).added == (target("fiebre"),)
    assert ANNOTATOR.judge(source("fever"), [target("fiebre")]).added == ()
    assert ANNOTATOR.judge(target("médico"), [source("physician")]).added == ()
    assert ANNOTATOR.judge(target("médico"), []).added == (source("doctor"),)
    assert ANNOTATOR.judge(source("vote"), []).added == ()
    silent = replace(ANNOTATOR, habits=Habits(adds=False))
    assert silent.judge(source("fever"), []).added == ()


def test_the_keyword_itself_is_not_marked() -> None:
    """A list that holds the keyword gives no mark on it."""
    assert ANNOTATOR.judge(source("fever"), [source("fever")]).marks == {}


def test_answers_become_marks() -> None:
    """Only judged words, added words as similar."""
    answer = ANNOTATOR.judge(source("fever"), [source("goal"), source("day")])
    assert answer.as_marks("ana", at=3.0) == (
        Mark("ana", source("fever"), source("goal"), similar=False, at=3.0),
        Mark("ana", source("fever"), target("fiebre"), similar=True, added=True, at=3.0),
    )


def test_documents_are_answered_from_gold() -> None:
    """Ids keep their type; a document without gold is refused."""
    assert [ANNOTATOR.label(document).label for document in ("d1", "d2", 7)] == [1, 0, 1]
    with pytest.raises(DataError, match="no gold label for document '7'"):
        ANNOTATOR.label("7")


@given(seed=st.integers(0, 50), order=st.permutations([source("doctor"), source("goal"), target("enfermo")]))
def test_answers_do_not_depend_on_what_was_asked_before(seed: int, order: list[Word]) -> None:
    """The same seed and question give the same answer, in any order of questions and of neighbours."""
    habits = Habits(error_rate=0.5, skip_rate=0.2)
    fresh, busy = (SimulatedAnnotator(KNOWLEDGE, 2, habits, seed) for _ in range(2))
    busy.label("d1")
    first = fresh.judge(source("fever"), [source("doctor"), source("goal"), target("enfermo")])
    second = busy.judge(source("fever"), order)
    assert first.marks == second.marks
    assert (first.seconds, first.skipped, first.added) == (second.seconds, second.skipped, second.added)
    assert fresh.label("d2") == busy.label("d2")


def many(habits: Habits, n_categories: int = 2) -> list[SimulatedAnnotator]:
    """Two thousand annotators that differ in their seed."""
    return [SimulatedAnnotator(KNOWLEDGE, n_categories, habits, seed) for seed in range(2000)]


def test_errors_happen_at_their_rate() -> None:
    """A fifth of the marks turned round, a fifth of the labels another category; nothing else changes."""
    crowd = many(Habits(error_rate=0.2), n_categories=3)
    answers = [annotator.judge(source("fever"), [source("doctor"), source("day")]) for annotator in crowd]
    turned = [answer.marks[source("doctor")] is False for answer in answers]
    assert np.mean(turned) == pytest.approx(0.2, abs=0.03)
    assert all(answer.marks[source("day")] is None for answer in answers)
    labels = [annotator.label("d1").label for annotator in crowd]
    assert np.mean([label == 1 for label in labels]) == pytest.approx(0.8, abs=0.03)
    assert labels.count(0) == pytest.approx(labels.count(2), rel=0.3)


def test_skips_happen_at_their_rate_and_still_take_time() -> None:
    """A skipped task has no answer but seconds."""
    crowd = many(Habits(skip_rate=0.3))
    words = [annotator.judge(source("fever"), [source("doctor")]) for annotator in crowd]
    documents = [annotator.label("d1") for annotator in crowd]
    assert np.mean([answer.skipped for answer in words]) == pytest.approx(0.3, abs=0.03)
    assert np.mean([answer.skipped for answer in documents]) == pytest.approx(0.3, abs=0.03)
    assert all(a.marks == {source("doctor"): None} and not a.added for a in words if a.skipped)
    assert all(answer.label is None for answer in documents if answer.skipped)
    assert min(answer.seconds for answer in words) > 0


def test_seconds_have_the_medians_asked_for() -> None:
    """Log-normal: the median is the habit's, and the mean of keywords that of the released session."""
    crowd = many(Habits(word_seconds=22.7))
    words = [annotator.judge(source("fever"), []).seconds for annotator in crowd]
    assert np.median(words) == pytest.approx(22.7, rel=0.06)
    assert np.mean(words) == pytest.approx(26.6, rel=0.06)
    assert np.median([annotator.label("d1").seconds for annotator in crowd]) == pytest.approx(55, rel=0.06)


def test_rare_words_have_no_class() -> None:
    """One sighting is not clear; many are; a balanced word has log-odds near zero."""
    few = replace(KNOWLEDGE, counts={Language.SOURCE: {"once": (0, 1), "often": (0, 60), "even": (500, 500)}})
    assert max(few.association(source("once")) or ()) < Habits().clear
    assert max(few.association(source("often")) or ()) > 2
    assert max(few.association(source("even")) or ()) == pytest.approx(0, abs=0.2)
    assert few.association(target("nada")) is None


def test_several_categories_each_have_their_words() -> None:
    """With three categories a word is similar within its own and dissimilar to another."""
    counts = {Language.SOURCE: {"a": (50, 1, 1), "aa": (40, 0, 1), "b": (1, 50, 1), "c": (0, 1, 60)}}
    annotator = SimulatedAnnotator(Knowledge((), counts, {}), n_categories=3)
    marks = annotator.judge(source("a"), [source("aa"), source("b"), source("c")]).marks
    assert list(marks.values()) == [True, False, False]


def test_counts_are_read_by_the_name_of_their_column(tmp_path: Path) -> None:
    """The columns come in the order of the categories, from plain and packed files."""
    content = 'word\thealth\tother\nfever\t25\t3\n"\t0\t1\n'
    (tmp_path / "en.tsv").write_text(content, encoding="utf-8")
    (tmp_path / "en.tsv.gz").write_bytes(gzip.compress(content.encode()))
    for name in ("en.tsv", "en.tsv.gz"):
        assert read_word_counts(tmp_path / name, ("other", "health")) == {"fever": (3, 25), '"': (1, 0)}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("word\thealth\n", 1),
        ("", 1),
        ("word\thealth\tother\na\t1\n", 2),
        ("word\thealth\tother\na\t1\tx\n", 2),
    ],
)
def test_damaged_counts_are_refused(tmp_path: Path, content: str, line: int) -> None:
    """A missing category, a short line and a count that is no number are named with their line."""
    path = tmp_path / "en.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=f"en.tsv:{line}:"):
        read_word_counts(path, ("other", "health"))


def test_gold_is_read(tmp_path: Path) -> None:
    """Ids keep their type, blank lines and further fields are ignored."""
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": 7, "label": 1, "topic": 3}\n\n{"id": "a", "label": 0}\n', encoding="utf-8")
    assert read_gold(path) == {7: 1, "a": 0}


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', '{"id": 1, "label": true}', '{"id": 1, "label": -1}'])
def test_damaged_gold_is_refused(tmp_path: Path, line: str) -> None:
    """What is not an id with a label is named with its line."""
    path = tmp_path / "gold.jsonl"
    path.write_text(f'{{"id": 1, "label": 0}}\n{line}\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"gold\.jsonl:2:"):
        read_gold(path)
