"""Where the minutes went: by activity and annotator, against the budget."""

from collections import Counter
from typing import Any

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.ledger import Rule
from ml_backend.status.snapshot import CampaignSnapshot


def minutes_facts(snapshot: CampaignSnapshot) -> dict[str, Any]:
    """Seconds and visits of the campaign. `share` is None where the policy has no fixed shares."""
    ledger, budget = snapshot.ledger, snapshot.schedule.budget
    done = Counter((entry.visit.activity, entry.visit.skipped) for entry in ledger.entries)
    share = getattr(snapshot.schedule.policy, "share_documents", None)
    shares = {Activity.DOCUMENTS: share, Activity.WORDS: None if share is None else 1 - share}
    return {
        "budget": budget.seconds,
        "spent": ledger.spent(),
        "left": budget.left(ledger),
        "activities": {
            str(a): {"seconds": ledger.spent(a), "share": shares[a], "done": done[a, False], "skipped": done[a, True]}
            for a in Activity
        },
        "annotators": {name: ledger.spent(annotator=name) for name in ledger.annotators},
        "by_annotator": [annotator_minutes(snapshot, name) for name in ledger.annotators],
        "estimated": ledger.count(Rule.ESTIMATED),
        "capped": ledger.count(Rule.CAPPED),
        "clock": ledger.count(Rule.CLOCK),
    }


def annotator_minutes(snapshot: CampaignSnapshot, annotator: str) -> dict[str, Any]:
    """Seconds and finished tasks of one annotator; all zero for one who has not begun."""
    ledger, budget = snapshot.ledger, snapshot.schedule.budget
    done = snapshot.once("done", lambda: _done(snapshot))
    return {
        "annotator": annotator,
        "seconds": {str(a): ledger.spent(a, annotator) for a in Activity},
        "done": {str(a): done[annotator, a] for a in Activity},
        "spent": ledger.spent(annotator=annotator),
        "budget": budget.of(annotator),
        "left": budget.left_of(ledger, annotator),
        "over": budget.over_of(ledger, annotator),
    }


def _done(snapshot: CampaignSnapshot) -> Counter[tuple[str, Activity]]:
    return Counter((e.visit.annotator, e.visit.activity) for e in snapshot.ledger.entries if not e.visit.skipped)
