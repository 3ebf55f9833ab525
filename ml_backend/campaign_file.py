"""The campaign file: its tables, checked together, with errors that name the field."""

import re
import tomllib
from dataclasses import asdict, is_dataclass, replace
from pathlib import Path
from typing import Any, Self, cast, get_args, get_type_hints

from pydantic import Field, ValidationError, field_validator, model_validator

from clime_core.errors import CampaignError, ClimeError, TrainingError
from clime_core.round.presets import BaseName, preset, with_dictionary
from clime_core.round.round_settings import RoundSettings
from clime_core.scheduling.activity import Activity
from ml_backend.auth import OPERATOR
from ml_backend.campaign_tables import (
    BasePart,
    DataPart,
    LabelStudioPart,
    LanguagesPart,
    Part,
    TaskPart,
    WorkPart,
    path_fields,
)

SCREENS = 20
"""Review screens that a round puts together, where some are served."""

SHARES = {"share_documents": 0.1, "share_review": 0.9}
"""Of the time where the base reads whole documents: review screens, and documents that could not be told from them."""


class Campaign(Part):
    """One language pair, or one language; one set of categories, one budget, one or two Label Studio projects."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")
    label_studio: LabelStudioPart
    languages: LanguagesPart
    task: TaskPart
    data: DataPart = DataPart()
    base: BasePart = BasePart()
    work: WorkPart = WorkPart()
    round: RoundSettings = RoundSettings()
    seed: int = Field(0, ge=-(2**63), lt=2**63)

    @property
    def one_language(self) -> bool:
        """Whether there is no source language."""
        return self.languages.source is None

    @property
    def reviews(self) -> bool:
        """Whether review screens are served."""
        return Activity.REVIEW in self.work.chosen_policy.activities

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

    @model_validator(mode="before")
    @classmethod
    def _preset(cls, values: dict[str, Any]) -> dict[str, Any]:
        """What `[round]` leaves out is as the base's preset has it, with the word channel reading a dictionary."""
        base, data, given = values.get("base", {}), values.get("data"), values.get("round", {})
        kind = base.get("kind", "word-vectors") if isinstance(base, dict) else None
        if kind not in get_args(BaseName) or not isinstance(base, dict) or not isinstance(given, dict):
            return values  # its own check says what is wrong
        settings = preset(cast(BaseName, kind), str(base.get("model") or "none"), one_language=_is_alone(values))
        if isinstance(data, dict) and data.get("dictionary") is not None:
            settings = with_dictionary(settings)
        values = {**values, "work": _shared(values.get("work", {}), cast(BaseName, kind))}
        if _reviews(values):
            settings = replace(settings, review=replace(settings.review, screens=SCREENS))
        return {**values, "round": _over(asdict(settings), given)}

    @model_validator(mode="after")
    def _review(self) -> Self:
        if self.reviews and not self.round.review.screens:
            raise ValueError("round.review.screens: review screens are served, so that some must be prepared, got 0")
        if self.one_language and tuple(self.work.chosen_policy.activities) == (Activity.REVIEW,):
            raise ValueError(
                "work: with one language the first documents must be labelled before there is a prediction to review; "
                "serve documents, too, such as share_documents = 0.1 and share_review = 0.9"
            )
        if self.work.blind_repeats and not self.reviews:
            raise ValueError("work.blind_repeats: no review screens are served; set work.share_review above 0")
        return self

    @model_validator(mode="after")
    def _pool(self) -> Self:
        existing = self.label_studio.documents_project is not None
        if existing and (self.work.setup, self.work.documents) != ("two-projects", "score"):
            raise ValueError(
                'label_studio.documents_project needs work.setup = "two-projects" and work.documents = "score"'
            )
        if self.data.pool is None and not existing:
            raise ValueError("data.pool is missing: name a file of target-language documents")
        if self.base.model_version is not None and not existing:
            raise ValueError(
                "base.model_version needs label_studio.documents_project, the project that its predictions are in; "
                "without one write them into a file and name it as base.predictions"
            )
        if self.base.model_version is not None and self.data.pool is not None:
            raise ValueError(
                "data.pool: base.model_version reads the predictions of the tasks in label_studio.documents_project, "
                "which are then the pool; leave data.pool out, or write the predictions into a file and name it as "
                "base.predictions"
            )
        if self.data.pool is None and self.base.vectors is not None:
            raise ValueError("base.vectors needs data.pool: its rows are those of the file")
        return self

    @model_validator(mode="after")
    def _vectors(self) -> Self:
        names = ("target_vectors",) if self.one_language else ("source_vectors", "target_vectors")
        missing = [f"data.{name}" for name in names if getattr(self.data, name) is None]
        if self.data.train is None and self.base.kind != "given" and not self.one_language:
            raise ValueError(
                "data.train: missing; name a file of labelled source documents, or leave languages.source out: a "
                "campaign of one language needs none"
            )
        if 0 < len(missing) < len(names) or (missing and self.base.kind == "word-vectors"):
            of_all = "the language" if self.one_language else "both languages"
            raise ValueError(
                f"{' and '.join(missing)}: missing; name the word vectors of {of_all}, or set base.kind = "
                '"encoder", which needs none'
            )
        return self

    @model_validator(mode="after")
    def _languages(self) -> Self:
        """What only makes sense with a source language, or only without one."""
        if not self.one_language:
            if self.task.seed_words:
                raise ValueError(
                    "task.seed_words: with a source language data.train says what the categories are; leave one out"
                )
            return self
        for name in ("source_vectors", "dictionary"):
            if getattr(self.data, name) is not None:
                raise ValueError(f"data.{name}: needs languages.source; name it, or leave the file out")
        if self.round.keyword_languages == "source":
            raise ValueError('round.keyword_languages: "source" needs languages.source')
        if self.base.kind == "transformer" and self.data.train is None:
            raise ValueError(
                "data.train: missing; a transformer is fine-tuned on labelled documents before the first task, so name "
                'some, or set base.kind = "encoder", which needs none'
            )
        return self

    @model_validator(mode="after")
    def _second_stream(self) -> Self:
        """A variant that replaces words needs a dictionary to take them from."""
        tuning = self.round.classifier.transformer
        if tuning is not None and tuning.terms and self.data.dictionary is None:
            raise ValueError(
                f"round.classifier.transformer.variant: {tuning.variant!r} replaces words by those of a dictionary; "
                'name one as data.dictionary, or set variant = "plain"'
            )
        return self

    @model_validator(mode="after")
    def _round_fits(self) -> Self:
        """The classifier is that of the base; known shares have one number for each category, also after one came."""
        of_base = "cnn, dan or lr" if self.base.kind == "word-vectors" else self.base.kind
        if self.round.classifier.kind not in of_base.replace(" or", ",").split(", "):
            raise ValueError(
                f'round.classifier.kind: with base.kind = "{self.base.kind}" it is {of_base}, got '
                f"{self.round.classifier.kind!r}; leave it out, or change the base"
            )
        try:
            self.round.predictor.check(len(self.task.categories))
        except TrainingError as error:
            raise ValueError(f"round.predictor.{error}") from None
        return self


def _is_alone(values: dict[str, Any]) -> bool:
    """Whether the tables as they were read name no source language."""
    languages = values.get("languages")
    return isinstance(languages, dict) and languages.get("source") is None


def _shared(work: Any, base: BaseName) -> Any:
    """The table of work with the shares of the time that suit the base, where it says nothing about them."""
    if base == "word-vectors" or not isinstance(work, dict) or work.keys() & {"policy", *SHARES}:
        return work
    return {**work, **SHARES}


def _reviews(values: dict[str, Any]) -> bool:
    """Whether the policy of the tables as they were read serves review screens; their own checks say what is wrong."""
    try:
        return Activity.REVIEW in WorkPart.model_validate(values.get("work", {})).chosen_policy.activities
    except ValidationError:
        return False


def _unknown(value: object, kind: Any) -> list[tuple[str, ...]]:
    """The paths of names in nested tables that are no field of the nested dataclass."""
    kind = next((part for part in get_args(kind) if is_dataclass(part)), kind)  # of one that may be None
    if not isinstance(value, dict) or not is_dataclass(kind):
        return []
    types = get_type_hints(kind)
    unknown = [(str(name),) for name in value if name not in types]
    nested = [(name, *path) for name in value if name in types for path in _unknown(value[name], types[name])]
    return unknown + nested


def _over(preset: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The given values over those of the preset, table by table."""
    tables = {
        name: _over(preset[name], value)
        for name, value in given.items()
        if isinstance(value, dict) and isinstance(preset.get(name), dict)
    }
    return {**preset, **given, **tables}


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


def _absolute(raw: dict[str, Any], base: Path) -> dict[str, Any]:
    """The same tables with file paths made absolute."""
    result = dict(raw)
    for table, kind in (("data", DataPart), ("base", BasePart), ("label_studio", LabelStudioPart)):
        part = raw.get(table)
        if isinstance(part, dict):
            names = [name for name in path_fields(kind) if isinstance(part.get(name), str)]
            result[table] = {**part, **{name: str(base / part[name]) for name in names}}
    model = result["base"].get("model") if isinstance(result.get("base"), dict) else None
    if isinstance(model, str) and (base / model).is_dir():  # else it is a name
        result["base"]["model"] = str(base / model)
    return result
