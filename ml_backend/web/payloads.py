"""What Label Studio sends, validated at the edge. Fields we do not use are ignored."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clime_core.errors import DataError


class Payload(BaseModel):
    """A request body. Unknown fields are left alone: Label Studio adds new ones with each release."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class SetupPayload(Payload):
    """`POST /setup`. `project` is "<id>.<creation time>". The body's access token is not read."""

    project: str = Field(pattern=r"^\d+(\.\d+)?$")
    label_config: str = Field("", alias="schema")


class TaskPayload(Payload):
    """A task to predict."""

    id: int | None = None
    data: dict[str, Any]


class PredictPayload(Payload):
    """`POST /predict`."""

    tasks: list[TaskPayload]
    project: str | None = None


class ProjectPayload(Payload):
    """The part of an event that says where it happened."""

    id: int


class EventPayload(Payload):
    """`POST /webhook`."""

    action: str = Field(min_length=1, max_length=64)
    project: ProjectPayload | None = None


Kind = TypeVar("Kind", bound="Payload")


def parse(kind: type[Kind], body: object) -> Kind:
    """The body as that kind of payload. Raises DataError naming the fields that are wrong."""
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors())
        raise DataError(f"not a {kind.__name__.removesuffix('Payload').lower()} request: {problems}") from None
