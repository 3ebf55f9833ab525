"""The scheduler of one campaign as it stands."""

from typing import Any

import pytest

from clime_core.data.language import Language, Word
from clime_core.policy.activity import Activity
from clime_core.policy.ledger import Visit
from clime_core.policy.policies.adaptive import Roi
from clime_core.round.campaign_round import KeywordNeighbors
from ml_backend.exchange.campaign import Campaign
from ml_backend.exchange.readings import Readings
from ml_backend.ground.store.tables import CampaignRow, VersionRow
from ml_backend.work.rankings import Rankings
from ml_backend.work.schedule import Schedule, open_schedule

D, W = Activity.DOCUMENTS, Activity.WORDS
GAIN = {"value": 0.1, "low": 0.0, "high": 0.2, "measure": "change", "n": 5}
STRETCH = {"seconds_by": {"documents": 100.0, "words": 90.0}, "gain": GAIN, "stability": 0.9}


def schedule(visits: tuple[Visit, ...] = (), salience: float = 2.0, **work: Any) -> Schedule:
    """That of a campaign with these visits, one closed stretch, and keywords of which the next one is so salient."""
    campaign = Campaign.model_validate(
        {
            "name": "health", "label_studio": {"url": "http://ls.example"}, "seed": 3,
            "languages": {"source": {"name": "English"}, "target": {"name": "Spanish"}},
            "task": {"categories": ["other", "health"]},
            "data": dict.fromkeys(("source_vectors", "target_vectors", "train", "pool"), "file"),
            "work": {"budget_minutes": 60, **work},
        }
    )  # fmt: skip
    row = CampaignRow(name="health", spec={}, extended_minutes=20.0)
    readings = Readings((), (), visits, (), (), frozenset())
    keywords = (KeywordNeighbors(Word(Language.SOURCE, "fever"), salience, (), ()),)
    rankings = Rankings((), keywords, (("source", "hospital", 4.0), ("source", "fever", salience)))
    versions = [VersionRow(number=1, made_from={}), VersionRow(number=2, made_from={"stretch": STRETCH})]
    return open_schedule(campaign, row, readings, versions, rankings)


def test_it_is_what_the_campaign_says_and_what_was_done() -> None:
    """Policy, budget with what was added, seed, the stretches, the salience of the next keyword."""
    opened = schedule(policy={"name": "roi", "floor": 0.2}, share_documents=0.75)
    assert opened.policy == Roi(share_documents=0.75, floor=0.2)
    assert opened.budget.seconds == 80 * 60
    assert opened.seed == 3
    assert [period.gain for period in opened.history] == [0.1]
    assert opened.salience == 0.5


def test_keywords_that_ran_dry_give_way_to_documents() -> None:
    """The rankings' salience reaches the policy."""
    available = {D: 5, W: 5}
    assert schedule(policy={"name": "words-first"}).next(available).activity is W
    assert schedule(policy={"name": "words-first"}, salience=0.1).next(available).activity is D


def test_the_forecast_fits_the_time_that_is_left() -> None:
    """By the annotators' own pace, and never more than there is."""
    visits = tuple(Visit("ada", activity, 30.0) for activity in Activity for _ in range(60))
    told = schedule(visits, budget_minutes=70).forecast({D: 500, W: 500})
    assert told.minutes == pytest.approx(30)
    assert told.documents.median + told.words.median == pytest.approx(60, abs=5)
    assert schedule(visits).forecast({D: 3, W: 0}).documents.high <= 3
    assert schedule(visits).spent is False
    assert schedule(visits, budget_minutes=40).forecast({D: 500, W: 500}).words.high == 0
