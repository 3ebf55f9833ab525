"""The time that annotators spent, as Label Studio tells it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from clime_core.scheduling.activity import Activity
from clime_core.scheduling.ledger import Ledger, Visit
from ml_backend.label_studio.readings import read_annotations
from ml_backend.label_studio.task_data import DocumentTask, build_document_task
from ml_backend.label_studio.visits import read_visits
from ml_backend.store.annotations import AnnotationState, reconcile
from ml_backend.store.campaigns import save_campaign
from ml_backend.store.database import Store, open_store
from ml_backend.store.tables import ProjectRow, TaskRow, now

TASKS = (1, 2, 3)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with a campaign."""
    opened = open_store(f"sqlite:///{tmp_path / 'clime.db'}")
    with opened.session() as session:
        save_campaign(session, "health", {})
    yield opened
    opened.close()


def project_in(store: Store) -> ProjectRow:
    """A fresh project with three documents of 2, 3 and 4 words."""
    with store.session() as session:
        number = (session.scalar(select(func.max(ProjectRow.id))) or 0) + 1
        row = ProjectRow(campaign_id=1, role=f"r{number}", server="http://ls", project=number, created=1)
        session.add(row)
        session.flush()
        for task in TASKS:
            data = build_document_task(DocumentTask(task, "uno dos tres cuatro"[: 3 + 4 * task]))
            session.add(
                TaskRow(project_id=row.id, key=data["key"], activity="documents", data=data, task=task, length=1 + task)
            )
    return row


@dataclass
class Site:
    """What Label Studio has, and what it had whenever somebody looked."""

    there: dict[int, AnnotationState] = field(default_factory=dict)
    clock: float = 1_800_000_000.0
    number: int = 0
    looks: list[list[AnnotationState]] = field(default_factory=list)
    needed: list[int] = field(default_factory=list)

    def submit(self, annotator: str, task: int, seconds: float, *, skipped: bool = False) -> int:
        """A new annotation."""
        self.number += 1
        state = AnnotationState(self.number, task, annotator, [], skipped, seconds, self.clock, self.clock)
        self.there[self.number] = state
        return self.number

    def change(self, annotation: int, seconds: float) -> None:
        """The same annotation with the seconds of one more visit."""
        before = self.there[annotation]
        longer = (before.lead_time or 0.0) + seconds
        self.there[annotation] = replace(before, updated=self.clock, lead_time=longer)

    def delete(self, annotation: int) -> None:
        """Gone; what it said last was seen before, or its time would never be known."""
        self.look()
        self.needed.append(len(self.looks) - 1)
        del self.there[annotation]

    def take_back(self, annotation: int, seconds: float) -> None:
        """A skip becomes a draft, and that another annotation, which carries the seconds of both."""
        skip = self.there.pop(annotation)
        self.submit(skip.annotator, skip.task, (skip.lead_time or 0.0) + seconds)

    def look(self) -> None:
        """Somebody reads all that is there."""
        self.looks.append(list(self.there.values()))


WORK = st.tuples(
    st.sampled_from(["submit", "submit", "skip", "change", "delete", "take back", "look"]),
    st.sampled_from(["ada", "ben"]),
    st.sampled_from(TASKS),
    st.integers(0, 90).map(float),
    st.integers(0, 5),
)


def worked(steps: list[tuple[str, str, int, float, int]]) -> Site:
    """A site after these steps, each some seconds after the one before."""
    site = Site()
    for what, annotator, task, seconds, which in steps:
        site.clock += seconds + 1
        skips = [number for number, state in site.there.items() if state.skipped]
        chosen = skips if what == "take back" else list(site.there)
        target = chosen[which % len(chosen)] if chosen else None
        if what in ("submit", "skip"):
            site.submit(annotator, task, seconds, skipped=what == "skip")
        elif what == "look":
            site.look()
        elif target is not None and what == "change":
            site.change(target, seconds)
        elif target is not None and what == "delete":
            site.delete(target)
        elif target is not None:
            site.take_back(target, seconds)
    return site


def ledger(store: Store, project: ProjectRow) -> Ledger:
    """The time spent in the project, as it is read with and without what was said."""
    visits = read_visits(store, [project])
    assert read_annotations(store, [project], ["other", "health"]).visits == visits
    return Ledger.of(visits)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data(), st.lists(WORK, max_size=14))
def test_every_way_of_looking_gives_the_same_ledger(
    store: Store, data: st.DataObject, steps: list[tuple[str, str, int, float, int]]
) -> None:
    """Double submits, changes, deletions and skips taken back, read often or seldom, late and in any order."""
    site = worked(steps)
    site.look()
    one, other = project_in(store), project_in(store)
    for seen in site.looks:
        with store.session() as session:
            reconcile(session, one.id, seen, as_of=now())
    began = now()
    late = data.draw(st.lists(st.tuples(st.sampled_from(range(len(site.looks))), st.booleans()), max_size=6))
    for index, whole in data.draw(st.permutations([*late, *[(i, True) for i in site.needed]])):
        with store.session() as session:
            reconcile(session, other.id, site.looks[index], complete=whole, as_of=began)
    with store.session() as session:
        reconcile(session, other.id, site.looks[-1], as_of=now())
    assert ledger(store, other) == ledger(store, one)


def test_a_visit_says_what_the_ledger_needs(store: Store) -> None:
    """Who, what, how long, when, how much there was to read."""
    project, site = project_in(store), Site(clock=100.0)
    annotation = site.submit("ada", 2, 20.0)
    site.clock = 130.0
    site.change(annotation, 15.0)
    with store.session() as session:
        reconcile(session, project.id, site.there.values())
    assert read_visits(store, [project]) == (
        Visit("ada", Activity.DOCUMENTS, 35.0, False, 100.0, "d:2", 3, 130.0, annotation),
    )


@pytest.mark.parametrize("seen", [True, False])
def test_a_skip_taken_back_counts_once(store: Store, seen: bool) -> None:
    """Label Studio puts its seconds into the annotation that follows, whether or not we saw the skip."""
    project, site = project_in(store), Site()
    skip = site.submit("ada", 1, 30.0, skipped=True)
    if seen:
        with store.session() as session:
            reconcile(session, project.id, site.there.values())
    site.clock += 500
    site.take_back(skip, 12.0)
    with store.session() as session:
        reconcile(session, project.id, site.there.values())
    assert ledger(store, project).spent() == 42.0


def test_a_skip_that_was_deleted_leaves_its_time(store: Store) -> None:
    """As any annotation does, when none of its annotator follows."""
    project, site = project_in(store), Site()
    skip = site.submit("ada", 1, 30.0, skipped=True)
    site.submit("ben", 1, 10.0)
    for _ in range(2):
        with store.session() as session:
            reconcile(session, project.id, site.there.values())
        site.there.pop(skip, None)
    assert ledger(store, project).spent() == 40.0


def test_deleting_gives_no_time(store: Store) -> None:
    """A second submission counts the second since the first, also when somebody tidies up an hour later."""
    project, site = project_in(store), Site()
    site.submit("ada", 1, 30.0)
    site.clock += 1
    double = site.submit("ada", 1, 30.0)
    for _ in range(2):
        with store.session() as session:
            reconcile(session, project.id, site.there.values())
        assert ledger(store, project).spent() == 31.0
        site.there.pop(double, None)
