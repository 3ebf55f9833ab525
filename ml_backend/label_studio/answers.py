"""An annotator's answers as Label Studio results, as the browser would send them for a task of ours."""

from collections.abc import Mapping, Sequence
from typing import Any

from clime_core.data.language import Language, Word
from ml_backend.label_studio.review_task import REVIEW_TAG
from ml_backend.label_studio.task_data import LABEL_TAG


def document_result(category: str) -> list[dict[str, Any]]:
    """The result of choosing a category."""
    return [_choice(LABEL_TAG, "text", category)]


def word_result(
    data: Mapping[str, Any], marks: Mapping[Word, bool], added: Mapping[Word, bool]
) -> list[dict[str, Any]]:
    """The result of marking shown words and typing new ones; True is similar."""
    (entry,) = data["word"]
    result = []
    for side in Language:
        for i, shown in enumerate(entry[side.value]):
            similar = marks.get(Word(side, shown["word"]))
            if similar is not None:
                result.append(_choice(f"{side}_{i}", f"{side}_concordance_{i}", _choice_of(similar)))
        for similar in (True, False):
            forms = [word.form for word, judged in added.items() if word.language is side and judged is similar]
            result += _typed(f"{side}_add_{_choice_of(similar)}", forms)
    return result


def review_result(choices: Mapping[int, str]) -> list[dict[str, Any]]:
    """The result of choosing a category, or the unsure answer, for the texts at some positions of a review screen."""
    return [_choice(f"{REVIEW_TAG}{place}", f"shown_{place}", choice) for place, choice in choices.items()]


def _choice_of(similar: bool) -> str:
    return "similar" if similar else "dissimilar"


def _choice(name: str, to_name: str, choice: str) -> dict[str, Any]:
    return {"from_name": name, "to_name": to_name, "type": "choices", "value": {"choices": [choice]}}


def _typed(name: str, forms: Sequence[str]) -> list[dict[str, Any]]:
    """The result of typing words, none without words."""
    if not forms:
        return []
    return [{"from_name": name, "to_name": "keyword", "type": "textarea", "value": {"text": list(forms)}}]
