"""The scheduler: the time that a campaign has spent, the time left, and the next task.

A pure value. A campaign in Label Studio and a simulated one are scheduled by this same class.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.budget import Budget
from clime_core.scheduling.cost import PRIORS, Cost, CostModel, Observed
from clime_core.scheduling.decision import Decision
from clime_core.scheduling.forecast import Forecast, forecast
from clime_core.scheduling.handout import Item, Slot, hand_out
from clime_core.scheduling.ledger import Ledger, Rule
from clime_core.scheduling.planning import decide, plan
from clime_core.scheduling.policies import Policy
from clime_core.scheduling.state import Period, ScheduleState

MAX_FORECAST_TASKS = 2_500
"""Tasks that a forecast plans at most."""

FORECAST_MARGIN = 2.5
"""A forecast plans for this many times the time that is left: tasks may turn out quicker than expected."""


@dataclass(frozen=True)
class Schedule:
    """All that decides the next task.

    visit_costs: the time of one annotator's visit to the next task of each activity. annotators: how many work.
    overlap: how many of them do each task. history: what past periods of work gained, oldest first. salience: of the
    next keyword relative to the most salient one, in [0, 1].
    """

    policy: Policy
    ledger: Ledger
    budget: Budget
    seed: int
    visit_costs: Mapping[Activity, Cost]
    annotators: int = 1
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
    def costs(self) -> dict[Activity, Cost]:
        """The time of the next task of each activity, with the visits of all annotators that it needs.

        A task that some annotator has done already takes less; it is counted in full, so that less is handed out.
        """
        return {a: cost.times(self.overlap) for a, cost in self.visit_costs.items()}

    def after(self, ledger: Ledger, salience: float) -> "Schedule":
        """The schedule once more work was done. Costs stay as they were learnt: they change from round to round."""
        return replace(self, ledger=ledger, salience=salience)

    def state(self, available: Mapping[Activity, int]) -> ScheduleState:
        """The state that the policy sees while so many tasks could be handed out."""
        return ScheduleState(
            given={a: self.ledger.spent(a) for a in Activity},
            expected={a: self.costs[a].expected for a in Activity},
            available=available,
            budget=self.budget.limit(self.ledger, self.annotators),
            tasks={a: len(self.ledger.of_activity(a)) for a in Activity},
            salience=self.salience,
            history=self.history,
        )

    def next(self, available: Mapping[Activity, int]) -> Decision:
        """The activity that is due."""
        return decide(self.policy, self.state(available), self.seed)

    def hand_out(
        self, released: Mapping[Activity, Sequence[Item]], waiting: Mapping[Activity, Sequence[Item]], size: int
    ) -> list[Slot[Item]]:
        """The queue of the next `size` tasks; see `clime_core.scheduling.handout.hand_out`."""
        return hand_out(self.policy, self.state(dict.fromkeys(Activity, 0)), released, waiting, size, self.seed)

    def forecast(self, available: Mapping[Activity, int]) -> Forecast:
        """How many tasks the time left is enough for."""
        state = self.state(available)
        extended = replace(state, budget=state.total + FORECAST_MARGIN * self.left)
        decisions = plan(self.policy, extended, self.seed, MAX_FORECAST_TASKS)
        order = [decision.activity for _, decision in decisions if decision.activity is not None]
        return forecast(order, self.costs, self.left)


def open_schedule(
    policy: Policy,
    ledger: Ledger,
    budget: Budget,
    seed: int,
    *,
    annotators: int = 1,
    overlap: int = 1,
    history: Sequence[Period] = (),
    salience: float = 1.0,
) -> Schedule:
    """The schedule of a campaign, its costs learnt from the ledger."""
    costs = {a: model.cost() for a, model in cost_models(ledger).items()}
    return Schedule(policy, ledger, budget, seed, costs, annotators, overlap, tuple(history), salience)


def cost_models(ledger: Ledger) -> dict[Activity, CostModel]:
    """The costs of tasks, learnt from the visits that were finished and came with a time."""
    return {
        a: CostModel.of(
            [
                Observed(entry.seconds, entry.visit.annotator, entry.visit.length)
                for entry in ledger.of_activity(a)
                if not entry.visit.skipped and entry.rule in (Rule.AS_SENT, Rule.CAPPED)
            ],
            PRIORS[a],
        )
        for a in Activity
    }


def relative_salience(waiting: Sequence[float], highest: float) -> float:
    """The salience of the next keyword, the first of those waiting, relative to the highest of all words, in [0, 1].

    1 where there is nothing to compare.
    """
    return min(1.0, max(0.0, waiting[0] / highest)) if waiting and highest > 0 else 1.0
