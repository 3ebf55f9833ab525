"""All that one annotator's page shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from ml_backend.installation import Installation
from ml_backend.queue.next_step import NextStep
from ml_backend.status.campaign import State, campaign_state
from ml_backend.status.facts import VersionFacts
from ml_backend.status.minutes import AnnotatorTime, Time
from ml_backend.status.snapshot import snapshot_of
from ml_backend.store.rounds import recent_rounds
from ml_backend.store.tables import CampaignRow

MAX_ROUNDS = 5
"""Rounds that the state is found from: at most one running, one queued, and one done or failed."""


@dataclass(frozen=True)
class AnnotatorStatus:
    """What an annotator should do now, what they did, and the time left to them and to the campaign.

    annotators: everybody who has a page. accuracy: of the first version that was measured and of the live one, None
    where they are not known.
    """

    name: str
    annotator: str
    languages: tuple[str, ...]
    state: State
    next: NextStep
    own: AnnotatorTime
    campaign: Time
    annotators: tuple[str, ...]
    accuracy: tuple[float, float] | None


def annotator_status(
    installation: Installation, row: CampaignRow, annotator: str, timeout: float | None = None
) -> AnnotatorStatus:
    """The status of an annotator, also of one who has not begun; `timeout` as for `snapshot_of`."""
    snapshot = snapshot_of(installation, row, timeout)
    with installation.store.reading() as session:
        rounds = recent_rounds(session, row.id, MAX_ROUNDS)
    facts = snapshot.facts
    return AnnotatorStatus(
        name=row.name,
        annotator=annotator,
        languages=facts.languages,
        state=campaign_state(row, rounds, spent=snapshot.schedule.spent),
        next=snapshot.next_step(annotator),
        own=snapshot.time_of(annotator),
        campaign=facts.time,
        annotators=snapshot.annotators,
        accuracy=first_and_live_accuracy(facts.versions),
    )


def first_and_live_accuracy(versions: Sequence[VersionFacts]) -> tuple[float, float] | None:
    """The accuracy of the first version that was measured and of the live one; None where these are not two."""
    measured = [(version.live, version.accuracy) for version in versions if version.accuracy is not None]
    live = [accuracy for is_live, accuracy in measured[1:] if is_live]
    return (measured[0][1], live[0]) if live else None
