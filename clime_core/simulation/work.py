"""A simulated annotator at work: tasks one by one until the time is used, and the answers so far."""

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from clime_core.data.documents import DocumentId
from clime_core.data.language import Language, Word
from clime_core.evaluation.acceptance import Acceptance
from clime_core.evaluation.gain import Observation
from clime_core.model.selection.review_settings import ReviewSettings
from clime_core.round.campaign_round import KeywordNeighbors, ReviewScreen, RoundInputs, RoundResult
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.budget import Budget
from clime_core.scheduling.gain_period import OpenPeriod, advance
from clime_core.scheduling.ledger import Ledger, Visit
from clime_core.scheduling.policies import Policy
from clime_core.scheduling.schedule import open_schedule, relative_salience
from clime_core.scheduling.state import Period
from clime_core.simulation.annotator import DocumentAnswer, SimulatedAnnotator, WordAnswer
from clime_core.simulation.condition import Effort
from clime_core.simulation.confident_labels import ConfidentLabels
from clime_core.simulation.control import Control, ControlContext, KeywordJudgement
from clime_core.simulation.score import Score

NAME = "simulated"
"""The annotator's name in marks and visits."""


@dataclass(frozen=True)
class Point:
    """The state of a run after a session; session 0 is before any work.

    Minutes of work, those with documents also separately, tasks done (skipped ones too), marks and labels so far, the
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
    review_minutes: float = 0.0
    screens: int = 0


@dataclass(eq=False)
class _WaitingTasks:
    """The tasks of a session that are not done yet, best first. `highest_salience`: of all words of the round."""

    keywords: deque[KeywordNeighbors]
    documents: deque[DocumentId]
    screens: deque[ReviewScreen]
    highest_salience: float

    @classmethod
    def of(cls, result: RoundResult, documents: Iterable[DocumentId]) -> "_WaitingTasks":
        """The keywords of a round, and these documents."""
        highest = max((word.score for word in result.salient), default=0.0)
        return cls(deque(result.keywords), deque(documents), deque(result.screens), highest)

    def take_document(self) -> DocumentId:
        """The next document, which leaves the screens, too: nothing is asked twice in a session."""
        document = self.documents.popleft()
        kept = (replace(s, documents=tuple(d for d in s.documents if d != document)) for s in self.screens)
        self.screens = deque(screen for screen in kept if len(screen.documents) > 1)
        return document

    def take_screen(self) -> ReviewScreen:
        """The next screen, whose documents are not asked alone any more."""
        screen = self.screens.popleft()
        self.documents = deque(document for document in self.documents if document not in screen.documents)
        return screen

    @property
    def available(self) -> dict[Activity, int]:
        """How many there are of each activity."""
        screens = len(self.screens)
        return {Activity.WORDS: len(self.keywords), Activity.DOCUMENTS: len(self.documents), Activity.REVIEW: screens}

    @property
    def salience(self) -> float:
        """Of the next keyword, relative to the most salient word."""
        return relative_salience([keyword.salience for keyword in self.keywords], self.highest_salience)


@dataclass(eq=False)
class SimulatedWork:
    """The annotator at work, and the round inputs so far. `seconds`: of the work so far, by activity.

    `period` is the gain period under way, `history` those that were measured. `left`: documents that were left as
    predicted on a review screen, `changed`: how many were not. `cut`: whether a screen shows only a text's beginning.
    """

    inputs: RoundInputs
    annotator: SimulatedAnnotator
    control: Control
    policy: Policy
    effort: Effort
    context: ControlContext
    shares: tuple[float, ...] | None
    period: OpenPeriod
    review_words: int = ReviewSettings().words
    history: list[Period] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    seconds: dict[Activity, float] = field(default_factory=lambda: dict.fromkeys(Activity, 0.0))
    left: set[DocumentId] = field(default_factory=set)
    changed: int = 0
    notes: list[str] = field(default_factory=list)

    @cached_property
    def cut(self) -> dict[DocumentId, bool]:
        """Of each document."""
        return {document.id: len(document.shown.split()) > self.review_words for document in self.inputs.pool}

    @property
    def ledger(self) -> Ledger:
        """The effort spent, in its units; there is no clock to check it against."""
        return Ledger.of(self.visits, longest=math.inf)

    def work(self, result: RoundResult, session: int) -> int:
        """Do tasks as the scheduler decides until the session's part of the time is used; how many were done."""
        machine = self._machine(result)
        waiting = _WaitingTasks.of(result, self._documents(result, machine))
        budget = Budget(self.effort.until(session))
        schedule = open_schedule(self.policy, self.ledger, budget, self.annotator.seed, history=self.history)
        done = 0
        while True:
            schedule = schedule.after(self.ledger, waiting.salience)
            decision = schedule.next(waiting.available)
            if decision.activity is None:
                state = schedule.state(waiting.available)
                if state.total < state.budget:
                    self.notes.append(f"session {session} ended early: {decision.reason}")
                return done
            if decision.activity is Activity.WORDS:
                self._judge(waiting.keywords.popleft())
            elif decision.activity is Activity.REVIEW:
                self._review(waiting.take_screen())
            else:
                self._label(waiting.take_document(), machine)
            done += 1

    def mark_by_machine(self, keywords: Sequence[KeywordNeighbors]) -> None:
        """Mark keywords as the machine's dictionary would, in no time."""
        for task in keywords:
            self._marked(self.context.machine.judge(task.keyword, _shown(task)))

    def observe(self, observation: Observation) -> None:
        """Close the gain period with the observation of the newest version, if enough was done."""
        self.period, closed = advance(self.period, self.ledger, observation)
        if closed is not None and closed.measured is not None:
            self.history.append(closed.measured)

    def point(self, session: int, scored: Score, seconds: float) -> Point:
        """The work so far, with its score."""
        marks = self.inputs.marks
        return Point(
            session=session,
            minutes=sum(self.seconds.values()) / 60,
            keywords=len(self.inputs.asked_keywords),
            documents=len(self.inputs.asked_documents),
            similar=sum(mark.similar and not mark.added for mark in marks),
            dissimilar=sum(not mark.similar for mark in marks),
            added=sum(mark.added for mark in marks),
            labels=len(self.inputs.labels),
            score=scored,
            seconds=seconds,
            document_minutes=self.seconds[Activity.DOCUMENTS] / 60,
            review_minutes=self.seconds[Activity.REVIEW] / 60,
            screens=sum(visit.activity is Activity.REVIEW for visit in self.visits),
        )

    def _machine(self, result: RoundResult) -> ConfidentLabels | None:
        """The model's own labels, where they take the place of the annotator's."""
        if not self.control.machine_labels:
            return None
        pool = [document.id for document in self.inputs.pool]
        return ConfidentLabels.of(result.probabilities, pool, self.shares)

    def _documents(self, result: RoundResult, machine: ConfidentLabels | None) -> list[DocumentId]:
        """Those not yet asked, best first: in the order of the ranking, or of the model's confidence."""
        if machine is None:
            return [document.id for document in result.documents]
        return [document for document in machine.order if document not in self.inputs.asked_documents]

    def _judge(self, task: KeywordNeighbors) -> None:
        shown = _shown(task)
        judgement = KeywordJudgement(self.annotator.judge(task.keyword, shown), shown, self.context)
        answer = self.control.judged(judgement)
        self._spent(Activity.WORDS, answer.seconds, answer.skipped)
        self._marked(answer)

    def _marked(self, answer: WordAnswer) -> None:
        self.inputs = replace(
            self.inputs,
            marks=(*self.inputs.marks, *answer.as_marks(NAME, at=sum(self.seconds.values()))),
            asked_keywords=self.inputs.asked_keywords | {answer.keyword},
        )

    def _label(self, document: DocumentId, machine: ConfidentLabels | None) -> None:
        answer = self.annotator.label(document)
        if machine is not None:
            answer = DocumentAnswer(machine.labels[document], answer.seconds)
        else:
            answer = self.control.labelled(answer, document, self.context)
        self._spent(Activity.DOCUMENTS, answer.seconds, answer.skipped)
        labels = {} if answer.label is None else {document: answer.label}
        self.inputs = replace(
            self.inputs,
            labels={**self.inputs.labels, **labels},
            asked_documents=self.inputs.asked_documents | {document},
            again=self.inputs.again - {document},
        )

    def _review(self, screen: ReviewScreen) -> None:
        """Correct a screen. What cannot be told from it is asked again, as a whole document."""
        texts = {document: self.cut[document] for document in screen.documents}
        answer = self.control.reviewed(self.annotator.review(texts, screen.category), self.context)
        self._spent(Activity.REVIEW, answer.seconds, answer.skipped)
        answered = {document: label for document, label in answer.labels.items() if label is not None}
        self.left |= answer.left
        self.changed += sum(document not in answer.left for document in answered)
        doubt = Acceptance(left=len(self.left), changed=self.changed).doubt
        self.inputs = replace(
            self.inputs,
            labels={**self.inputs.labels, **answered},
            doubts=dict.fromkeys(self.left, doubt),
            asked_documents=self.inputs.asked_documents | texts.keys(),
            again=self.inputs.again | (answer.labels.keys() - answered.keys()),
        )

    def _spent(self, activity: Activity, seconds: float, skipped: bool) -> None:
        self.seconds[activity] += seconds
        self.visits.append(Visit(NAME, activity, self.effort.cost(seconds), skipped))


def _shown(task: KeywordNeighbors) -> list[Word]:
    """The words under a keyword, those of the source language first."""
    return [Word(Language.SOURCE, form) for form in task.source] + [Word(Language.TARGET, form) for form in task.target]
