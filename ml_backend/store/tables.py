"""The tables of the store."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def now() -> float:
    """Seconds since the epoch."""
    return datetime.now(UTC).timestamp()


class Table(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON, float: Float, str: Text}  # noqa: RUF012 - SQLAlchemy reads it once


class Role(StrEnum):
    """What a Label Studio project is for."""

    MIXED = "mixed"
    DOCUMENTS = "documents"
    WORDS = "words"
    REVIEW = "review"


class RoundState(StrEnum):
    """The states of a round."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class CampaignRow(Table):
    """A campaign: its file as it was read, and the number of its live version.

    `extended_annotators` are minutes added by annotator. `paused` stops the training, `annotating_paused` the queue.
    """

    __tablename__ = "campaigns"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    spec: Mapped[dict[str, Any]]
    extended_minutes: Mapped[float] = mapped_column(default=0.0)
    extended_annotators: Mapped[dict[str, Any]] = mapped_column(default=dict)
    paused: Mapped[bool] = mapped_column(default=False)
    annotating_paused: Mapped[bool] = mapped_column(default=False)
    live_version: Mapped[int | None] = mapped_column(Integer, default=None)
    created_at: Mapped[float] = mapped_column(default=now)


class ProjectRow(Table):
    """A Label Studio project of a campaign. A project is (server, id, creation time): ids are used again."""

    __tablename__ = "projects"
    __table_args__ = (
        UniqueConstraint("server", "project", "created"),
        UniqueConstraint("campaign_id", "role"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    role: Mapped[str] = mapped_column(String(16))
    server: Mapped[str] = mapped_column(String(255))
    project: Mapped[int]
    created: Mapped[int]
    order_version: Mapped[str | None] = mapped_column(default=None)
    closed: Mapped[bool] = mapped_column(default=False)
    tag: Mapped[dict[str, Any] | None] = mapped_column("control", JSON, default=None)


class TaskRow(Table):
    """A task as it was handed out. `task` is Label Studio's id, None until the import is confirmed.

    `gone`: it was deleted there. `overlap`: how many annotators it needs, None for as many as the campaign file says.
    `length`: tokens of the document or neighbours of the keyword; None where it was never counted.
    """

    __tablename__ = "tasks"
    __table_args__ = (UniqueConstraint("project_id", "key"), Index("tasks_by_ls", "project_id", "task"))
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    key: Mapped[str]
    activity: Mapped[str] = mapped_column(String(16))
    data: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    gone: Mapped[bool] = mapped_column(default=False)
    task: Mapped[int | None] = mapped_column(default=None)
    rank: Mapped[float] = mapped_column(default=0.0)
    overlap: Mapped[int | None] = mapped_column(default=None)
    length: Mapped[int | None] = mapped_column(default=None)
    released_at: Mapped[float] = mapped_column(default=now)

    @property
    def reopened(self) -> bool:
        """Whether one more annotator was asked because votes were tied."""
        return self.overlap is not None


class AnnotationRow(Table):
    """One state of one annotation; the newest state of each annotation counts, unless it was deleted.

    `annotation` is Label Studio's id, `updated` its time of change there, in seconds since the epoch.
    """

    __tablename__ = "annotations"
    __table_args__ = (
        Index("one_current", "project_id", "annotation", unique=True, sqlite_where=text("current = 1"),
              postgresql_where=text("current")),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    annotation: Mapped[int]
    task: Mapped[int]
    annotator: Mapped[str] = mapped_column(String(255))
    result: Mapped[list[Any]]
    skipped: Mapped[bool]
    lead_time: Mapped[float | None]
    created: Mapped[float]
    updated: Mapped[float]
    deleted: Mapped[bool] = mapped_column(default=False)
    current: Mapped[bool] = mapped_column(default=True, index=True)
    read_at: Mapped[float] = mapped_column(default=now)


class EventRow(Table):
    """A webhook event, kept as a hint that something happened."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    action: Mapped[str] = mapped_column(String(64))
    project: Mapped[int | None]
    received_at: Mapped[float] = mapped_column(default=now)


class RoundRow(Table):
    """A round. Two partial indexes allow at most one queued and one running round for each campaign."""

    __tablename__ = "rounds"
    __table_args__ = (
        Index("one_queued", "campaign_id", unique=True, sqlite_where=text("state = 'queued'"),
              postgresql_where=text("state = 'queued'")),
        Index("one_running", "campaign_id", unique=True, sqlite_where=text("state = 'running'"),
              postgresql_where=text("state = 'running'")),
        {"sqlite_autoincrement": True},  # names of orders carry the id: never use one again
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    state: Mapped[str] = mapped_column(String(16), default=RoundState.QUEUED)
    reason: Mapped[str]
    forced: Mapped[bool] = mapped_column(default=False)
    step: Mapped[str | None] = mapped_column(default=None)
    seconds: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[str | None] = mapped_column(default=None)
    notes: Mapped[list[Any]] = mapped_column(default=list)
    version: Mapped[int | None] = mapped_column(default=None)
    claimed_by: Mapped[str | None] = mapped_column(String(255), default=None)
    queued_at: Mapped[float] = mapped_column(default=now)
    not_before: Mapped[float] = mapped_column(default=0.0)
    started_at: Mapped[float | None] = mapped_column(default=None)
    beat_at: Mapped[float | None] = mapped_column(default=None)
    ended_at: Mapped[float | None] = mapped_column(default=None)


class VersionRow(Table):
    """A model version: its number, what it was made from and its metrics."""

    __tablename__ = "versions"
    __table_args__ = (UniqueConstraint("campaign_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    number: Mapped[int]
    metrics: Mapped[dict[str, Any]] = mapped_column(default=dict)
    made_from: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[float] = mapped_column(default=now)


class DecisionRow(Table):
    """A decision of the scheduler: its policy, state, chosen activity and reason. `seed` is the campaign's."""

    __tablename__ = "decisions"
    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    activity: Mapped[str] = mapped_column(String(16))
    key: Mapped[str]
    reason: Mapped[str]
    expected_seconds: Mapped[float]
    probabilities: Mapped[dict[str, Any]] = mapped_column(default=dict)
    policy: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[dict[str, Any]] = mapped_column(default=dict)
    seed: Mapped[int] = mapped_column(BigInteger, default=0)
    decided_at: Mapped[float] = mapped_column(default=now)
