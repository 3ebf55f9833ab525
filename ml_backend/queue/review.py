"""What review screens tell beside labels: how far a text that was left is trusted, and what is asked as a document."""

from clime_core.data.digest import json_digest
from clime_core.data.labels import resolve_labels
from clime_core.evaluation.acceptance import Acceptance
from ml_backend.campaign_file import Campaign
from ml_backend.label_studio.readings import Readings
from ml_backend.label_studio.task_data import TaskKey

DRAWS = 16**8
"""Numbers that the draw of a blind repeat can give."""


def acceptance_of(readings: Readings) -> Acceptance:
    """How often reviewers left a wrong prediction, as far as others who saw none can tell."""
    blind = resolve_labels(label for label in readings.labels if label.how == "blind")
    return Acceptance.of(readings.reviews, blind.labels)


def asked_again(campaign: Campaign, readings: Readings) -> frozenset[TaskKey]:
    """Reviewed documents to be asked as whole documents.

    Those that a reviewer could not tell, ties where the campaign breaks them, and blind repeats.
    """
    chosen = {label.document for label in readings.labels if label.how != "left"}
    unsure = {r.document for r in readings.reviews if r.how == "unsure" and r.document not in chosen}
    reviewed, blind, ties = {review.document for review in readings.reviews}, set[TaskKey](), set[TaskKey]()
    if campaign.work.blind_repeats:
        blind = {r.document for r in readings.reviews if r.how != "unsure" and is_repeated(campaign, r.document)}
    if campaign.work.break_ties:
        ties = reviewed.intersection(resolve_labels(readings.labels).ties)
    return frozenset(unsure | blind | ties)


def is_repeated(campaign: Campaign, document: TaskKey) -> bool:
    """Whether a reviewed document is asked blind, too; the same for a document whatever else happens."""
    drawn = int(json_digest(["blind", campaign.seed, document])[:8], 16) / DRAWS
    return drawn < campaign.work.blind_repeats
