"""Label configs as they stand in Label Studio: where a campaign's tags are, and what is wrong there."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from label_studio_sdk.label_interface.control_tags import ControlTag
from label_studio_sdk.label_interface.interface import LabelInterface

from label_config import Kind

_TEXT_TAGS = ("text", "hypertext")
_JUDGEMENTS = {"similar", "dissimilar"}
_INDEX = re.compile(r"\{\{\s*\w+\s*\}\}")


@dataclass(frozen=True)
class DocumentTag:
    """The Choices that label a document, the object they label, and that object's `value` without `$`."""

    from_name: str
    to_name: str
    field: str

    def text(self, data: Mapping[str, Any]) -> str | None:
        """The document's text in a task's data, None where the task has none."""
        found: Any = data
        for step in re.findall(r"[^.\[\]]+", _INDEX.sub("0", self.field)):
            if isinstance(found, list) and step.isdigit():
                found = found[int(step)] if int(step) < len(found) else None
            else:
                found = found.get(step) if isinstance(found, Mapping) else None
        return found if isinstance(found, str) else None


@dataclass(frozen=True)
class LabelConfigReport:
    """What a check found: the document tag, where there is one, and every problem with its fix."""

    tag: DocumentTag | None
    problems: tuple[str, ...]


def check_label_config(xml: str, kind: Kind, categories: Sequence[str], tag: str | None = None) -> LabelConfigReport:
    """Whether a project's config serves a campaign; `tag` names the document tag among several."""
    try:
        ElementTree.fromstring(xml)  # noqa: S314 - expat bounds entity expansion
    except ElementTree.ParseError as error:
        return LabelConfigReport(None, (f"the label config is not well-formed XML: {error}; correct it there",))
    interface = LabelInterface(_without_declaration(xml))
    tags: list[ControlTag] = list(interface.controls or ())
    found: DocumentTag | None = None
    problems: list[str] = []
    if kind != "words":
        found, problems = _document_part(tags, categories, tag)
        if found and kind == "mixed" and _INDEX.sub("", found.field) != "doc[].text":
            problems.append(f'<{found.to_name}> shows ${found.field}; a mixed project needs "$doc[{{{{d}}}}].text"')
    if kind != "documents":
        problems += _word_part(tags)
    return LabelConfigReport(found, tuple(problems))


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
        fitting = [tag for tag in candidates if set(tag.labels or ()) == set(categories)]
        if len(fitting) != 1:
            return None, [f"which <Choices> holds the categories is ambiguous; {_names(candidates)}: name one"]
        candidates = fitting
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
    return str(tag.tag).lower() == "choices" and not judges_neighbors and _text_object(tag) is not None


def _choice_problems(tag: ControlTag) -> list[str]:
    problems = []
    if tag.get_attr("choice", "single") not in ("single", "single-radio"):
        problems.append(f'<Choices name="{tag.name}" choice="{tag.get_attr("choice")}">: choice="single" is needed')
    if tag.get_attr("perRegion") == "true":
        problems.append(f'<Choices name="{tag.name}" perRegion="true">: remove perRegion; a document has one category')
    return problems


def _category_problems(tag: ControlTag, categories: Sequence[str]) -> list[str]:
    where = f'<Choices name="{tag.name}">'
    if tag.dynamic_value:
        return [f"{where} takes its choices from the task; write the campaign's categories as <Choice> tags"]
    offered = list(tag.labels or ())
    missing = [f"<Choice value={category!r}> is missing" for category in categories if category not in offered]
    extra = [f"<Choice value={label!r}> is no category of the campaign" for label in offered if label not in categories]
    fix = "make the campaign's categories and the choices the same, letter by letter"
    return [f"{where}: {problem}; {fix}" for problem in (*missing, *extra)]


def _word_part(tags: Sequence[ControlTag]) -> list[str]:
    return [problem for side in ("src", "tgt") for problem in _side_problems(side, tags)]


def _side_problems(side: str, tags: Sequence[ControlTag]) -> list[str]:
    by_name = {_INDEX.sub("{{}}", str(tag.name)): tag for tag in tags}
    wanted = f'<Choices name="{side}_{{{{i}}}}">'
    tag = by_name.get(f"{side}_{{{{}}}}")
    if tag is None:
        return [f"{wanted} is missing: without it no neighbour can be marked; start from the template again"]
    problems = _choice_problems(tag)
    if set(tag.labels or ()) != _JUDGEMENTS:
        problems.append(f"{wanted}: the choices must be similar and dissimilar, got {list(tag.labels or ())}")
    shown = next((_INDEX.sub("", str(item.value)) for item in tag.objects or ()), "nothing")
    if shown != f"$word[].{side}[].html":
        problems.append(f"{wanted}: toName must be the concordance of the same neighbour, got {shown}")
    return [*problems, *_adding_problems(side, by_name)]


def _adding_problems(side: str, by_name: Mapping[str, ControlTag]) -> list[str]:
    """Adding words may be left out; where it is there, it must be of the right tag."""
    tags = {"pick": "taxonomy", "add": "textarea"}
    return [
        f'<{tag.tag} name="{name}"> must be a {wanted}; take it from the template'
        for how, wanted in tags.items()
        for judgement in sorted(_JUDGEMENTS)
        if (tag := by_name.get(name := f"{side}_{how}_{judgement}")) is not None and str(tag.tag).lower() != wanted
    ]
