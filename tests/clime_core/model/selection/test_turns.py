"""Tests of groups that take turns."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clime_core.model.selection.turns import in_turns
from tests.clime_core.model.selection.pools import candidates, drawn_pool


def one_by_one(group: list[int], worth: list[float], had: list[int], rows: list[int]) -> list[int]:
    """The rule in plain words: least had first, then the better document, then the earlier."""
    counts, left, order = list(had), list(rows), []
    while left:
        best = {
            g: min((r for r in left if group[r] == g), key=lambda r: (-worth[r], r)) for g in {group[r] for r in left}
        }
        chosen = min(best.values(), key=lambda r: (counts[group[r]], -worth[r], r))
        counts[group[chosen]] += 1
        left.remove(chosen)
        order.append(chosen)
    return order


@given(data=st.data(), n=st.integers(0, 20))
def test_the_rule_applied_one_by_one(data: st.DataObject, n: int) -> None:
    """The order is that of asking a document at a time."""
    group = data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    worth = data.draw(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=n, max_size=n))
    had = data.draw(st.lists(st.integers(0, 5), min_size=4, max_size=4))
    asked = data.draw(st.sets(st.integers(0, n - 1))) if n else set()
    pool = candidates(drawn_pool(n, 2), asked=asked)
    found = in_turns(pool, np.array(group, dtype=np.intp), np.array(worth), had)
    assert found.rows.tolist() == one_by_one(group, worth, had, [r for r in range(n) if r not in asked])
