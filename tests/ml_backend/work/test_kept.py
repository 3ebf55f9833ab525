"""The last few things that were made."""

from functools import partial

from ml_backend.work.kept import Kept


def test_a_value_is_made_once() -> None:
    """The second request finds the first one's."""
    kept, values = Kept(most=2), iter(["first", "second"])
    assert [kept.get("a", lambda: next(values)) for _ in range(2)] == ["first", "first"]


def test_the_one_not_asked_for_longest_goes_first() -> None:
    """And is made anew when it is wanted again."""
    kept = Kept(most=2)
    for key in ("a", "b", "a", "c"):
        kept.get(key, partial(str, key))
    assert kept.get("a", lambda: "new") == "a"
    assert kept.get("b", lambda: "new") == "new"
