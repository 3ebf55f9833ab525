"""What all parts of one installation share: settings, store, passwords, connections and caches."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import BoundedSemaphore, Event
from typing import TYPE_CHECKING

from ml_backend.auth import Keyring, open_keyring
from ml_backend.cache import LRUCache, RefreshingCache
from ml_backend.settings import Settings, read_settings
from ml_backend.store.database import Store, open_store
from ml_backend.store.rounds import worker_name
from ml_backend.store.tables import CampaignRow

if TYPE_CHECKING:  # commands that steer a campaign start without the Label Studio SDK, Prometheus and torch
    from ml_backend.campaign_file import Campaign
    from ml_backend.label_studio.client import Server
    from ml_backend.metrics import Metrics

MAX_DOWNLOADS = 2
"""Vectors downloaded at once: each holds a thread that could answer Label Studio, for as long as its reader takes."""


@dataclass(eq=False)
class Installation:
    """One installation. Its caches hold only what can be read again.

    `new_event` wakes the worker. `campaign_data`, `models`, `reading_caches` and `pages` are filled by the modules of
    the same subject: ml_backend.campaign_data, rounds.live_models, label_studio.readings and the pages.
    """

    settings: Settings
    store: Store
    keyring: Keyring
    worker: str = field(default_factory=worker_name)
    new_event: Event = field(default_factory=Event)
    servers: "dict[tuple[str, str], Server]" = field(default_factory=dict)
    campaigns: LRUCache = field(default_factory=lambda: LRUCache(1024))
    campaign_data: LRUCache = field(default_factory=lambda: LRUCache(64))
    models: LRUCache = field(default_factory=lambda: LRUCache(8, exclusive=True))
    reading_caches: LRUCache = field(default_factory=lambda: LRUCache(1024))
    snapshots: RefreshingCache = field(default_factory=RefreshingCache)
    pages: LRUCache = field(default_factory=lambda: LRUCache(128))
    download_slots: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAX_DOWNLOADS))

    @cached_property
    def metrics(self) -> "Metrics":
        """The counters of this process."""
        from ml_backend.metrics import Metrics

        return Metrics()

    def campaign(self, row: CampaignRow) -> "Campaign":
        """The campaign's file; checked once, and again when the store holds another file."""
        from ml_backend.campaign_file import restore_campaign

        campaign: Campaign = self.campaigns.get(row.id, lambda: restore_campaign(row.spec, row.name), row.spec)
        return campaign

    def folder(self, row: CampaignRow) -> Path:
        """Where the campaign's vectors and model versions lie."""
        return self.settings.folder(row.name)

    def server(self, campaign: "Campaign") -> "Server":
        """The campaign's Label Studio. Raises ExchangeError, or CampaignError where there is no token."""
        from ml_backend.label_studio.client import Server

        key = (campaign.label_studio.url, campaign.label_studio.token())
        if key not in self.servers:
            self.servers[key] = Server(*key)
        return self.servers[key]

    def close(self) -> None:
        """Close all connections."""
        self.snapshots.close()
        for server in self.servers.values():
            server.close()
        self.store.close()


def open_installation(settings: Settings) -> Installation:
    """The installation that the settings describe, its store made or migrated."""
    return Installation(settings, open_store(settings.database), open_keyring(settings))


@contextmanager
def opened_installation() -> Iterator[Installation]:
    """The installation of the environment's settings, closed when the block ends."""
    installation = open_installation(read_settings())
    try:
        yield installation
    finally:
        installation.close()
