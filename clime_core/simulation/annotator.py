"""A simulated annotator: answers as a bilingual person would, with errors, skips and time."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from clime_core.data.documents import DocumentId
from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark
from clime_core.errors import DataError
from clime_core.simulation.annotator_knowledge import Knowledge
from clime_core.simulation.generator import generator_of

WHOLE_SECONDS, CUT_SECONDS = 8.0, 15.0
"""Median seconds of a text on a review screen: of a whole sentence, and of the first words of a longer text."""


@dataclass(frozen=True)
class Habits:
    """The working habits of the annotator.

    `error_rate`: share of marks that are reversed and of labels that are replaced by another category. `skip_rate`:
    share of tasks skipped. `clear`: log-odds from which a word belongs to a category. Seconds a task are log-normal
    around the medians; the default spread is that of a released session (mean 26.6, median 22.7 seconds).
    `adds`: whether a translation is typed in where the other language's list holds none.
    `review_seconds`: of one text on a review screen; None is 8 for whole sentences and 15 where texts are cut.
    `omission_rate`: share of the wrong predictions of a review screen that are left as they are. `unsure_rate`: share
    of cut texts that cannot be told from what is shown.
    """

    error_rate: float = 0.0
    skip_rate: float = 0.0
    clear: float = 1.0
    adds: bool = True
    document_seconds: float = 55.0
    word_seconds: float = 25.0
    sigma: float = 0.56
    review_seconds: float | None = None
    omission_rate: float = 0.05
    unsure_rate: float = 0.1


@dataclass(frozen=True)
class WordAnswer:
    """Marks by neighbour (True similar, False dissimilar, None left alone), words added, seconds."""

    keyword: Word
    marks: Mapping[Word, bool | None]
    added: tuple[Word, ...]
    seconds: float
    skipped: bool = False

    def as_marks(self, annotator: str, at: float = 0.0) -> tuple[Mark, ...]:
        """The answer as marks, neighbours first, then added words."""
        judged = (
            Mark(annotator, self.keyword, word, similar, at=at)
            for word, similar in self.marks.items()
            if similar is not None
        )
        added = (Mark(annotator, self.keyword, word, similar=True, added=True, at=at) for word in self.added)
        return (*judged, *added)


@dataclass(frozen=True)
class DocumentAnswer:
    """A category index, or None where the document was skipped; seconds."""

    label: int | None
    seconds: float
    skipped: bool = False


@dataclass(frozen=True)
class ReviewAnswer:
    """The label of each text of a review screen, None where it cannot be told; those left as predicted; seconds."""

    labels: Mapping[DocumentId, int | None]
    left: frozenset[DocumentId]
    seconds: float
    skipped: bool = False


@dataclass(frozen=True, eq=False)
class SimulatedAnnotator:
    """Answers as a bilingual person would who has this `knowledge`.

    Answers depend on the seed and the question alone, never on earlier questions. Words are judged by dictionary
    and word counts; a gold label is read only to answer about its own document.
    """

    knowledge: Knowledge
    n_categories: int
    habits: Habits = field(default_factory=Habits)
    seed: int = 0

    def judge(self, keyword: Word, neighbors: Sequence[Word]) -> WordAnswer:
        """Judge a keyword's neighbours.

        Similar: a translation or near-synonym of the keyword, or clearly of the same category. Dissimilar:
        clearly not of the keyword's category. Everything else, unknown words too, is left alone.
        """
        rng = self._rng("keyword", *keyword)
        seconds = self._seconds(self.habits.word_seconds, rng)
        if rng.random() < self.habits.skip_rate:
            return WordAnswer(keyword, dict.fromkeys(neighbors), (), seconds, skipped=True)
        marks = {word: self._answer(keyword, word) for word in neighbors if word != keyword}
        return WordAnswer(keyword, marks, self._missing(keyword, neighbors), seconds)

    def label(self, document_id: DocumentId) -> DocumentAnswer:
        """Read a document. Raises DataError for one without a gold label."""
        gold = self._gold(document_id)
        rng = self._rng("document", type(document_id).__name__, str(document_id))
        seconds = self._seconds(self.habits.document_seconds, rng)
        if rng.random() < self.habits.skip_rate:
            return DocumentAnswer(None, seconds, skipped=True)
        return DocumentAnswer(self._believed(gold, rng), seconds)

    def review(self, texts: Mapping[DocumentId, bool], predicted: int) -> ReviewAnswer:
        """Correct a screen of texts that are all predicted alike; `texts`: whether each is cut.

        The time of a screen is that of its texts. Raises DataError for a text without a gold label.
        """
        skipped = self._rng("screen", *map(str, texts)).random() < self.habits.skip_rate
        labels, left, seconds = dict[DocumentId, int | None](), set[DocumentId](), 0.0
        for document, is_cut in texts.items():
            rng = self._rng("review", type(document).__name__, str(document), str(predicted))
            usual = CUT_SECONDS if is_cut else WHOLE_SECONDS
            seconds += self._seconds(self.habits.review_seconds or usual, rng)
            is_unsure, is_omitted = rng.random() < self.habits.unsure_rate, rng.random() < self.habits.omission_rate
            believed = self._believed(self._gold(document), rng)
            if is_cut and is_unsure:
                labels[document] = None
            elif believed == predicted or is_omitted:
                labels[document] = predicted
                left.add(document)
            else:
                labels[document] = believed
        if skipped:
            return ReviewAnswer({}, frozenset(), seconds, skipped=True)
        return ReviewAnswer(labels, frozenset(left), seconds)

    def _gold(self, document: DocumentId) -> int:
        gold = self.knowledge.gold.get(document)
        if gold is None:
            raise DataError(
                f"no gold label for document {document!r}: the annotator can only be asked about "
                "documents in its gold file"
            )
        return gold

    def _believed(self, gold: int, rng: np.random.Generator) -> int:
        """The category, perhaps another one by mistake."""
        if rng.random() < self.habits.error_rate and self.n_categories > 1:
            return (gold + int(rng.integers(1, self.n_categories))) % self.n_categories
        return gold

    def _answer(self, keyword: Word, word: Word) -> bool | None:
        """The judgement of one neighbour, perhaps reversed by mistake."""
        belief = self._belief(keyword, word)
        if belief is None:
            return None
        mistaken = self._rng("pair", *keyword, *word).random() < self.habits.error_rate
        return belief != mistaken

    def _belief(self, keyword: Word, word: Word) -> bool | None:
        """The judgement without mistakes."""
        if self.knowledge.same_meaning(keyword, word):
            return True
        category, association = self._category(keyword), self.knowledge.association(word)
        if category is None or association is None:
            return None
        if self._category(word) == category:
            return True
        return False if association[category] <= -self.habits.clear else None

    def _category(self, word: Word) -> int | None:
        """The category that a word clearly belongs to, if any."""
        association = self.knowledge.association(word)
        if association is None or max(association) < self.habits.clear:
            return None
        return association.index(max(association))

    def _missing(self, keyword: Word, neighbors: Sequence[Word]) -> tuple[Word, ...]:
        """The first translation of the keyword, where the list of the other language holds no translation."""
        translations = self.knowledge.translations(keyword)
        if not self.habits.adds or not translations or not set(translations).isdisjoint(neighbors):
            return ()
        return (translations[0],)

    def _seconds(self, median: float, rng: np.random.Generator) -> float:
        return median * math.exp(self.habits.sigma * float(rng.standard_normal()))

    def _rng(self, *question: str | Language) -> np.random.Generator:
        """A generator of this question's own."""
        return generator_of(self.seed, *question)
