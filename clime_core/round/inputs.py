"""The inputs of a round: vectors, documents, and what the annotators answered so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from clime_core.data.documents import Document, DocumentId
from clime_core.data.embeddings import BilingualEmbeddings
from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark, Resolution, resolve
from clime_core.data.translations import Translations
from clime_core.model.bases.replacements import Replacements


@dataclass(frozen=True, eq=False)
class RoundInputs:
    """All that a round is made from.

    labels: the categories of target documents. doubts: of some of them the probability that the label is wrong, such as
    of a prediction that a reviewer left as it was. asked_*: what was handed out already, and is never asked again.
    again: documents that a reviewer could not tell from what was shown; they are asked first, as whole documents.
    test: labelled target documents that measure the version. dev: further ones that measure what a period of work
    gained. No model is trained on test or dev. dictionary: one that the team has, matched with train and pool once.
    replacements: what may stand in the place of source words where a transformer learns from two streams.
    one_language: there is no source language, and train, which may be empty, is of the target's. seed_labels: what seed
    words say of documents of the pool.
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
    replacements: Replacements = field(default_factory=dict)
    dictionary: Translations | None = None
    one_language: bool = False
    seed_labels: Mapping[DocumentId, int] = field(default_factory=dict)
    doubts: Mapping[DocumentId, float] = field(default_factory=dict)
    again: frozenset[DocumentId] = frozenset()

    @property
    def train_language(self) -> Language:
        """The language of the training documents."""
        return Language.TARGET if self.one_language else Language.SOURCE

    @property
    def knows_associations(self) -> bool:
        """Whether labels can tell what words speak for; with a source language they are those of its documents."""
        return self.one_language or bool(self.train)

    def documents(self, language: Language) -> Sequence[Document]:
        """The documents whose words count: the training documents of the source language, the pool of the target's."""
        of_source = () if self.one_language else self.train
        return of_source if language is Language.SOURCE else self.pool

    @cached_property
    def resolution(self) -> Resolution:
        """The annotators' marks as constraints, and their disagreements."""
        return resolve(self.marks)
