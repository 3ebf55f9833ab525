"""How a campaign stands: what its annotations, its versions and its file say together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.ledger import Ledger
from clime_core.scheduling.schedule import Schedule
from ml_backend.campaign_file import Campaign
from ml_backend.label_studio.readings import Readings
from ml_backend.queue.schedule import campaign_schedule
from ml_backend.store.rankings import Rankings
from ml_backend.store.tables import CampaignRow, ProjectRow, VersionRow

Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class CampaignSnapshot:
    """All that the page's facts are made from but rounds and decisions, which change by themselves."""

    row: CampaignRow
    campaign: Campaign
    projects: Sequence[ProjectRow]
    readings: Readings
    versions: Sequence[VersionRow]
    rankings: Rankings
    made: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """What was made of this snapshot under that name, made at the first call."""
        if name not in self.made:
            self.made[name] = make()
        made: Made = self.made[name]
        return made

    @cached_property
    def schedule(self) -> Schedule:
        """The scheduler."""
        return campaign_schedule(self.campaign, self.row, self.readings, self.versions, self.rankings)

    @property
    def ledger(self) -> Ledger:
        """The time spent."""
        return self.schedule.ledger

    @cached_property
    def waiting(self) -> dict[Activity, int]:
        """How many tasks are open to somebody."""
        return {a: sum(task.activity == a for task in self.readings.open_tasks) for a in Activity}
