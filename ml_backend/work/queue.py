"""The annotators' queue: what they should find in Label Studio now, and putting it there."""

from collections.abc import Sequence
from dataclasses import dataclass

from clime_core.data.language import Language
from clime_core.policy.activity import Activity, named
from clime_core.policy.handout import Slot
from clime_core.round.campaign_round import KeywordNeighbors
from ml_backend.exchange.campaign import Campaign
from ml_backend.exchange.publish import NewTask, publish_order, settle_lanes
from ml_backend.exchange.readings import Readings
from ml_backend.exchange.reopen import AHEAD
from ml_backend.exchange.tasks import (
    DocumentTask,
    ShownWord,
    WordTask,
    build_document_task,
    build_word_task,
    document_key,
    word_key,
)
from ml_backend.ground.label_studio import Server
from ml_backend.ground.store.database import Store
from ml_backend.ground.store.tables import DecisionRow, ProjectRow, Role, TaskRow
from ml_backend.work.materials import Materials
from ml_backend.work.rankings import Rankings
from ml_backend.work.schedule import Schedule
from ml_backend.work.ties import release_ties

STEP = 0.001
"""Distance between the scores of neighbouring places; up to a thousand places stay within [0, 1)."""


@dataclass(frozen=True)
class Queue:
    """A campaign's queue: its projects, what annotators did, what could be asked."""

    store: Store
    server: Server
    campaign: Campaign
    campaign_id: int
    projects: Sequence[ProjectRow]
    readings: Readings
    materials: Materials
    rankings: Rankings
    schedule: Schedule
    paused: bool = False

    @property
    def closed(self) -> bool:
        """Whether nothing is served: the budget is used up, or annotating is paused."""
        return self.paused or self.schedule.spent

    def settle(self) -> None:
        """Close the lanes when the budget is spent or annotating is paused, open them when there is time again."""
        settle_lanes(self.server, self.store, self.projects, closed=self.closed)

    def break_ties(self) -> int:
        """Ask one more annotator about tied tasks while there is time; how many tasks."""
        if self.closed:
            return 0
        expected = {a: cost.expected for a, cost in self.schedule.visit_costs.items()}
        work = self.campaign.work
        return release_ties(self.server, self.store, self.campaign_id, self.projects, self.readings, work, expected)

    def is_disturbed(self, order: str) -> bool:
        """Whether a project with open tasks is not served in an order of that name.

        So it is after a crash before the order was published, a rollback, or a change by hand.
        """
        orders = [(p.order_version, self.server.project(p.project)) for p in self.projects if self._open(p)]
        return not self.closed and any(
            known is None or not known.startswith(order) or there.model_version != known for known, there in orders
        )

    def publish(self, version: str) -> None:
        """Bring the queue into Label Studio under a new version, and hand out what is missing."""
        slots = [] if self.closed else self._slots()
        new = [slot for slot in slots if not slot.released]
        place = {slot.key: i * STEP for i, slot in enumerate(slots)}
        for project in self.projects:
            if self._scoring and project.role == Role.DOCUMENTS:
                scores = self._document_scores(project)
            else:
                scores = {t.task: place[t.key] for t in self._open(project) if t.task is not None and t.key in place}
            made = [self._new_task(s, place[s.key]) for s in new if self._project_of(s.activity) is project]
            publish_order(self.server, self.store, project, version, scores, made)

    def top_up(self, least: int, version: str) -> None:
        """Hand out more, at the end of the present order, when fewer than `least` tasks are left.

        A project that has had no order yet gets its first under that version.
        """
        fresh = [task for task in self._released_open() if not task.reopened]
        out = [task for task in fresh if not (self._scoring and task.activity == Activity.DOCUMENTS)]
        if self.closed or len(out) >= least:
            return
        new = [slot for slot in self._slots() if not slot.released]
        last = max((task.rank for task in out), default=0.0)
        place = {slot.key: last + (i + 1) * STEP for i, slot in enumerate(new)}
        for project in self.projects:
            made = [self._new_task(s, place[s.key]) for s in new if self._project_of(s.activity) is project]
            if made:
                publish_order(self.server, self.store, project, project.order_version or version, {}, made)

    @property
    def size(self) -> int:
        """How many tasks are to be out at once."""
        return self.campaign.work.lot * self.campaign.work.annotators

    def _slots(self) -> list[Slot]:
        known = {task.key for task in self.readings.tasks}
        documents = [document_key(d.id) for d in self.rankings.documents if d.id in self.materials.by_id]
        words = [word_key(k.keyword) for k in self.rankings.keywords]
        waiting = {
            Activity.DOCUMENTS: [key for key in documents if key not in known],
            Activity.WORDS: [key for key in words if key not in known],
        }
        reopened = sum(task.reopened for task in self._released_open())  # few may do them: the others need as much
        return self.schedule.hand_out(self._released(), waiting, self.size + reopened)

    def _released(self) -> dict[Activity, list[str]]:
        """The keys of the open tasks: tied ones, then best first by the new rankings, then as they were."""
        documents = {document_key(d.id): -d.worth for d in self.rankings.documents}
        words = {word_key(k.keyword): -k.salience for k in self.rankings.keywords}
        worth = {**documents, **words}
        tasks = sorted(self._released_open(), key=lambda t: (not t.reopened, worth.get(t.key, 0.0), t.rank, t.id))
        keys = {a: [task.key for task in tasks if task.activity == a] for a in Activity}
        if self._scoring:  # the whole pool is out; the plan needs only its head
            keys[Activity.DOCUMENTS] = keys[Activity.DOCUMENTS][: self.size]
        return keys

    def _released_open(self) -> list[TaskRow]:
        return [task for task in self.readings.tasks if task.id in self.readings.open_tasks]

    def _open(self, project: ProjectRow) -> list[TaskRow]:
        return [task for task in self._released_open() if task.project_id == project.id]

    @property
    def _scoring(self) -> bool:
        """Whether all documents are out and their order is scored."""
        return self.campaign.work.documents == "score"

    def _document_scores(self, project: ProjectRow) -> dict[int, float]:
        """Score mode: the documents most worth asking, score = 1 - worth."""
        task_of = {task.key: task.task for task in self._open(project)}
        ranked = ((task_of.get(document_key(d.id)), d.worth) for d in self.rankings.documents)
        served = [(task, worth) for task, worth in ranked if task is not None]
        tied = {task.task: AHEAD for task in self._open(project) if task.reopened and task.task is not None}
        return {task: 1 - worth for task, worth in served[: self.campaign.work.scores]} | tied

    def _project_of(self, activity: Activity) -> ProjectRow:
        """The project in which tasks of the activity are handed out."""
        return next(p for p in self.projects if p.role in (Role.MIXED, activity))

    def _new_task(self, slot: Slot, score: float) -> NewTask:
        if slot.activity is Activity.DOCUMENTS:
            data = build_document_task(self._document_task(slot.key))
        else:
            data = build_word_task(self._word_task(slot.key))
        return NewTask(slot.key, slot.activity, data, score, self._decision(slot))

    def _decision(self, slot: Slot) -> DecisionRow:
        """What is logged: the decision with all that it was made from, so that it can be replayed."""
        return DecisionRow(
            campaign_id=self.campaign_id,
            activity=slot.activity,
            key=slot.key,
            reason=slot.decision.reason,
            expected_seconds=slot.decision.expected_seconds,
            probabilities=named(slot.decision.probabilities),
            policy=self.schedule.policy.as_json(),
            state=slot.state.as_json() if slot.state is not None else {},
            seed=self.schedule.seed,
        )

    def _document_task(self, key: str) -> DocumentTask:
        document = self.materials.by_id[self.materials.by_key[key]]
        return DocumentTask(document.id, document.shown)

    def _word_task(self, key: str) -> WordTask:
        item = next(k for k in self.rankings.keywords if word_key(k.keyword) == key)
        candidates = self.materials.candidates
        return WordTask(
            item.keyword,
            self._shown(item, Language.SOURCE),
            self._shown(item, Language.TARGET),
            candidates[Language.SOURCE],
            candidates[Language.TARGET],
        )

    def _shown(self, item: KeywordNeighbors, language: Language) -> tuple[ShownWord, ...]:
        concordance = self.materials.concordances[language]
        forms = item.source if language is Language.SOURCE else item.target
        return tuple(ShownWord(form, concordance.html(form)) for form in forms)
