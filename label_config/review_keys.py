"""The keys of a review screen, by place: the text chooses the column of the keyboard, the category the row."""

KEYBOARD = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
"""Rows of keys whose characters stand for the same keys in every Latin layout but a few; no punctuation."""

FEW_CHOICES = 6
"""So many choices fit into three rows, with and without shift; with more the short last row is needed too."""


def review_keys(choices: int, texts: int) -> list[tuple[str, ...]]:
    """The keys of each text's choices, in order; none for a text where one of its choices would have none.

    Text 3 has `3`, `e`, `d`, and then the same with shift.
    """
    rows = KEYBOARD[: 3 if choices <= FEW_CHOICES else 4]
    return [_keys_of_text(rows, choices, text) for text in range(texts)]


def _keys_of_text(rows: tuple[str, ...], choices: int, text: int) -> tuple[str, ...]:
    if choices > 2 * len(rows) or any(text >= len(row) for row in rows[:choices]):
        return ()
    return tuple("shift+" * (choice // len(rows)) + rows[choice % len(rows)][text] for choice in range(choices))
