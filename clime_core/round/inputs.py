"""What a round is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from clime_core.data.documents import Document, DocumentId
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Word
from clime_core.data.marks import Mark, Resolution, resolve


@dataclass(frozen=True, eq=False)
class RoundInputs:
    """All that a round is made from.

    `labels` are the target documents' categories, `asked_*` what was handed out already (never asked again), `test`
    labelled target documents on which the version is evaluated but never trained. `dev` are further ones that measure
    what a period of work gained; they too are never trained on.
    """

    embeddings: BilingualEmbeddings
    categories: int
    train: Sequence[Document]
    pool: Sequence[Document]
    labels: Mapping[DocumentId, int] = field(default_factory=dict)
    marks: Sequence[Mark] = ()
    asked_documents: frozenset[DocumentId] = frozenset()
    asked_keywords: frozenset[Word] = frozenset()
    test: Sequence[Document] = ()
    dev: Sequence[Document] = ()

    @cached_property
    def resolution(self) -> Resolution:
        """The annotators' marks as constraints, and their disagreements."""
        return resolve(self.marks)
