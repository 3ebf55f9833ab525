"""How long texts are cut for a review screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml_backend.label_studio.review_texts import CHARACTERS_A_WORD, cut_text


def words(count: int) -> str:
    """A text of so many words."""
    return " ".join(f"w{n}" for n in range(count))


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, 1), (20, 20), (25, 25), (26, 20), (100, 20)])
def test_a_text_is_not_cut_for_a_handful_of_words(count: int, shown: int) -> None:
    """Up to a quarter more than is shown a text is whole."""
    text, rest = cut_text(words(count), 20)
    assert len(text.split()) == shown
    assert len(rest.split()) == count - shown


def test_scripts_without_blanks_are_cut_by_characters() -> None:
    """A text that is one long word for us is not shown whole, nor is a text that ends in one."""
    for start in ("", "a b "):
        text, rest = cut_text(start + "ก" * 1000, 20)
        assert len(text) == 20 * CHARACTERS_A_WORD
        assert text + rest == start + "ก" * 1000


def test_long_words_are_cut_between_words() -> None:
    """Where the bound of characters holds, the last word is whole."""
    text, rest = cut_text(" ".join(["a" * 30] * 20), 20)
    assert text.split() + rest.split() == ["a" * 30] * 20
    assert len(text) <= 20 * CHARACTERS_A_WORD


def test_no_mark_is_parted_from_its_letter() -> None:
    """A Thai letter keeps its vowel sign, a Sinhala letter its joiner and what follows it."""
    for letter in ("กี", "ක\u200dෂ"):
        text, rest = cut_text(letter * 500, 20)
        assert text + rest == letter * 500
        assert text.endswith(letter)


@given(st.text(st.sampled_from("ab \n\tกีක\u200dා.\u0301"), max_size=300), st.integers(1, 8))
def test_nothing_is_lost(text: str, count: int) -> None:
    """Shown and rest together are the text, but for the blanks where it was cut."""
    shown, rest = cut_text(text, count)
    assert "".join((shown + rest).split()) == "".join(text.split())
    assert bool(shown) == bool(text.strip())
