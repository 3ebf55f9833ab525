"""A simulated annotator at work: tasks one by one until the time is used, and what has come of them."""

import math
from dataclasses import dataclass, field, replace

from clime_core.data.documents import DocumentId
from clime_core.data.language import Language, Word
from clime_core.evaluation.gain import Observation
from clime_core.round.campaign_round import KeywordNeighbors, RoundInputs, RoundResult
from clime_core.scheduling.activity import Activity
from clime_core.scheduling.budget import Budget
from clime_core.scheduling.gain_period import OpenPeriod, advance
from clime_core.scheduling.ledger import Ledger, Visit
from clime_core.scheduling.policies import Policy
from clime_core.scheduling.schedule import open_schedule, relative_salience
from clime_core.scheduling.state import Period
from clime_core.simulation.annotator import DocumentAnswer, SimulatedAnnotator
from clime_core.simulation.condition import Effort
from clime_core.simulation.confident_labels import ConfidentLabels
from clime_core.simulation.controls import Asked, Control, Scene
from clime_core.simulation.score import Score

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
class SimulatedWork:
    """The annotator at work, and what has come of it. `seconds` are of the work so far, by activity.

    `period` is the gain period under way, `history` those that were measured.
    """

    inputs: RoundInputs
    annotator: SimulatedAnnotator
    control: Control
    policy: Policy
    effort: Effort
    scene: Scene
    shares: tuple[float, ...] | None
    period: OpenPeriod
    history: list[Period] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    seconds: dict[Activity, float] = field(default_factory=lambda: dict.fromkeys(Activity, 0.0))
    notes: list[str] = field(default_factory=list)

    @property
    def ledger(self) -> Ledger:
        """What was spent, in the effort's units; there is no clock to check it against."""
        return Ledger.of(self.visits, longest=math.inf)

    def work(self, result: RoundResult, session: int) -> int:
        """Do tasks as the scheduler decides until the session's part of the time is used; how many were done."""
        machine = self._machine(result)
        words, documents = list(result.keywords), self._documents(result, machine)
        highest = max((word.score for word in result.salient), default=0.0)
        budget = Budget(self.effort.until(session))
        schedule = open_schedule(self.policy, self.ledger, budget, self.annotator.seed, history=self.history)
        done = dict.fromkeys(Activity, 0)
        while True:
            next_words = words[done[Activity.WORDS] :]
            salience = relative_salience([word.salience for word in next_words], highest)
            schedule = schedule.after(self.ledger, salience)
            left = {Activity.WORDS: len(next_words), Activity.DOCUMENTS: len(documents) - done[Activity.DOCUMENTS]}
            decision = schedule.next(left)
            if decision.activity is None:
                state = schedule.state(left)
                if state.total < state.budget:
                    self.notes.append(f"session {session} ended early: {decision.reason}")
                return sum(done.values())
            if decision.activity is Activity.WORDS:
                self._judge(next_words[0])
            else:
                self._label(documents[done[Activity.DOCUMENTS]], machine)
            done[decision.activity] += 1

    def observe(self, observation: Observation) -> None:
        """Close the gain period by what the newest version shows."""
        self.period, closed = advance(self.period, self.ledger, observation)
        if closed is not None and closed.measured is not None:
            self.history.append(closed.measured)

    def point(self, session: int, scored: Score, seconds: float) -> Point:
        """What has been done so far."""
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
        )

    def _machine(self, result: RoundResult) -> ConfidentLabels | None:
        """The model's own labels, where it takes the annotator's place."""
        if not self.control.machine_labels:
            return None
        pool = [document.id for document in self.inputs.pool]
        return ConfidentLabels.of(result.probabilities, pool, self.shares)

    def _documents(self, result: RoundResult, machine: ConfidentLabels | None) -> list[DocumentId]:
        """Those not yet asked, best first: the ranking's, or the machine's own choice."""
        if machine is None:
            return [document.id for document in result.documents]
        return [name for name in machine.order if name not in self.inputs.asked_documents]

    def _judge(self, task: KeywordNeighbors) -> None:
        shown = [Word(Language.SOURCE, form) for form in task.source]
        shown += [Word(Language.TARGET, form) for form in task.target]
        answer = self.control.judged(Asked(self.annotator.judge(task.keyword, shown), shown, self.scene))
        self._spent(Activity.WORDS, answer.seconds, answer.skipped)
        self.inputs = replace(
            self.inputs,
            marks=(*self.inputs.marks, *answer.as_marks(NAME, at=sum(self.seconds.values()))),
            asked_keywords=self.inputs.asked_keywords | {task.keyword},
        )

    def _label(self, document: DocumentId, machine: ConfidentLabels | None) -> None:
        answer = self.annotator.label(document)
        if machine is not None:
            answer = DocumentAnswer(machine.labels[document], answer.seconds)
        else:
            answer = self.control.labelled(answer, document, self.scene)
        self._spent(Activity.DOCUMENTS, answer.seconds, answer.skipped)
        labels = {} if answer.label is None else {document: answer.label}
        self.inputs = replace(
            self.inputs,
            labels={**self.inputs.labels, **labels},
            asked_documents=self.inputs.asked_documents | {document},
        )

    def _spent(self, activity: Activity, seconds: float, skipped: bool) -> None:
        self.seconds[activity] += seconds
        self.visits.append(Visit(NAME, activity, self.effort.cost(seconds), skipped))
