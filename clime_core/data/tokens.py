"""Raw text to tokens."""

import re
import sys
import unicodedata
from functools import cache

# characters that direct the display and are no part of a word: soft hyphen, direction and variation marks
INVISIBLE = re.compile("[\u00ad\u200e\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
# inside a word only: apostrophes, and the joiners that shape Sinhala, Indic and Persian words
JOINERS = "'\u200c\u200d"


def tokenize(text: str) -> tuple[str, ...]:
    """The words of a text, lower-cased and in Unicode normal form C, in order.

    A word is a run of letters, digits and combining marks (so Ethiopic, Arabic, Sinhala and Devanagari words
    stay whole), with apostrophes and zero-width joiners between them kept; a typographic apostrophe becomes a
    plain one. Everything else separates and is dropped: punctuation, hyphens, underscores, symbols, emoji.

    It does not segment scripts written without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese: a run of
    them is one token), does not unify spellings (tatweel, vowel signs, letter variants), and knows no
    abbreviations, numbers with separators, or addresses. Where vectors were made with another tokenizer, give
    tokens, not text.
    """
    plain = INVISIBLE.sub("", text).replace("\u2019", "'").lower()
    return tuple(_word().findall(unicodedata.normalize("NFC", plain)))


@cache
def _word() -> re.Pattern[str]:
    """A letter or digit, then letters, digits and marks, joined by single joiners; `re` itself knows no
    marks.
    """
    marks = "".join(
        re.escape(character)
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(character).startswith("M")
    )
    word = rf"(?:[^\W_]|[{marks}])"
    return re.compile(rf"[^\W_]{word}*(?:[{JOINERS}]{word}+)*")
