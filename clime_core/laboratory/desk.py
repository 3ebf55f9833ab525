"""A simulated annotator at work: tasks one by one until the time is used, and what has come of them."""

from dataclasses import dataclass, field, replace

import numpy as np

from clime_core.data.documents import DocumentId
from clime_core.data.language import Language, Word
from clime_core.laboratory.annotator import DocumentAnswer, SimulatedAnnotator
from clime_core.laboratory.condition import Budget, Condition
from clime_core.laboratory.confident import ConfidentLabels
from clime_core.laboratory.controls import Asked, Control, Scene
from clime_core.laboratory.score import Score
from clime_core.policy.activity import Activity
from clime_core.policy.handout import schedule_state
from clime_core.policy.ledger import Ledger, Visit
from clime_core.policy.schedule import choose
from clime_core.round.campaign_round import Evidence, KeywordNeighbors, RoundResult

NAME = "simulated"


@dataclass(frozen=True)
class Point:
    """Where a run is after a session; session 0 is before any work.

    minutes of work, tasks done (skipped ones too), marks and labels so far, the score, and the seconds of computing
    of the round that led here.
    """

    session: int
    minutes: float
    keywords: int
    documents: int
    similar: int
    dissimilar: int
    added: int
    labels: int
    score: Score
    seconds: float


@dataclass(eq=False)
class Desk:
    """The annotator at work, and what has come of it."""

    evidence: Evidence
    annotator: SimulatedAnnotator
    control: Control
    condition: Condition
    budget: Budget
    scene: Scene
    shares: tuple[float, ...] | None
    visits: list[Visit] = field(default_factory=list)
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

    def work(self, result: RoundResult, session: int) -> None:
        """Do tasks by the campaign's own rule until the session's part of the budget is used."""
        machine = self._machine(result)
        words, documents = list(result.keywords)[::-1], self._documents(result, machine)[::-1]
        while True:
            ledger = Ledger.of(self.visits, dict.fromkeys(Activity, 0.0), cap=np.inf)
            left = {Activity.WORDS: len(words), Activity.DOCUMENTS: len(documents)}
            state = schedule_state(ledger, self.budget.until(session), left)
            decision = choose(state, self.condition.shares)
            if decision.activity is None:
                if state.total < state.budget:
                    self.notes.append(f"session {session} ended early: {decision.reason}")
                return
            if decision.activity is Activity.WORDS:
                self._judge(words.pop())
            else:
                self._label(documents.pop(), machine)

    def point(self, session: int, scored: Score, seconds: float) -> Point:
        """What has been done so far."""
        marks = self.evidence.marks
        return Point(
            session=session,
            minutes=self.seconds / 60,
            keywords=len(self.evidence.asked_keywords),
            documents=len(self.evidence.asked_documents),
            similar=sum(mark.similar and not mark.added for mark in marks),
            dissimilar=sum(not mark.similar for mark in marks),
            added=sum(mark.added for mark in marks),
            labels=len(self.evidence.labels),
            score=scored,
            seconds=seconds,
        )

    def _machine(self, result: RoundResult) -> ConfidentLabels | None:
        """The model's own labels, where it takes the annotator's place."""
        if not self.control.machine_labels:
            return None
        pool = [document.id for document in self.evidence.pool]
        return ConfidentLabels.of(result.probabilities, pool, self.shares)

    def _documents(self, result: RoundResult, machine: ConfidentLabels | None) -> list[DocumentId]:
        """Those not yet asked, best first: the ranking's, or the machine's own choice."""
        if machine is None:
            return [document.id for document in result.documents]
        return [name for name in machine.order if name not in self.evidence.asked_documents]

    def _judge(self, task: KeywordNeighbors) -> None:
        shown = [Word(Language.SOURCE, form) for form in task.source]
        shown += [Word(Language.TARGET, form) for form in task.target]
        answer = self.control.judged(Asked(self.annotator.judge(task.keyword, shown), shown, self.scene))
        self._spent(Activity.WORDS, answer.seconds, answer.skipped)
        self.evidence = replace(
            self.evidence,
            marks=(*self.evidence.marks, *answer.as_marks(NAME, at=self.seconds)),
            asked_keywords=self.evidence.asked_keywords | {task.keyword},
        )

    def _label(self, document: DocumentId, machine: ConfidentLabels | None) -> None:
        answer = self.annotator.label(document)
        if machine is not None:
            answer = DocumentAnswer(machine.labels[document], answer.seconds)
        self._spent(Activity.DOCUMENTS, answer.seconds, answer.skipped)
        labels = {} if answer.label is None else {document: answer.label}
        self.evidence = replace(
            self.evidence,
            labels={**self.evidence.labels, **labels},
            asked_documents=self.evidence.asked_documents | {document},
        )

    def _spent(self, activity: Activity, seconds: float, skipped: bool) -> None:
        self.seconds += seconds
        self.visits.append(Visit(NAME, activity, self.budget.cost(seconds), skipped))
