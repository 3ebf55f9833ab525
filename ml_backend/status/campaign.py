"""All that the lead's page and status.json show."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.forecast import Range
from ml_backend.installation import Installation
from ml_backend.status.agreement import agreement_json
from ml_backend.status.facts import METRICS, CampaignFacts, VersionFacts
from ml_backend.status.snapshot import snapshot_of
from ml_backend.store.decisions import recent_decisions
from ml_backend.store.rounds import recent_rounds
from ml_backend.store.tables import CampaignRow, DecisionRow, RoundRow, RoundState

MAX_DECISIONS = 10


@dataclass(frozen=True)
class State:
    """What is live, under way, waiting or wrong.

    running: the step of the round under way. waiting: why a round has not begun. again_at: when a round that had to
    wait is tried again. failed: the error of the last round. spent: whether the time is used up.
    """

    live_version: int | None
    paused: bool
    annotating_paused: bool
    running: str | None
    waiting: str | None
    again_at: float | None
    failed: str | None
    spent: bool


@dataclass(frozen=True)
class RoundFacts:
    """One round: seconds by step, and what a person should know of it."""

    id: int
    state: str
    reason: str
    step: str | None
    seconds: Mapping[str, float]
    error: str | None
    notes: Sequence[str]
    version: int | None
    queued_at: float
    started_at: float | None
    ended_at: float | None


@dataclass(frozen=True)
class DecisionFacts:
    """One decision of the scheduler: the task that was handed out, and why."""

    at: float
    task: str
    activity: str
    reason: str
    expected_seconds: float
    policy: str | None
    probabilities: Mapping[str, float]


@dataclass(frozen=True)
class CampaignStatus(CampaignFacts):
    """The facts of a campaign, with its state, rounds and decisions, the newest first. now: the server's clock.

    Times are seconds since the epoch, durations seconds, shares in [0, 1]; docs/operating.md has all fields.
    """

    state: State
    rounds: tuple[RoundFacts, ...]
    decisions: tuple[DecisionFacts, ...]
    now: float


def campaign_status(
    installation: Installation, row: CampaignRow, max_rounds: int = 20, timeout: float | None = None
) -> CampaignStatus:
    """The status of a campaign; `timeout` as for `snapshot_of`."""
    snapshot = snapshot_of(installation, row, timeout)
    with installation.store.reading() as session:
        rounds = recent_rounds(session, row.id, max_rounds)
        decisions = recent_decisions(session, row.id, MAX_DECISIONS)
    return CampaignStatus(
        **vars(snapshot.facts),
        state=campaign_state(row, rounds, spent=snapshot.schedule.spent),
        rounds=tuple(round_facts(row) for row in rounds),
        decisions=tuple(decision_facts(row) for row in decisions),
        now=datetime.now(UTC).timestamp(),
    )


def campaign_state(row: CampaignRow, rounds: Sequence[RoundRow], *, spent: bool) -> State:
    """The state by the campaign's row and its rounds, the newest first."""
    running = next((r for r in rounds if r.state == RoundState.RUNNING), None)
    queued = next((r for r in rounds if r.state == RoundState.QUEUED), None)
    newest = next((r for r in rounds if r.state in (RoundState.DONE, RoundState.FAILED)), None)
    return State(
        live_version=row.live_version,
        paused=row.paused,
        annotating_paused=row.annotating_paused,
        running=running.step or "starting" if running else None,
        waiting=(queued.error or "queued") if queued else None,
        again_at=queued.not_before if queued and queued.error else None,
        failed=newest.error if newest and newest.state == RoundState.FAILED else None,
        spent=spent,
    )


def round_facts(row: RoundRow) -> RoundFacts:
    """The facts of a round in the store."""
    return RoundFacts(**{field.name: getattr(row, field.name) for field in fields(RoundFacts)})


def decision_facts(row: DecisionRow) -> DecisionFacts:
    """The facts of a decision in the store."""
    return DecisionFacts(
        at=row.decided_at,
        task=row.key,
        activity=row.activity,
        reason=row.reason,
        expected_seconds=row.expected_seconds,
        policy=row.policy.get("name"),
        probabilities=row.probabilities,
    )


def status_json(status: CampaignStatus) -> dict[str, Any]:
    """The fields of status.json, in order."""
    content = asdict(status)
    del content["next"]["annotator"]
    if status.forecast is not None:
        none = asdict(Range(0, 0, 0))
        content["forecast"] |= {**dict.fromkeys(map(str, Activity), none), **content["forecast"]["tasks"]}
        content["forecast"]["text"] = str(status.forecast)
    content["agreement"]["documents"] = agreement_json(status.agreement.documents)
    content["agreement"]["words"] = agreement_json(status.agreement.words)
    content["review"] = None if status.review is None else status.review._asdict()
    content["versions"] = [_version_json(version) for version in status.versions]
    return content


def _version_json(version: VersionFacts) -> dict[str, Any]:
    """A version; without the measures that it does not have."""
    unknown = METRICS if version.n is None else ("intervals",) if version.intervals is None else ()
    return {name: value for name, value in asdict(version).items() if name not in unknown}
