"""The inputs of a round: the annotations, read back, and the campaign's data."""

from collections.abc import Sequence

from clime_core.data.labels import resolve_labels
from clime_core.round.inputs import RoundInputs
from ml_backend.campaign_data import CampaignData
from ml_backend.campaign_file import Campaign
from ml_backend.installation import Installation
from ml_backend.label_studio.readings import ReadingCache, Readings, read_annotations
from ml_backend.label_studio.task_data import keywords_of
from ml_backend.queue.review import acceptance_of, asked_again
from ml_backend.store.tables import CampaignRow, ProjectRow


def campaign_readings(
    installation: Installation, row: CampaignRow, projects: Sequence[ProjectRow], reader: str = "rounds"
) -> Readings:
    """The campaign's annotations in the store. Each `reader` has a cache of its own, so nothing is read twice."""
    campaign = installation.campaign(row)
    return read_annotations(
        installation.store,
        projects,
        campaign.task.categories,
        overlap=campaign.work.overlap,
        since=row.created_at,
        cache=installation.reading_caches.get((reader, row.id), ReadingCache),
    )


def round_inputs(campaign: Campaign, data: CampaignData, readings: Readings) -> tuple[RoundInputs, tuple[str, ...]]:
    """The inputs of a round, and a problem for each label whose document is no longer in the pool."""
    labels, problems = data.document_labels(readings.labels)
    finished, resolved = readings.finished_keys, resolve_labels(labels)
    asked, again = finished | readings.on_screens, asked_again(campaign, readings) - finished
    inputs = RoundInputs(
        embeddings=data.embeddings,
        categories=len(campaign.task.categories),
        train=[document for document in data.train if document.label is not None],
        pool=data.pool,
        labels=resolved.labels,
        doubts=dict.fromkeys(resolved.left, acceptance_of(readings).doubt),
        marks=readings.marks,
        asked_documents=frozenset(document for key, document in data.by_key.items() if key in asked),
        again=frozenset(document for key, document in data.by_key.items() if key in again),
        asked_keywords=frozenset(keywords_of(finished)),
        test=data.test,
        dev=data.dev,
        dictionary=data.dictionary,
        replacements=data.replacements,
        one_language=data.one_language,
        seed_labels=data.seeds.labels if data.seeds else {},
    )
    return inputs, problems
