"""Seconds spent."""

import math

from hypothesis import given
from hypothesis import strategies as st

from clime_core.policy.activity import Activity
from clime_core.policy.ledger import CAP_SECONDS, Ledger, Visit

PRIOR = {Activity.DOCUMENTS: 50.0, Activity.WORDS: 22.7}
visits = st.builds(
    Visit,
    annotator=st.sampled_from(["ada", "ben"]),
    activity=st.sampled_from(Activity),
    seconds=st.one_of(st.none(), st.floats(allow_infinity=True, allow_nan=True)),
    skipped=st.booleans(),
)


@given(st.lists(visits))
def test_sums_agree_and_are_never_negative(given_visits: list[Visit]) -> None:
    """Whatever the browser sent, parts are finite, in bounds, and add up."""
    ledger = Ledger.of(given_visits, PRIOR)
    assert all(0 <= ledger.seconds(visit) <= CAP_SECONDS for visit in given_visits)
    by_activity = sum(ledger.spent(activity) for activity in Activity)
    by_annotator = sum(ledger.spent(annotator=name) for name in ("ada", "ben"))
    assert math.isclose(ledger.spent(), by_activity, abs_tol=1e-6)
    assert math.isclose(ledger.spent(), by_annotator, abs_tol=1e-6)


def test_open_tabs_are_capped_missing_times_estimated_and_both_counted() -> None:
    """A tab left open counts five minutes; a visit without a time counts as the prior says."""
    ledger = Ledger.of(
        [
            Visit("ada", Activity.WORDS, 9_000.0),
            Visit("ada", Activity.DOCUMENTS, None),
            Visit("ben", Activity.WORDS, 20.0),
        ],
        PRIOR,
    )
    assert ledger.spent() == CAP_SECONDS + 50.0 + 20.0
    assert (ledger.capped, ledger.estimated) == (1, 1)


def test_skips_cost_time() -> None:
    """Reading a task before skipping it is work."""
    assert Ledger.of([Visit("ada", Activity.WORDS, 12.0, skipped=True)], PRIOR).spent() == 12.0
