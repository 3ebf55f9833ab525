"""Sync and settle, and nothing else: a queue whose time is up is closed while a round is still under way."""

from ml_backend.exchange.publish import settle_lanes
from ml_backend.exchange.sync import sync_recent
from ml_backend.exchange.visits import read_visits
from ml_backend.ground.store.campaigns import projects_of
from ml_backend.ground.store.tables import CampaignRow
from ml_backend.work.ledger import campaign_budget, ledger_of
from ml_backend.work.workshop import Workshop


def settle_campaign(workshop: Workshop, campaign_id: int) -> bool:
    """Read what is new, close or open the campaign's queues; whether they are closed now. Raises ExchangeError.

    Safe at any moment of a round: it only adds to the store what a round would add, too, and every step of it may be
    done twice. A round that ends later reads it, and hands nothing out.
    """
    store = workshop.store
    with store.reading() as session:
        row = session.get_one(CampaignRow, campaign_id)
        projects = projects_of(session, row)  # before the annotations, see settle_lanes
    campaign = workshop.campaign(row)
    server = workshop.server(campaign)
    for project in projects:
        sync_recent(server, store, project)
    ledger = ledger_of(campaign, read_visits(store, projects, row.created_at))
    with store.reading() as session:
        row = session.get_one(CampaignRow, campaign_id)
    closed = row.annotating_paused or campaign_budget(campaign, row).spent(ledger, campaign.work.annotators)
    settle_lanes(server, store, projects, closed=closed)
    return closed
