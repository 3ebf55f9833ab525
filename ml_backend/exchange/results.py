"""One result of an annotation as Label Studio writes it, read without trust in its form."""

from collections.abc import Mapping
from typing import Any


def control_of(item: object) -> str:
    """The control that a result comes from, as messages call it where it has none."""
    name = item.get("from_name") if isinstance(item, Mapping) else None
    return name if isinstance(name, str) else "a result without name"


def value_of(item: object) -> Mapping[str, Any]:
    """The value of a result, empty where it has none."""
    value = item.get("value") if isinstance(item, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def texts_of(item: object, field: str) -> list[str]:
    """The strings in a field of the value; a single string is a list of one; empty where malformed."""
    texts = value_of(item).get(field)
    listed = [texts] if isinstance(texts, str) else texts
    return listed if isinstance(listed, list) and all(isinstance(text, str) for text in listed) else []
