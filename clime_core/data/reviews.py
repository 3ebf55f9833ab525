"""Review screens, as they were answered: what became of each predicted text."""

from dataclasses import dataclass
from typing import Generic, Literal

from clime_core.data.labels import DocumentName

ReviewedHow = Literal["left", "confirmed", "changed", "unsure"]
"""The prediction was left as it was, chosen, replaced, or could not be judged from what was shown."""


@dataclass(frozen=True)
class ReviewedText(Generic[DocumentName]):
    """One annotator's answer about one text; label: None where they were unsure.

    predicted: the category that they saw; None where the campaign has renamed it since.
    """

    annotator: str
    document: DocumentName
    predicted: int | None
    label: int | None
    how: ReviewedHow
    at: float = 0.0
