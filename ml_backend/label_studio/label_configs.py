"""Label configs as Label Studio has them: a campaign's tags, and what is wrong with them."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from label_studio_sdk.label_interface.control_tags import ControlTag
from label_studio_sdk.label_interface.interface import LabelInterface

from clime_core.data.language import Language
from clime_core.model.selection.review_settings import MAX_TEXTS
from label_config import UNSURE_CHOICE, Kind
from ml_backend.campaign_file import Campaign
from ml_backend.store.tables import ProjectRow, Role

_TEXT_TAGS = ("text", "hypertext")
_JUDGEMENT_CHOICES = {"similar", "dissimilar"}
_INDEX = re.compile(r"\{\{\s*\w+\s*\}\}")


@dataclass(frozen=True)
class DocumentTag:
    """The Choices that label a document, the object they label, and that object's `value` without `$`."""

    from_name: str
    to_name: str
    field: str

    def text(self, data: Mapping[str, Any]) -> str | None:
        """The document's text in a task's data, None where the task has none."""
        value: Any = data
        for step in re.findall(r"[^.\[\]]+", _INDEX.sub("0", self.field)):
            if isinstance(value, list) and step.isdigit():
                value = value[int(step)] if int(step) < len(value) else None
            else:
                value = value.get(step) if isinstance(value, Mapping) else None
        return value if isinstance(value, str) else None


@dataclass(frozen=True)
class LabelConfigReport:
    """The result of a check: the document tag, where there is one, and every problem with its fix."""

    tag: DocumentTag | None
    problems: tuple[str, ...]


def check_project_config(xml: str, campaign: Campaign, project: ProjectRow) -> LabelConfigReport:
    """Whether the config of a campaign's project serves the campaign."""
    tag = project.tag["from_name"] if project.tag else None
    categories, languages = campaign.task.categories, campaign.languages.names
    return check_label_config(xml, Role(project.role).value, categories, tag, languages, reviews=campaign.reviews)


def check_label_config(
    xml: str,
    kind: Kind,
    categories: Sequence[str],
    tag: str | None = None,
    languages: Collection[Language] = tuple(Language),
    *,
    reviews: bool = True,
) -> LabelConfigReport:
    """Whether a project's config serves a campaign of these languages; `tag` names the document tag among several.

    `reviews`: the campaign has review screens. Without their part a screen would be empty, and submitting it would
    accept texts that nobody saw.
    """
    try:
        ElementTree.fromstring(xml)  # noqa: S314 - expat bounds entity expansion
    except ElementTree.ParseError as error:
        return LabelConfigReport(None, (f"the label config is not well-formed XML: {error}; correct it there",))
    interface = LabelInterface(_without_declaration(xml))
    tags: list[ControlTag] = list(interface.controls or ())
    document_tag: DocumentTag | None = None
    problems: list[str] = []
    if kind in ("documents", "mixed"):
        document_tag, problems = _document_part(tags, categories, tag)
        if document_tag and kind == "mixed" and _INDEX.sub("", document_tag.field) != "doc[].text":
            shown = f"<{document_tag.to_name}> shows ${document_tag.field}"
            problems.append(f'{shown}; a mixed project needs "$doc[{{{{d}}}}].text"')
    if kind in ("words", "mixed"):
        problems += [problem for side in languages for problem in _side_problems(side, tags)]
    if kind == "review" or (kind == "mixed" and reviews):
        problems += _review_problems(tags, categories)
    return LabelConfigReport(document_tag, tuple(problems))


def _without_declaration(xml: str) -> str:
    """Label Studio's parser takes no encoding declaration in a text."""
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", xml)


def _document_part(
    tags: Sequence[ControlTag], categories: Sequence[str], name: str | None
) -> tuple[DocumentTag | None, list[str]]:
    candidates = [tag for tag in tags if _labels_a_text(tag)]
    if name is not None:
        named = [tag for tag in candidates if tag.name == name]
        if not named:
            return None, [f'no <Choices name="{name}"> over a <Text>; {_names(candidates)}']
        candidates = named
    if not candidates:
        return None, ['no <Choices> whose toName is a <Text>; add <Choices name="label" toName="text">']
    if len(candidates) > 1:
        matching = [tag for tag in candidates if set(tag.labels or ()) == set(categories)]
        if len(matching) != 1:
            return None, [f"which <Choices> holds the categories is ambiguous; {_names(candidates)}: name one"]
        candidates = matching
    choices = candidates[0]
    text = _text_object(choices)
    tag = DocumentTag(str(choices.name), str(text.name), str(text.value).removeprefix("$"))
    return tag, [*_choice_problems(choices), *_category_problems(choices, categories)]


def _names(candidates: Sequence[ControlTag]) -> str:
    return f"the config has {', '.join(str(tag.name) for tag in candidates) or 'none'}"


def _text_object(tag: ControlTag) -> Any:
    """The first text the tag labels, None where it labels none."""
    return next((item for item in tag.objects or () if str(item.tag).lower() in _TEXT_TAGS), None)


def _labels_a_text(tag: ControlTag) -> bool:
    judges_neighbors = _INDEX.search(str(tag.name)) is not None
    text = _text_object(tag)
    if str(tag.tag).lower() != "choices" or judges_neighbors or text is None:
        return False
    return not str(text.value).startswith("$review[")


def _choice_problems(tag: ControlTag) -> list[str]:
    problems = []
    if tag.get_attr("choice", "single") not in ("single", "single-radio"):
        problems.append(f'<Choices name="{tag.name}" choice="{tag.get_attr("choice")}">: choice="single" is needed')
    if tag.get_attr("perRegion") == "true":
        problems.append(f'<Choices name="{tag.name}" perRegion="true">: remove perRegion; a document has one category')
    return problems


def _category_problems(tag: ControlTag, categories: Sequence[str]) -> list[str]:
    """What is wrong with the choices, which must be the campaign's categories, on a review screen with one more."""
    where = f'<Choices name="{tag.name}">'
    if tag.dynamic_value:
        return [f"{where} takes its choices from the task; write the campaign's categories as <Choice> tags"]
    choices = list(tag.labels or ())
    missing = [f"<Choice value={category!r}> is missing" for category in categories if category not in choices]
    extra = [f"<Choice value={label!r}> is no category of the campaign" for label in choices if label not in categories]
    fix = "make the campaign's categories and the choices the same, letter by letter"
    return [f"{where}: {problem}; {fix}" for problem in (*missing, *extra)]


def _review_problems(tags: Sequence[ControlTag], categories: Sequence[str]) -> list[str]:
    by_name = {str(tag.name): tag for tag in tags}
    names = [f"review_{place}" for place in range(MAX_TEXTS)]
    missing = [f'<Choices name="{name}">' for name in names if name not in by_name]
    problems = [f"{', '.join(missing)}: missing; start from the template again: `clime up`"] if missing else []
    for place, name in enumerate(names):
        if (tag := by_name.get(name)) is not None:
            problems += [*_choice_problems(tag), *_category_problems(tag, (*categories, UNSURE_CHOICE))]
            shown = next((_INDEX.sub("", str(item.value)) for item in tag.objects or ()), "nothing")
            if shown != f"$review[].texts[{place}].text":
                problems.append(f'<Choices name="{name}">: toName must be the text at the same place, got {shown}')
    return problems


def _side_problems(side: str, tags: Sequence[ControlTag]) -> list[str]:
    by_name = {_INDEX.sub("{{}}", str(tag.name)): tag for tag in tags}
    element = f'<Choices name="{side}_{{{{i}}}}">'
    tag = by_name.get(f"{side}_{{{{}}}}")
    if tag is None:
        return [f"{element} is missing: without it no neighbour can be marked; start from the template again"]
    problems = _choice_problems(tag)
    if set(tag.labels or ()) != _JUDGEMENT_CHOICES:
        problems.append(f"{element}: the choices must be similar and dissimilar, got {list(tag.labels or ())}")
    shown = next((_INDEX.sub("", str(item.value)) for item in tag.objects or ()), "nothing")
    if shown != f"$word[].{side}[].html":
        problems.append(f"{element}: toName must be the concordance of the same neighbour, got {shown}")
    return [*problems, *_adding_problems(side, by_name)]


def _adding_problems(side: str, by_name: Mapping[str, ControlTag]) -> list[str]:
    """The tags to add words with may be left out; where they exist, they must be of the right kind."""
    kinds = {"pick": "taxonomy", "add": "textarea"}
    return [
        f'<{tag.tag} name="{name}"> must be a {kind}; take it from the template'
        for prefix, kind in kinds.items()
        for choice in sorted(_JUDGEMENT_CHOICES)
        if (tag := by_name.get(name := f"{side}_{prefix}_{choice}")) is not None and str(tag.tag).lower() != kind
    ]
