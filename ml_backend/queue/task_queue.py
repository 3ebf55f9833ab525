"""The annotators' queue: which tasks should be in Label Studio now, and bringing them there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from clime_core.data.language import Language
from clime_core.round.campaign_round import KeywordNeighbors, RankedDocument, ReviewScreen
from clime_core.scheduling.activity import Activity, named
from clime_core.scheduling.handout import Slot
from clime_core.scheduling.schedule import Schedule
from ml_backend.campaign_data import CampaignData
from ml_backend.campaign_file import Campaign
from ml_backend.label_studio.projects import LinkedProject
from ml_backend.label_studio.readings import Readings
from ml_backend.label_studio.review_task import ReviewTask, ReviewText, build_review_task, review_key
from ml_backend.label_studio.task_data import (
    DocumentTask,
    ShownWord,
    WordTask,
    build_document_task,
    build_word_task,
    document_key,
    word_key,
)
from ml_backend.queue.publish import REOPENED_SCORE, NewTask, open_or_close, publish_order
from ml_backend.queue.review import asked_again
from ml_backend.queue.ties import ask_again
from ml_backend.store.rankings import Rankings
from ml_backend.store.tables import CampaignRow, DecisionRow, Role, TaskRow

SCORE_STEP = 0.001
"""Distance between the scores of neighbouring places; up to a thousand places stay within [0, 1)."""

Item = TaskRow | RankedDocument | KeywordNeighbors | ReviewScreen
"""What a place in the queue holds: an open task, or the document, keyword or screen of a new one."""


@dataclass(frozen=True)
class TaskQueue:
    """A campaign's queue: its projects, the annotations so far, and what to ask next."""

    campaign: Campaign
    row: CampaignRow
    projects: Sequence[LinkedProject]
    readings: Readings
    data: CampaignData
    rankings: Rankings
    schedule: Schedule

    @property
    def closed(self) -> bool:
        """Whether nothing is served: the budget is used up, or annotating is paused."""
        return self.row.annotating_paused or self.schedule.spent

    @property
    def size(self) -> int:
        """How many tasks are to be open at once."""
        return self.campaign.work.lot * self.campaign.work.annotators

    def open_or_close(self) -> None:
        """Close the queue when the budget is spent or annotating is paused, open it when there is time again."""
        open_or_close(self.projects, closed=self.closed)

    def break_ties(self) -> int:
        """Ask one more annotator about tied tasks, while there is time. Returns how many tasks."""
        if self.closed:
            return 0
        expected = {a: cost.expected for a, cost in self.schedule.visit_costs.items()}
        return ask_again(self.projects, self.readings.of_documents(self.data.by_key), self.campaign.work, expected)

    def fill(self, prefix: str, round_id: int) -> None:
        """Keep enough tasks open, in an order whose name begins with the prefix."""
        if self.is_disturbed(prefix):
            self.publish(f"{prefix}{round_id}")
        else:
            self.top_up(max(1, self.size // 2), f"{prefix}{round_id}")

    def is_disturbed(self, prefix: str) -> bool:
        """Whether a project with open tasks is served in another order than one whose name begins with the prefix.

        This happens after a crash before the order was published, a rollback, or a change by hand.
        """
        versions = [
            (p.row.order_version, p.server.project(p.number).model_version) for p in self.projects if self._open(p)
        ]
        return not self.closed and any(
            stored is None or not stored.startswith(prefix) or served != stored for stored, served in versions
        )

    def publish(self, version: str) -> None:
        """Bring the queue into Label Studio under a new version, and hand out what is missing."""
        slots = [] if self.closed else self._slots()
        place = {_key(slot.item): i * SCORE_STEP for i, slot in enumerate(slots)}
        new = [slot for slot in slots if not slot.released]
        for project in self.projects:
            if self._scoring and project.row.role == Role.DOCUMENTS:
                scores = self._document_scores(project)
            else:
                scores = {t.task: place[t.key] for t in self._open(project) if t.task is not None and t.key in place}
            publish_order(project, version, scores, self._new_tasks(project, new, place))

    def top_up(self, minimum: int, version: str) -> None:
        """Hand out more tasks, at the end of the present order, when fewer than `minimum` are left.

        A project without an order gets its first one, under that version.
        """
        fresh = [task for task in self.readings.open_tasks if not task.reopened]
        out = [task for task in fresh if not (self._scoring and task.activity == Activity.DOCUMENTS)]
        if self.closed or len(out) >= minimum:
            return
        new = [slot for slot in self._slots() if not slot.released]
        last = max((task.rank for task in out), default=0.0)
        place = {_key(slot.item): last + (i + 1) * SCORE_STEP for i, slot in enumerate(new)}
        for project in self.projects:
            tasks = self._new_tasks(project, new, place)
            if tasks:
                publish_order(project, project.row.order_version or version, {}, tasks)

    def _slots(self) -> list[Slot[Item]]:
        handed_out, documents = self.readings.keys, self._waiting_documents()
        waiting: dict[Activity, Sequence[Item]] = {
            Activity.DOCUMENTS: documents,
            Activity.WORDS: [k for k in self.rankings.keywords if word_key(k.keyword) not in handed_out],
            Activity.REVIEW: self._waiting_screens(documents),
        }
        # few annotators may do a reopened task: the others need as many tasks as before
        reopened = sum(task.reopened for task in self.readings.open_tasks)
        return self.schedule.hand_out(self._released(), waiting, self.size + reopened)

    def _waiting_documents(self) -> list[RankedDocument]:
        """The documents that may be asked alone."""
        handed_out, again = self.readings.keys, asked_again(self.campaign, self.readings)
        on_screens = self.readings.on_screens - again
        return [
            document
            for document in self.rankings.documents
            if document.id in self.data.by_id
            and (key := document_key(document.id)) not in handed_out
            and key not in on_screens
        ]

    def _waiting_screens(self, documents: Sequence[RankedDocument]) -> list[ReviewScreen]:
        """The screens, without what was handed out since they were put together, or may be handed out alone now."""
        handed_out = self.readings.finished_keys if self._scoring else self.readings.keys
        taken = handed_out | self.readings.on_screens
        if Activity.DOCUMENTS in self.schedule.policy.activities:
            taken |= {document_key(document.id) for document in documents[: self.size]}
        screens = (
            replace(s, documents=tuple(d for d in s.documents if d in self.data.by_id and document_key(d) not in taken))
            for s in self.rankings.screens
        )
        return [screen for screen in screens if len(screen.documents) > 1]

    def _released(self) -> dict[Activity, list[Item]]:
        """The open tasks: tied ones first, then by the new rankings, best first, then in their old order."""
        worth: dict[str, float] = {document_key(d.id): -d.worth for d in self.rankings.documents}
        worth |= {word_key(k.keyword): -k.salience for k in self.rankings.keywords}
        ranked = sorted(self.readings.open_tasks, key=lambda t: (not t.reopened, worth.get(t.key, 0.0), t.rank, t.id))
        tasks: dict[Activity, list[Item]] = {a: [task for task in ranked if task.activity == a] for a in Activity}
        if self._scoring:  # the whole pool is in Label Studio; only its first documents are scheduled
            tasks[Activity.DOCUMENTS] = tasks[Activity.DOCUMENTS][: self.size]
        return tasks

    def _open(self, project: LinkedProject) -> list[TaskRow]:
        return [task for task in self.readings.open_tasks if task.project_id == project.row.id]

    @property
    def _scoring(self) -> bool:
        """Whether all documents are in Label Studio and only get scores."""
        return self.campaign.work.documents == "score"

    def _document_scores(self, project: LinkedProject) -> dict[int, float]:
        """Score mode: the documents most worth asking, score = 1 - worth."""
        task_of = {task.key: task.task for task in self._open(project)}
        ranked = ((task_of.get(document_key(d.id)), d.worth) for d in self.rankings.documents)
        open_documents = [(task, worth) for task, worth in ranked if task is not None]
        tied = {task.task: REOPENED_SCORE for task in self._open(project) if task.reopened and task.task is not None}
        return {task: 1 - worth for task, worth in open_documents[: self.campaign.work.scores]} | tied

    def _new_tasks(
        self, project: LinkedProject, slots: Sequence[Slot[Item]], place: Mapping[str, float]
    ) -> list[NewTask]:
        """The tasks to import into the project; tasks of each activity are handed out in one project."""
        return [
            NewTask(
                _key(slot.item), slot.activity, self._task_data(slot.item), place[_key(slot.item)], self._decision(slot)
            )
            for slot in slots
            if project.row.role in (Role.MIXED, slot.activity)
        ]

    def _task_data(self, item: Item) -> dict[str, object]:
        if isinstance(item, RankedDocument):
            document = self.data.by_id[item.id]
            return build_document_task(DocumentTask(document.id, document.shown))
        if isinstance(item, KeywordNeighbors):
            return build_word_task(self._word_task(item))
        if isinstance(item, ReviewScreen):
            texts, words = self._review_task(item), self.campaign.round.review.words
            return build_review_task(texts, self.campaign.task.categories, words)
        raise TypeError(f"an open task is not made again: {item.key}")

    def _review_task(self, item: ReviewScreen) -> ReviewTask:
        return ReviewTask(item.category, tuple(ReviewText(d, self.data.by_id[d].shown) for d in item.documents))

    def _word_task(self, item: KeywordNeighbors) -> WordTask:
        shown = {Language.SOURCE: item.source, Language.TARGET: item.target}
        source, target = (
            tuple(ShownWord(form, self.data.concordances[language].html(form)) for form in shown[language])
            for language in Language
        )
        candidates = self.data.candidates
        return WordTask(item.keyword, source, target, candidates[Language.SOURCE], candidates[Language.TARGET])

    def _decision(self, slot: Slot[Item]) -> DecisionRow:
        """The decision for the log, with its state, so that it can be replayed."""
        return DecisionRow(
            campaign_id=self.row.id,
            activity=slot.activity,
            key=_key(slot.item),
            reason=slot.decision.reason,
            expected_seconds=slot.decision.expected_seconds,
            probabilities=named(slot.decision.probabilities),
            policy=self.schedule.policy.as_json(),
            state=slot.state.as_json() if slot.state is not None else {},
            seed=self.schedule.seed,
        )


def _key(item: Item) -> str:
    """The key of the item's task."""
    if isinstance(item, RankedDocument):
        return document_key(item.id)
    if isinstance(item, ReviewScreen):
        return review_key(item.documents)
    return word_key(item.keyword) if isinstance(item, KeywordNeighbors) else item.key
