"""The labelling interfaces: templates of Label Studio configurations, filled from a campaign.

Templates use `[[ value ]]`, `[% statement %]` and `[# comment #]`, so that Label Studio's `{{index}}` stays.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from clime_core.errors import CampaignError
from clime_core.model.selection.review_settings import MAX_TEXTS
from label_config.review_keys import review_keys

Kind = Literal["documents", "words", "review", "mixed"]

UNSURE_CHOICE = "not from this"
"""The answer on a review screen that the shown part of a text does not tell; no category may be called so."""

_VARIABLE = re.compile(r"\$[A-Za-z_]|\{\{")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class LabelConfigSettings:
    """What a campaign puts into the templates: names of the languages, their direction, categories, texts.

    Without a source language word tasks have one column.
    Raises CampaignError for texts that Label Studio would not show as they are written.
    """

    source_language: str | None
    target_language: str
    categories: tuple[str, ...]
    source_rtl: bool = False
    target_rtl: bool = False
    instructions: str | None = None
    document_question: str = "Which category does this document belong to?"
    word_question: str = "Which of these words are likely to appear in the same category as this one?"

    def __post_init__(self) -> None:
        if len(self.categories) < 2 or len(set(self.categories)) < len(self.categories):
            raise CampaignError(f"categories must be two or more and distinct, got {list(self.categories)}")
        if taken := [category for category in self.categories if category.casefold() == UNSURE_CHOICE]:
            raise CampaignError(
                f"categories: {taken[0]!r} is an answer of its own on review screens; give the category another name"
            )
        for name, text in self._texts():
            _check_text(name, text)

    def _texts(self) -> list[tuple[str, str]]:
        single = ("source_language", "target_language", "document_question", "word_question", "instructions")
        texts = [(name, getattr(self, name)) for name in single if getattr(self, name) is not None]
        return texts + [("categories", category) for category in self.categories]


def _check_text(name: str, text: str) -> None:
    if not text.strip() or text != text.strip():
        raise CampaignError(f"{name}: a text without spaces around it is needed, got {text!r}; trim it")
    if found := _UNPRINTABLE.search(text):
        raise CampaignError(f"{name}: XML cannot hold {found.group()!r}, got {text!r}; drop it")
    if _VARIABLE.search(text):
        raise CampaignError(
            f"{name}: Label Studio reads `$name` and `{{{{` as variables, got {text!r}; write it another way"
        )


def render(kind: Kind, settings: LabelConfigSettings) -> str:
    """The label config for one kind of project, as XML that Label Studio takes."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        lstrip_blocks=True,
    )
    choices = (*settings.categories, UNSURE_CHOICE)
    keys = review_keys(len(choices), MAX_TEXTS)
    return environment.get_template(f"{kind}.xml").render(settings=settings, review_choices=choices, review_keys=keys)


__all__ = ["UNSURE_CHOICE", "Kind", "LabelConfigSettings", "render"]
