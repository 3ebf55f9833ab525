"""A simulated annotator at work: tasks one by one until the time is used, and what has come of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from clime_core.data.documents import DocumentId
from clime_core.data.language import Language, Word
from clime_core.laboratory.annotator import DocumentAnswer, SimulatedAnnotator
from clime_core.laboratory.condition import Budget
from clime_core.laboratory.confident import ConfidentLabels
from clime_core.laboratory.controls import Asked, Control, Scene
from clime_core.laboratory.score import Score
from clime_core.laboratory.stretches import Stretches
from clime_core.policy.activity import Activity
from clime_core.policy.handout import cost_models, schedule_state
from clime_core.policy.ledger import Ledger, Visit
from clime_core.policy.policies import Policy
from clime_core.policy.schedule import decide
from clime_core.round.campaign_round import Evidence, KeywordNeighbors, RoundResult

NAME = "simulated"


@dataclass(frozen=True)
class Point:
    """Where a run is after a session; session 0 is before any work.

    minutes of work, also of those with documents alone, tasks done (skipped ones too), marks and labels so far, the
    score, and the seconds of computing of the round that led here.
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
    document_minutes: float = 0.0


@dataclass(eq=False)
class Desk:
    """The annotator at work, and what has come of it. `seconds` are of the work so far, by activity."""

    evidence: Evidence
    annotator: SimulatedAnnotator
    control: Control
    policy: Policy
    budget: Budget
    scene: Scene
    shares: tuple[float, ...] | None
    stretches: Stretches
    visits: list[Visit] = field(default_factory=list)
    seconds: dict[Activity, float] = field(default_factory=lambda: dict.fromkeys(Activity, 0.0))
    notes: list[str] = field(default_factory=list)

    @property
    def ledger(self) -> Ledger:
        """What was spent, in the budget's units; there is no clock to check it against."""
        return Ledger.of(self.visits, longest=math.inf)

    def work(self, result: RoundResult, session: int) -> int:
        """Do tasks as the policy decides until the session's part of the budget is used; how many were done."""
        machine = self._machine(result)
        words, documents = list(result.keywords), self._documents(result, machine)
        costs = {a: model.cost() for a, model in cost_models(self.ledger).items()}
        done = dict.fromkeys(Activity, 0)
        while True:
            next_words = words[done[Activity.WORDS] :]
            state = schedule_state(
                self.ledger, costs, self.budget.until(session),
                {Activity.WORDS: len(next_words), Activity.DOCUMENTS: len(documents) - done[Activity.DOCUMENTS]},
                salience=_salience(result, next_words), history=self.stretches.periods,
            )  # fmt: skip
            decision = decide(self.policy, state, self.annotator.seed)
            if decision.activity is None:
                if state.total < state.budget:
                    self.notes.append(f"session {session} ended early: {decision.reason}")
                return sum(done.values())
            if decision.activity is Activity.WORDS:
                self._judge(next_words[0])
            else:
                self._label(documents[done[Activity.DOCUMENTS]], machine)
            done[decision.activity] += 1

    def point(self, session: int, scored: Score, seconds: float) -> Point:
        """What has been done so far."""
        marks = self.evidence.marks
        return Point(
            session=session,
            minutes=sum(self.seconds.values()) / 60,
            keywords=len(self.evidence.asked_keywords),
            documents=len(self.evidence.asked_documents),
            similar=sum(mark.similar and not mark.added for mark in marks),
            dissimilar=sum(not mark.similar for mark in marks),
            added=sum(mark.added for mark in marks),
            labels=len(self.evidence.labels),
            score=scored,
            seconds=seconds,
            document_minutes=self.seconds[Activity.DOCUMENTS] / 60,
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
            marks=(*self.evidence.marks, *answer.as_marks(NAME, at=sum(self.seconds.values()))),
            asked_keywords=self.evidence.asked_keywords | {task.keyword},
        )

    def _label(self, document: DocumentId, machine: ConfidentLabels | None) -> None:
        answer = self.annotator.label(document)
        if machine is not None:
            answer = DocumentAnswer(machine.labels[document], answer.seconds)
        else:
            answer = self.control.labelled(answer, document, self.scene)
        self._spent(Activity.DOCUMENTS, answer.seconds, answer.skipped)
        labels = {} if answer.label is None else {document: answer.label}
        self.evidence = replace(
            self.evidence,
            labels={**self.evidence.labels, **labels},
            asked_documents=self.evidence.asked_documents | {document},
        )

    def _spent(self, activity: Activity, seconds: float, skipped: bool) -> None:
        self.seconds[activity] += seconds
        self.visits.append(Visit(NAME, activity, self.budget.cost(seconds), skipped))


def _salience(result: RoundResult, words: Sequence[KeywordNeighbors]) -> float:
    """Of the next keyword, as a part of the most salient word's; 1 where there is nothing to compare."""
    most = max((word.score for word in result.salient), default=0.0)
    return min(max(words[0].salience / most, 0.0), 1.0) if words and most > 0 else 1.0
