"""The scheduler of one campaign as it stands: its policy, its ledger, its budget, what was learnt so far."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from clime_core.policy.activity import Activity
from clime_core.policy.budget import Budget
from clime_core.policy.cost import Cost
from clime_core.policy.decision import Decision
from clime_core.policy.forecast import Forecast, forecast
from clime_core.policy.handout import Slot, cost_models, hand_out, schedule_state
from clime_core.policy.ledger import Ledger
from clime_core.policy.policies import Policy
from clime_core.policy.schedule import decide, plan
from clime_core.policy.state import Period, ScheduleState
from ml_backend.exchange.campaign import Campaign
from ml_backend.exchange.readings import Readings
from ml_backend.exchange.tasks import word_key
from ml_backend.ground.store.tables import CampaignRow, VersionRow
from ml_backend.work.ledger import campaign_budget, campaign_ledger
from ml_backend.work.rankings import Rankings
from ml_backend.work.stretches import stretches_of

LOOKED_AHEAD = 2_500
"""Tasks that a forecast plans at most."""

AMPLE = 2.5
"""A forecast plans for this many times the time that is left: tasks may turn out quicker than is expected of them."""


@dataclass(frozen=True)
class Schedule:
    """What decides the next task.

    `overlap` annotators do each task. `salience` is that of the next keyword beside the most salient one's.
    """

    policy: Policy
    ledger: Ledger
    budget: Budget
    annotators: int
    seed: int
    overlap: int = 1
    history: tuple[Period, ...] = ()
    salience: float = 1.0

    @cached_property
    def left(self) -> float:
        """Seconds that the annotators may still take."""
        return self.budget.left_together(self.ledger, self.annotators)

    @property
    def spent(self) -> bool:
        """Whether nobody may go on."""
        return self.left <= 0

    @cached_property
    def visit_costs(self) -> dict[Activity, Cost]:
        """What a visit to the next task of each activity takes, of nobody in particular."""
        return {a: model.cost() for a, model in cost_models(self.ledger).items()}

    @cached_property
    def costs(self) -> dict[Activity, Cost]:
        """What the next task of each activity takes, with the visits of all annotators that it needs.

        One that somebody has done already takes less; it is counted in full, so that less is handed out, not more.
        """
        return {a: cost.times(self.overlap) for a, cost in self.visit_costs.items()}

    def state(self, available: Mapping[Activity, int]) -> ScheduleState:
        """What the policy sees while so many tasks could be handed out."""
        within = self.ledger.spent() + self.left
        return schedule_state(self.ledger, self.costs, within, available, salience=self.salience, history=self.history)

    def next(self, available: Mapping[Activity, int]) -> Decision:
        """The activity that is due."""
        return decide(self.policy, self.state(available), self.seed)

    def hand_out(
        self, released: Mapping[Activity, Sequence[str]], waiting: Mapping[Activity, Sequence[str]], size: int
    ) -> list[Slot]:
        """The queue of the next `size` tasks; see `clime_core.policy.handout.hand_out`."""
        return hand_out(self.policy, self.state(dict.fromkeys(Activity, 0)), released, waiting, size, self.seed)

    def forecast(self, available: Mapping[Activity, int]) -> Forecast:
        """How many tasks the time left is enough for."""
        state = self.state(available)
        ample = replace(state, budget=state.total + AMPLE * self.left)
        decisions = plan(self.policy, ample, self.seed, LOOKED_AHEAD)
        order = [decision.activity for _, decision in decisions if decision.activity is not None]
        return forecast(order, self.costs, self.left)


def open_schedule(
    campaign: Campaign, row: CampaignRow, readings: Readings, versions: Sequence[VersionRow], rankings: Rankings
) -> Schedule:
    """The scheduler of a campaign, from what was read of its annotations and what its versions gained."""
    return Schedule(
        policy=campaign.work.chosen_policy,
        ledger=campaign_ledger(campaign, readings),
        budget=campaign_budget(campaign, row),
        annotators=campaign.work.annotators,
        seed=campaign.seed,
        overlap=campaign.work.overlap,
        history=tuple(stretch.period for stretch in stretches_of(versions) if stretch.period is not None),
        salience=_salience(rankings, {task.key for task in readings.tasks}),
    )


def _salience(rankings: Rankings, known: Collection[str]) -> float:
    """Of the next keyword that is not out yet, as a part of the most salient word's."""
    waiting = [keyword.salience for keyword in rankings.keywords if word_key(keyword.keyword) not in known]
    most = max((score for _, _, score in rankings.salient), default=0.0)
    return min(1.0, max(0.0, waiting[0] / most)) if waiting and most > 0 else 1.0
