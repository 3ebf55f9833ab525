"""A store with one project and its tasks, for tests of what is read from annotations."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clime_core.scheduling.activity import Activity
from ml_backend.store.campaigns import save_campaign
from ml_backend.store.database import Store, open_store
from ml_backend.store.tables import ProjectRow, TaskRow


@contextmanager
def stored_tasks(folder: Path, tasks: Sequence[Mapping[str, Any]]) -> Iterator[Store]:
    """A mixed project 1 in a new store, its tasks numbered from 1 in Label Studio."""
    store = open_store(f"sqlite:///{folder / 'clime.db'}")
    with store.session() as session:
        campaign = save_campaign(session, "health", {})
        session.add(ProjectRow(campaign_id=campaign.id, role="mixed", server="http://ls", project=1, created=1))
        session.flush()
        for number, data in enumerate(tasks, start=1):
            activity = Activity.WORDS if data["word"] else Activity.DOCUMENTS
            session.add(TaskRow(project_id=1, key=data["key"], activity=activity, data=dict(data), task=number))
    try:
        yield store
    finally:
        store.close()
