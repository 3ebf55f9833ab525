"""The scheduler of one campaign as it stands."""

from typing import Any

import numpy as np
import pytest

from clime_core.data.language import Language, Word
from clime_core.round.campaign_round import KeywordNeighbors
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.ledger import Visit
from clime_core.scheduling.policies.adaptive import Roi
from clime_core.scheduling.schedule import Schedule, relative_salience
from ml_backend.campaign_file import Campaign
from ml_backend.label_studio.readings import Readings
from ml_backend.label_studio.task_data import word_key
from ml_backend.queue.schedule import campaign_schedule
from ml_backend.store.rankings import Rankings
from ml_backend.store.tables import CampaignRow, TaskRow, VersionRow

D, W = Activity.DOCUMENTS, Activity.WORDS
GAIN = {"value": 0.1, "low": 0.0, "high": 0.2, "measure": "change", "n": 5}
STRETCH = {"seconds_by": {"documents": 100.0, "words": 90.0}, "gain": GAIN, "stability": 0.9}


def schedule(
    visits: tuple[Visit, ...] = (), salience: float = 2.0, tasks: tuple[TaskRow, ...] = (), **work: Any
) -> Schedule:
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
    row = CampaignRow(name="health", spec={}, extended_minutes=20.0, extended_annotators={})
    readings = Readings((), (), visits, (), tasks, frozenset())
    keywords = (KeywordNeighbors(Word(Language.SOURCE, "fever"), salience, (), ()),)
    rankings = Rankings((), keywords, (("source", "hospital", 4.0), ("source", "fever", salience)))
    versions = [VersionRow(number=1, made_from={}), VersionRow(number=2, made_from={"stretch": STRETCH})]
    return campaign_schedule(campaign, row, readings, versions, rankings)


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


def test_the_forecasts_range_is_that_of_campaigns_as_they_go() -> None:
    """Eight in ten drawn campaigns end within it, long ones and quick annotators included."""
    rng, within = np.random.default_rng(0), 0
    for draw in range(60):
        seen = tuple(Visit("ada", a, float(rng.lognormal(3.0, 0.5))) for a in (D, W) for _ in range(8))
        told = schedule(seen, budget_minutes=100, policy="words").forecast({D: 0, W: 10_000})
        mean = rng.normal(np.mean([np.log(v.seconds or 0) for v in seen if v.activity is W]), 0.5 / np.sqrt(8 + 5))
        times = rng.lognormal(mean, 0.5, 3_000)
        done = int((np.cumsum(times) - times < told.minutes * 60).sum())
        within += told.tasks[W].low <= done <= told.tasks[W].high
        assert told.tasks[W].low < told.tasks[W].median < told.tasks[W].high, draw
    assert 40 <= within <= 58


def test_overlap_is_counted_before_tasks_are_handed_out() -> None:
    """A task that two annotators do takes the visits of both: half as many fit."""
    waiting = {D: [f"d:{n}" for n in range(40)], W: []}
    one, two = (schedule(annotators=2, overlap=overlap, budget_minutes=1, policy="documents") for overlap in (1, 2))
    fit = [len(one_.hand_out({D: [], W: []}, waiting, 40)) for one_ in (one, two)]
    assert fit[0] in (2 * fit[1] - 1, 2 * fit[1])
    assert two.costs[D].expected == pytest.approx(2 * one.costs[D].expected, rel=0.05)
    told = [one_.forecast({D: 500, W: 0}).tasks[D].median for one_ in (one, two)]
    assert told[0] == pytest.approx(2 * told[1], abs=2)


def test_the_salience_is_that_of_the_next_keyword_that_is_not_out() -> None:
    """What has been handed out or done says nothing of what comes."""
    assert relative_salience([4.0, 1.0], 4.0) == 1.0
    assert relative_salience([1.0], 4.0) == 0.25
    assert relative_salience([], 4.0) == 1.0
    known = TaskRow(id=1, key=word_key(Word(Language.SOURCE, "fever")), activity=W)
    assert schedule(salience=1.0).salience == 0.25
    assert schedule(salience=1.0, tasks=(known,)).salience == 1.0


def test_own_minutes_limit_what_is_handed_out() -> None:
    """Of one annotator with five minutes in a campaign of an hour, five minutes are planned."""
    assert schedule(annotator_minutes=5).state({D: 9, W: 9}).budget == 300
    assert schedule(annotator_minutes=5, annotators=2).state({D: 9, W: 9}).budget == 600


def test_the_forecast_fits_the_time_that_is_left() -> None:
    """By the annotators' own pace, and never more than there is."""
    visits = tuple(Visit("ada", activity, 30.0) for activity in (D, W) for _ in range(60))
    told = schedule(visits, budget_minutes=70).forecast({D: 500, W: 500})
    assert told.minutes == pytest.approx(30)
    assert told.tasks[D].median + told.tasks[W].median == pytest.approx(60, abs=5)
    assert schedule(visits).forecast({D: 3, W: 0}).tasks[D].high <= 3
    assert schedule(visits).spent is False
    assert schedule(visits, budget_minutes=40).forecast({D: 500, W: 500}).tasks == {}
