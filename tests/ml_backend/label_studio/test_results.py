"""One result of an annotation, well-formed or not."""

import pytest

from ml_backend.label_studio.word_results import tag_of, texts_of, value_of


def test_a_good_result_is_read() -> None:
    """Control, value and texts of a result as Label Studio writes it; a single text counts as one."""
    item = {"from_name": "label", "value": {"choices": ["a", "b"], "text": "one"}}
    assert tag_of(item) == "label"
    assert texts_of(item, "choices") == ["a", "b"]
    assert texts_of(item, "text") == ["one"]
    assert value_of(item)["text"] == "one"


@pytest.mark.parametrize("item", [None, 3, [], {}, {"from_name": 1, "value": "x"}, {"value": {"choices": [1]}}])
def test_a_bad_result_is_empty(item: object) -> None:
    """What is not there or not of its type reads as empty."""
    assert tag_of(item) == "a result without name"
    assert texts_of(item, "choices") == []
