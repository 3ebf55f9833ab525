"""A campaign's time by its own rules."""

from pathlib import Path

import pytest

from clime_core.errors import CampaignError
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.budget import Budget
from clime_core.scheduling.ledger import Visit
from ml_backend.campaign_file import Campaign, read_campaign, restore_campaign
from ml_backend.demo.demo import DemoState, write_campaign
from ml_backend.queue.time_budget import campaign_budget, extend_annotator, extend_campaign, ledger_of
from ml_backend.store.tables import CampaignRow

ADA, BEN = "ada@example.org", "ben@example.org"


def campaign(**work: object) -> Campaign:
    """A campaign that says this of its work."""
    tables = {
        "name": "health",
        "label_studio": {"url": "http://ls"},
        "languages": {"source": {"name": "English"}, "target": {"name": "Uyghur"}},
        "task": {"categories": ["other", "health"]},
        "data": {"source_vectors": "s", "target_vectors": "t", "train": "a", "pool": "b"},
        "work": work,
    }
    return restore_campaign(tables, "health")


def row() -> CampaignRow:
    """The campaign in the store, nothing added yet."""
    return CampaignRow(id=1, name="health", spec={}, extended_minutes=0.0, extended_annotators={})


def test_the_budget_is_what_the_file_says_and_what_was_added() -> None:
    """Minutes become seconds; what is said of somebody goes before what is said of each; capitals do not matter."""
    said, kept = campaign(budget_minutes=60, annotator_minutes=40, minutes_of={"Ada@Example.org": 30}), row()
    assert campaign_budget(said, kept) == Budget(3600.0, 2400.0, {ADA: 1800.0})
    assert extend_campaign(said, kept, 5) == 65
    assert extend_annotator(said, kept, ADA, 10, []) == 40
    assert extend_annotator(said, kept, ADA, -5, []) == 35
    assert extend_annotator(said, kept, BEN, 10, [BEN]) == 50
    assert campaign_budget(said, kept) == Budget(3900.0, 2400.0, {ADA: 2100.0, BEN: 3000.0})
    assert campaign_budget(campaign(budget_minutes=60), kept) == Budget(3900.0, None, {})


@pytest.mark.parametrize(
    ("work", "who", "minutes", "message"),
    [
        ({}, ADA, 10, "ada@example.org: has no budget of their own in campaign health; set work.annotator_minutes"),
        ({"annotator_minutes": 40}, BEN, 10, r"nobody of that address .* \(there: ada@example.org\)"),
        ({"annotator_minutes": 40}, ADA, -50, "-50 would take more from ada@example.org than their budget has, 40"),
    ],
)
def test_what_cannot_be_added_is_refused(work: dict[str, object], who: str, minutes: float, message: str) -> None:
    """To nobody, to somebody without a budget, or more than is there."""
    kept = row()
    with pytest.raises(CampaignError, match=message):
        extend_annotator(campaign(**work), kept, who, minutes, [ADA])
    with pytest.raises(CampaignError, match="would take more from campaign health"):
        extend_campaign(campaign(**work), kept, -61)
    assert (kept.extended_annotators, kept.extended_minutes) == ({}, 0.0)


def test_the_campaign_chooses_the_rules() -> None:
    """Its longest visit, and whether the clock counts; a campaign for programs goes without."""
    visits = [Visit(ADA, Activity.WORDS, 90.0, at=1_000.0 + i, annotation=i) for i in range(3)]
    assert ledger_of(campaign(), visits).spent() == 90.0 + 90.0 + 90.0
    assert ledger_of(campaign(longest_visit_seconds=60), visits).spent() == 60.0 + 1.0 + 1.0
    assert ledger_of(campaign(longest_visit_seconds=60, clock=False), visits).spent() == 180.0
    assert campaign().work.clock
    assert not campaign().work.for_programs.clock


def test_the_demo_takes_a_simulated_annotator_at_their_word(tmp_path: Path) -> None:
    """They submit at once what would have taken half a minute."""
    file = write_campaign(tmp_path, DemoState(8080, 9090, "password", "token"), None)
    assert not read_campaign(file).work.clock


@pytest.mark.parametrize(
    ("work", "message"),
    [
        ({"annotator_minutes": 0}, "work.annotator_minutes: .*greater than 0, got 0"),
        ({"minutes_of": {ADA: -1}}, "work.minutes_of.ada@example.org: .*greater than or equal to 0, got -1"),
        ({"longest_visit_seconds": 0}, "work.longest_visit_seconds: .*greater than 0, got 0"),
    ],
)
def test_minutes_below_nothing_are_refused(work: dict[str, object], message: str) -> None:
    """The message names the field, and the person."""
    with pytest.raises(CampaignError, match=message):
        campaign(**work)


def test_all_that_is_there_may_be_taken_and_what_is_added_twice_counts_twice() -> None:
    """A budget of nothing is one; minutes add up, and a little less than nothing is refused."""
    said, kept = campaign(budget_minutes=60, annotator_minutes=40), row()
    assert [extend_campaign(said, kept, minutes) for minutes in (5.0, 5.0, -69.5, -0.5)] == [65.0, 70.0, 0.5, 0.0]
    assert [extend_annotator(said, kept, ADA, minutes, [ADA]) for minutes in (-39.5, -0.5)] == [0.5, 0.0]
    assert campaign_budget(said, kept) == Budget(0.0, 2400.0, {ADA: 0.0})
    with pytest.raises(CampaignError, match=r"--minutes -0.5 would take more from campaign health"):
        extend_campaign(said, kept, -0.5)


def test_whoever_has_annotated_is_named() -> None:
    """The list is for people to find the right address in."""
    said = campaign(annotator_minutes=40)
    with pytest.raises(CampaignError, match=r"\(there: nobody yet\)"):
        extend_annotator(said, row(), "eve@example.org", 5, [])
    with pytest.raises(CampaignError, match=rf"\(there: {ADA}, {BEN}\)"):
        extend_annotator(said, row(), "eve@example.org", 5, [BEN, ADA])
