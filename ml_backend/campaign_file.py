"""The campaign file: its fields, checked together, with errors that name the field."""

import os
import re
import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args, get_type_hints

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from clime_core.data.normalize import Normalization
from clime_core.errors import CampaignError, ClimeError, TrainingError
from clime_core.round.round_settings import RoundSettings
from clime_core.scheduling.policies import POLICIES, Policy, Share, policy_of
from ml_backend.auth import OPERATOR


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _named(value: object) -> object:
    """A policy's name alone means the policy with its default values."""
    return {"name": value} if isinstance(value, str) else value


def _lower(value: object) -> object:
    """Label Studio keeps e-mail addresses in lower case."""
    return {str(name).lower(): minutes for name, minutes in value.items()} if isinstance(value, dict) else value


def _names(kind: type[Policy]) -> set[str]:
    return {field.name for field in fields(kind)}  # type: ignore[arg-type]  # every policy is a dataclass


class Part(BaseModel):
    """A table of the campaign file: unknown fields are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LabelStudioPart(Part):
    """Where Label Studio is, and where its token is found; the token itself is never in the file.

    `browser_url` is for links only: the address that people open, where it is not `url`.
    """

    url: str = Field(pattern=r"^https?://[^\s/]+")
    browser_url: str | None = Field(None, pattern=r"^https?://[^\s/]+")
    token_env: str = "LABEL_STUDIO_API_KEY"  # noqa: S105 - the name of a variable, not a token
    token_file: Path | None = None
    documents_project: int | None = None

    def link(self, project: int) -> str:
        """Where people open a project."""
        return f"{(self.browser_url or self.url).rstrip('/')}/projects/{project}/data"

    def token(self) -> str:
        """The access token. Raises CampaignError where there is none."""
        if self.token_file is not None:
            if not self.token_file.is_file():
                raise CampaignError(f"label_studio.token_file: no file {self.token_file}; write the token into it")
            return self.token_file.read_text().strip()
        token = os.environ.get(self.token_env, "").strip()
        if not token:
            raise CampaignError(
                f"label_studio.token_env: the variable {self.token_env} is empty; "
                "set it to an access token (Label Studio: Account & Settings)"
            )
        return token


class LanguagePart(Part):
    """One language as people call it, and its writing direction."""

    name: str = Field(min_length=1)
    rtl: bool = False


class LanguagesPart(Part):
    """The language pair."""

    source: LanguagePart
    target: LanguagePart


class TaskPart(Part):
    """The questions that annotators answer."""

    categories: Annotated[tuple[str, ...], BeforeValidator(_tuple)] = Field(min_length=2)
    question: str = "Which category does this document belong to?"
    word_question: str = "Which of these words are likely to appear in the same category as this one?"
    instructions: str | None = None

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.categories)) < len(self.categories) or any(not c.strip() for c in self.categories):
            raise ValueError(f"categories must be distinct and not empty, got {list(self.categories)}")
        return self


class DataPart(Part):
    """Files. Relative paths start at the campaign file. `pool` may be left out with `documents_project`.

    `dev` and `test` are labelled target documents: `dev` measures what a gain period gained, `test` measures versions.
    `encoded` is a folder of vectors of whole documents, as a sentence encoder makes them: `train.npy`, `pool.npy` and,
    where there are such documents, `dev.npy` and `test.npy`, a row for each line.
    """

    source_vectors: Path
    target_vectors: Path
    train: Path
    pool: Path | None = None
    dev: Path | None = None
    test: Path | None = None
    encoded: Path | None = None
    bad_vectors: Literal["refuse", "skip"] = "refuse"
    normalize: Normalization = "none"


class WorkPart(Part):
    """How the annotators' time is used. Shares are fractions of the seconds.

    `policy` is a name, or a table with a name and the policy's own values. `share_documents` goes to every policy that
    has shares. `break_ties` asks one more annotator where votes are tied. With `clock`, a visit counts no more seconds
    than passed on the clock. `annotator_minutes` is each annotator's budget; `minutes_of` has some, by e-mail address.
    """

    setup: Literal["mixed", "two-projects"] = "mixed"
    documents: Literal["release", "score"] = "release"
    budget_minutes: float = Field(60.0, gt=0)
    annotator_minutes: float | None = Field(None, gt=0)
    minutes_of: Annotated[dict[str, Annotated[float, Field(ge=0)]], BeforeValidator(_lower)] = Field({})
    clock: bool = True
    longest_visit_seconds: float = Field(300.0, gt=0)
    policy: Annotated[dict[str, Any], BeforeValidator(_named)] = Field({"name": Share.name})
    share_documents: float = Field(0.5, ge=0, le=1)
    annotators: int = Field(1, ge=1)
    overlap: int = Field(1, ge=1)
    break_ties: bool = False
    lot: int = Field(4, ge=1, le=50)
    scores: int = Field(200, ge=10)

    @property
    def for_programs(self) -> Self:
        """The same for simulated annotators, which submit at once and state the seconds themselves."""
        return self.model_copy(update={"clock": False})

    @property
    def chosen_policy(self) -> Policy:
        """The rule that chooses the next activity. Raises CampaignError for an unknown name or value."""
        name = self.policy.get("name")
        kind = POLICIES.get(name) if isinstance(name, str) else None
        shared = {"share_documents": self.share_documents} if kind and "share_documents" in _names(kind) else {}
        return policy_of({**shared, **self.policy})

    @model_validator(mode="after")
    def _known_policy(self) -> Self:
        try:
            _ = self.chosen_policy
        except CampaignError as error:
            raise ValueError(f"policy: {error}") from None
        return self

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.setup == "mixed" and self.documents == "score":
            raise ValueError('documents = "score" needs setup = "two-projects"')
        if self.overlap > self.annotators:
            raise ValueError(f"overlap = {self.overlap} needs as many annotators, got annotators = {self.annotators}")
        if self.break_ties and self.annotators <= self.overlap:
            raise ValueError(f"break_ties needs more annotators than overlap = {self.overlap}, got {self.annotators}")
        return self


class Campaign(Part):
    """One language pair, one set of categories, one budget, one or two Label Studio projects."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")
    label_studio: LabelStudioPart
    languages: LanguagesPart
    task: TaskPart
    data: DataPart
    work: WorkPart = WorkPart()
    round: RoundSettings = RoundSettings()
    seed: int = Field(0, ge=-(2**63), lt=2**63)

    @field_validator("name")
    @classmethod
    def _is_not_the_operator(cls, value: str) -> str:
        if value == OPERATOR:
            raise ValueError(f"{value!r} is the operator's user name; take another")
        return value

    @field_validator("round", mode="before")
    @classmethod
    def _known_settings(cls, value: object) -> object:
        unknown = [".".join(name) for name in _unknown(value, RoundSettings)]
        if unknown:
            raise ValueError(f"no such field: {', '.join(unknown)}; check the spelling")
        return value

    @model_validator(mode="after")
    def _pool(self) -> Self:
        existing = self.label_studio.documents_project is not None
        if existing and (self.work.setup, self.work.documents) != ("two-projects", "score"):
            raise ValueError(
                'label_studio.documents_project needs work.setup = "two-projects" and work.documents = "score"'
            )
        if self.data.pool is None and not existing:
            raise ValueError("data.pool is missing: name a file of target-language documents")
        if self.data.pool is None and self.data.encoded is not None:
            raise ValueError("data.encoded needs data.pool: its rows are those of the file")
        return self

    @model_validator(mode="after")
    def _round_fits(self) -> Self:
        """The base has what it reads; known shares have one number for each category, also after one was added."""
        if self.round.classifier.kind == "encoder" and self.data.encoded is None:
            raise ValueError('round.classifier.kind = "encoder" needs data.encoded, a folder of documents\' vectors')
        try:
            self.round.predictor.check(len(self.task.categories))
        except TrainingError as error:
            raise ValueError(f"round.predictor.{error}") from None
        return self


def _unknown(value: object, kind: Any) -> list[tuple[str, ...]]:
    """The paths of names in nested tables that are no field of the nested dataclass."""
    if not isinstance(value, dict) or not is_dataclass(kind):
        return []
    types = get_type_hints(kind)
    unknown = [(str(name),) for name in value if name not in types]
    nested = [(name, *path) for name in value if name in types for path in _unknown(value[name], types[name])]
    return unknown + nested


def read_campaign(path: Path) -> Campaign:
    """The campaign in a TOML file, its paths made absolute. Raises CampaignError naming file and fields."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CampaignError(f"{path}: no such file; the README shows a campaign file to start from") from None
    except OSError as error:
        raise CampaignError(f"{path}: cannot be read: {error.strerror}; name a campaign file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CampaignError(f"{path}: not a TOML file: {error}") from None
    return _validated(_absolute(raw, path.resolve().parent), str(path))


def restore_campaign(stored: dict[str, Any], name: str) -> Campaign:
    """The campaign from the store."""
    return _validated(stored, f"the stored campaign {name}")


def _validated(raw: dict[str, Any], where: str) -> Campaign:
    try:
        return Campaign.model_validate(raw)
    except ValidationError as error:
        problems = "; ".join(_problem(detail) for detail in error.errors())
        raise CampaignError(f"{where}: {problems}") from None
    except ClimeError as error:  # of the settings of the core, which check themselves
        raise CampaignError(f"{where}: round: {error}") from None


def _problem(detail: Any) -> str:
    field = ".".join(str(part) for part in detail["loc"]) or "campaign"
    message = re.sub("^Value error, ", "", detail["msg"])
    if detail["type"] == "extra_forbidden":
        return f"{field}: no such field; check its spelling"
    if detail["type"] in ("missing", "value_error"):
        return f"{field}: {message}"
    return f"{field}: {message}, got {detail['input']!r}"


def path_fields(kind: type[Part]) -> tuple[str, ...]:
    """The fields of a table that name a file or a folder."""
    types = ((name, field.annotation) for name, field in kind.model_fields.items())
    return tuple(name for name, annotation in types if Path in (annotation, *get_args(annotation)))


def _absolute(raw: dict[str, Any], base: Path) -> dict[str, Any]:
    """The same tables with file paths made absolute."""
    result = dict(raw)
    for table, kind in (("data", DataPart), ("label_studio", LabelStudioPart)):
        part = raw.get(table)
        if isinstance(part, dict):
            names = [name for name in path_fields(kind) if isinstance(part.get(name), str)]
            result[table] = {**part, **{name: str(base / part[name]) for name in names}}
    return result
