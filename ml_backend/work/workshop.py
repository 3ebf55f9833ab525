"""What the two lanes share: the store, the passwords, the models in memory, the bell that wakes the worker."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import BoundedSemaphore, Event

from clime_core.progress import Progress, silent
from ml_backend.exchange.campaign import Campaign, restore_campaign
from ml_backend.exchange.pool import project_pool, project_size
from ml_backend.exchange.readings import Memory
from ml_backend.ground.auth import Keyring, open_keyring
from ml_backend.ground.label_studio import Server
from ml_backend.ground.metrics import Metrics
from ml_backend.ground.settings import Settings
from ml_backend.ground.store.database import Store, open_store
from ml_backend.ground.store.rounds import worker_name
from ml_backend.ground.store.tables import CampaignRow, ProjectRow
from ml_backend.work.fresh import Fresh
from ml_backend.work.kept import Kept
from ml_backend.work.materials import Materials, data_stamps, read_materials
from ml_backend.work.models import LiveModels

STREAMS = 2
"""Vectors downloaded at once: each holds a thread that could answer Label Studio, for as long as its reader takes."""


@dataclass(eq=False)
class Workshop:
    """One installation at work. Caches hold only what can be read again."""

    settings: Settings
    store: Store
    keyring: Keyring
    metrics: Metrics = field(default_factory=Metrics)
    models: LiveModels = field(default_factory=LiveModels)
    bell: Event = field(default_factory=Event)
    worker: str = field(default_factory=worker_name)
    materials: dict[str, tuple[str, Materials]] = field(default_factory=dict)
    servers: dict[tuple[str, str], Server] = field(default_factory=dict)
    standings: Fresh = field(default_factory=Fresh)
    memories: dict[tuple[str, int], Memory] = field(default_factory=dict)
    kept: Kept = field(default_factory=lambda: Kept(most=128))
    streams: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(STREAMS))

    def campaign(self, row: CampaignRow) -> Campaign:
        """What the campaign's file said."""
        return restore_campaign(row.spec, row.name)

    def folder(self, row: CampaignRow) -> Path:
        """Where the campaign's vectors and model versions lie."""
        return self.settings.folder(row.name)

    def server(self, campaign: Campaign) -> Server:
        """The campaign's Label Studio. Raises ExchangeError, or CampaignError where there is no token."""
        key = (campaign.label_studio.url, campaign.label_studio.token())
        if key not in self.servers:
            self.servers[key] = Server(*key)
        return self.servers[key]

    def materials_of(
        self, campaign: Campaign, projects: Sequence[ProjectRow], progress: Progress = silent
    ) -> Materials:
        """The campaign's vectors and documents, read at the first call and again when anything of them has changed.

        So they are when a team's own project has got more documents.
        """
        theirs = campaign.data.pool is None
        size = project_size(self.store, projects) if theirs else 0
        state = f"{size} {data_stamps(campaign)} {campaign.data.model_dump_json()} {campaign.task.categories}"
        kept = self.materials.get(campaign.name)
        if kept is None or kept[0] != state:
            pool = project_pool(self.store, projects) if theirs else None
            kept = (state, read_materials(campaign, self.settings.folder(campaign.name), pool, progress))
            self.materials[campaign.name] = kept
        return kept[1]

    def memory(self, lane: str, row: CampaignRow) -> Memory:
        """What a lane has read of a campaign's annotations; every lane has its own."""
        return self.memories.setdefault((lane, row.id), Memory())

    def close(self) -> None:
        """Close all connections."""
        self.standings.close()
        for server in self.servers.values():
            server.close()
        self.store.close()


def budget_minutes(campaign: Campaign, row: CampaignRow) -> float:
    """The campaign's budget: what its file says and what was added since."""
    return campaign.work.budget_minutes + row.extended_minutes


def open_workshop(settings: Settings) -> Workshop:
    """The installation that the settings describe, its store made or migrated."""
    return Workshop(settings, open_store(settings.database), open_keyring(settings))
