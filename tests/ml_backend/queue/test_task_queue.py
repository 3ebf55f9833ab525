"""What annotators find in Label Studio, brought there from a real first round beside a paper server."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clime_core.data.language import Language, Word
from clime_core.scheduling.activity import Activity
from ml_backend.label_studio.records import LOWEST_SCORE_FIRST
from ml_backend.label_studio.sync import sync_project
from ml_backend.label_studio.task_data import document_key, word_key
from ml_backend.queue.publish import REOPENED_SCORE
from ml_backend.queue.schedule import campaign_schedule
from ml_backend.queue.task_queue import SCORE_STEP, TaskQueue
from ml_backend.store.rankings import read_rankings
from ml_backend.store.tables import DecisionRow, ProjectRow, Role, TaskRow
from ml_backend.store.version_folder import VersionFolder
from ml_backend.store.versions import newest_version, versions_of
from tests.ml_backend.label_studio.paper_campaign import PaperCampaign, paper_campaign


def queue(stage: PaperCampaign) -> TaskQueue:
    """The queue as a round opens it after its sync."""
    for project in stage.projects:
        sync_project(project)
    row, readings = stage.row, stage.readings
    with stage.installation.store.reading() as session:
        newest = newest_version(session, row.id)
        folder = VersionFolder.of(stage.installation.folder(row), newest.number) if newest else None
        rankings = read_rankings(folder)
        versions = versions_of(session, row.id)
    schedule = campaign_schedule(stage.campaign, row, readings, versions, rankings)
    return TaskQueue(stage.campaign, row, stage.projects, readings, stage.data, rankings, schedule)


def order(stage: PaperCampaign, role: Role = Role.MIXED) -> list[str]:
    """The keys of the tasks that carry a score of the published order, first to be served first."""
    project = stage.server.projects[stage.project(role).number]
    version = project.model_version or ""
    tasks = [t for t in stage.server.tasks_there.values() if t.project == project.id and version in t.scores]
    return [task.data["key"] for task in sorted(tasks, key=lambda task: task.scores[version])]


@pytest.fixture
def released(stage: PaperCampaign) -> PaperCampaign:
    """A campaign whose first lot is out, half documents and half words."""
    stage.round()
    return stage


@pytest.fixture
def scored(tmp_path: Path) -> Iterator[PaperCampaign]:
    """A campaign of two projects whose documents are all out and are scored."""
    work = {"setup": "two-projects", "documents": "score", "scores": 10}
    with paper_campaign(tmp_path, {"work": work}) as made:
        tasks = [
            {"data": {"kind": "document", "key": document_key(d.id), "doc": [], "word": []}} for d in made.data.pool
        ]
        project = made.project(Role.DOCUMENTS)
        numbers = made.server.import_tasks(project.number, tasks)
        with made.installation.store.session() as session:
            for number, task in zip(numbers, tasks, strict=True):
                data = task["data"]
                row = TaskRow(project_id=project.row.id, key=data["key"], activity="documents", data=data, task=number)
                session.add(row)
        made.round()
        yield made


def test_the_first_lot_is_what_the_rankings_and_the_schedule_say(released: PaperCampaign) -> None:
    """The best documents and keywords, in the order of the decisions, one step apart."""
    rankings, tasks = queue(released).rankings, released.tasks
    lot = released.campaign.work.lot
    assert len(tasks) == lot
    documents = [document_key(d.id) for d in rankings.documents]
    words = [word_key(k.keyword) for k in rankings.keywords]
    by = {a: [t.key for t in tasks if t.activity == a] for a in (Activity.DOCUMENTS, Activity.WORDS)}
    assert by[Activity.DOCUMENTS] == documents[: len(by[Activity.DOCUMENTS])]
    assert by[Activity.WORDS] == words[: len(by[Activity.WORDS])]
    assert min(map(len, by.values())) > 0
    assert [task.rank for task in tasks] == pytest.approx([i * SCORE_STEP for i in range(lot)])
    assert order(released) == [task.key for task in tasks]


def test_a_task_shows_what_it_was_ranked_by(released: PaperCampaign) -> None:
    """The document's text; the keyword's neighbours with their concordances, and the words to search in."""
    data, rankings = released.data, queue(released).rankings
    document = next(task for task in released.tasks if task.activity == Activity.DOCUMENTS)
    assert document.data["doc"] == [{"id": str(rankings.documents[0].id), "text": data.pool[0].text}] or (
        document.data["doc"][0]["text"] == data.by_id[rankings.documents[0].id].shown
    )
    word = next(task for task in released.tasks if task.activity == Activity.WORDS)
    (entry,) = word.data["word"]
    best = rankings.keywords[0]
    assert Word(Language(entry["language"]), entry["keyword"]) == best.keyword
    assert [shown["word"] for shown in entry["src"]] == list(best.source)
    assert [shown["word"] for shown in entry["tgt"]] == list(best.target)
    assert [shown["html"] for shown in entry["tgt"]] == [
        data.concordances[Language.TARGET].html(form) for form in best.target
    ]
    offered = {candidate["value"] for candidate in entry["src_candidates"]}
    assert offered <= set(data.candidates[Language.SOURCE])


def test_every_new_task_has_a_decision_with_what_it_was_made_from(released: PaperCampaign) -> None:
    """Activity, key, policy, state and seed."""
    decisions = released.stored(DecisionRow)
    assert [d.key for d in decisions] == [task.key for task in released.tasks]
    for decision, task in zip(decisions, released.tasks, strict=True):
        assert (decision.activity, decision.seed) == (task.activity, released.campaign.seed)
        assert decision.policy["name"] == "share"
        assert decision.state["available"]["documents"] > 0
        assert decision.expected_seconds > 0


def test_it_is_closed_while_annotating_is_paused_or_the_budget_is_spent(released: PaperCampaign) -> None:
    """Then nothing is served or handed out; once it is open again the same tasks are served."""
    number = released.project().number
    assert not queue(released).closed
    released.set(annotating_paused=True)
    assert queue(released).closed
    queue(released).open_or_close()
    assert released.server.projects[number].sampling is None
    queue(released).top_up(10, "clime 1.9")
    queue(released).publish("clime 9.9")
    assert len(released.tasks) == released.campaign.work.lot
    assert queue(released).break_ties() == 0
    released.set(annotating_paused=False)
    queue(released).open_or_close()
    assert released.server.projects[number].sampling == LOWEST_SCORE_FIRST
    released.answer(released.tasks[0], seconds=240.0)
    released.change(budget_minutes=4.0)
    assert queue(released).closed


def test_a_lot_is_filled_up_when_half_of_it_is_done(released: PaperCampaign) -> None:
    """At the end of the order there is; tasks that are out keep their place."""
    lot, out = released.campaign.work.lot, order(released)
    assert queue(released).size == lot
    released.answer(released.tasks[0])
    queue(released).fill("clime 1.", 7)
    assert len(released.tasks) == lot  # more than half of it is still there
    for task in released.tasks[1 : lot - lot // 2 + 1]:
        released.answer(task)
    queue(released).fill("clime 1.", 7)
    assert len(queue(released).readings.open_tasks) == lot
    assert order(released)[:lot] == out
    ranks = [task.rank for task in released.tasks]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)
    assert len({task.key for task in released.tasks}) == len(released.tasks)


def test_a_lot_grows_with_the_annotators(released: PaperCampaign) -> None:
    """Each has as many."""
    released.change(annotators=2)
    assert queue(released).size == 2 * released.campaign.work.lot


@pytest.mark.parametrize("disturb", ["by hand", "rolled back", "never published"])
def test_a_disturbed_order_is_published_again(released: PaperCampaign, disturb: str) -> None:
    """Else Label Studio would serve by chance."""
    assert not queue(released).is_disturbed("clime 1.")
    prefix = "clime 1."
    if disturb == "by hand":
        released.server.change_project(released.project().number, model_version="")
    elif disturb == "rolled back":
        prefix = "clime 2."
    else:
        with released.installation.store.session() as session:
            session.get_one(ProjectRow, released.project().row.id).order_version = None
    assert queue(released).is_disturbed(prefix)
    queue(released).fill(prefix, 8)
    assert released.server.projects[released.project().number].model_version == f"{prefix}8"
    assert not queue(released).is_disturbed(prefix)
    assert len(order(released)) == released.campaign.work.lot


def test_a_closed_queue_and_one_without_open_tasks_are_not_disturbed(released: PaperCampaign) -> None:
    """There is nothing to serve."""
    released.server.change_project(released.project().number, model_version="")
    released.set(annotating_paused=True)
    assert not queue(released).is_disturbed("clime 1.")
    released.set(annotating_paused=False)
    for task in released.tasks:
        released.answer(task)
    assert not queue(released).is_disturbed("clime 1.")


def test_a_new_version_orders_what_is_out_anew(released: PaperCampaign) -> None:
    """Tasks that are out are scored under the new version, best first by activity, and none is taken back."""
    before = [task.key for task in released.tasks]
    queue(released).publish("clime 2.5")
    assert sorted(order(released)) == sorted(before)
    assert [task.key for task in released.tasks] == before


def test_what_left_the_pool_is_not_handed_out(released: PaperCampaign) -> None:
    """A document of the rankings that is in no file any more."""
    with (released.folder / "pool.jsonl").open() as file:
        lines = file.readlines()
    out = {task.key for task in released.tasks}
    kept = [line for document, line in zip(released.data.pool, lines, strict=True) if document_key(document.id) in out]
    (released.folder / "pool.jsonl").write_text("".join(kept))
    released.change(share_documents=1.0, lot=20)
    queue(released).publish("clime 1.9")
    assert {t.key for t in released.tasks if t.activity == Activity.DOCUMENTS} == {k for k in out if k.startswith("d:")}


def test_tied_tasks_go_first_of_their_kind_and_as_much_is_out_besides(released: PaperCampaign) -> None:
    """Two annotators disagree about a document: a third is asked, before other documents, while there is time."""
    released.change(overlap=2, annotators=3, break_ties=True)
    queue(released).publish("clime 1.2")
    tied = [task for task in released.tasks if task.activity == Activity.DOCUMENTS][-1]  # the last by its worth
    released.answer(tied, "ada", label="health")
    released.answer(tied, "ben", label="other")
    assert queue(released).break_ties() == 1
    queue(released).publish("clime 1.3")
    assert next(key for key in order(released) if key.startswith("d:")) == tied.key
    fresh = [task for task in queue(released).readings.open_tasks if not task.reopened]
    assert len(fresh) == queue(released).size
    assert queue(released).break_ties() == 0


def test_a_tied_document_that_left_the_pool_is_not_asked_again(released: PaperCampaign) -> None:
    """Its labels count for nothing, so one more would be wasted."""
    released.change(overlap=2, annotators=3, break_ties=True)
    queue(released).publish("clime 1.2")
    tied = next(task for task in released.tasks if task.activity == Activity.DOCUMENTS)
    released.answer(tied, "ada", label="health")
    released.answer(tied, "ben", label="other")
    asked = queue(released)
    left = tuple(d for d in asked.data.pool if document_key(d.id) != tied.key)
    assert replace(asked, data=replace(asked.data, pool=left)).break_ties() == 0
    assert asked.break_ties() == 1


def test_scored_documents_are_ordered_and_not_handed_out(scored: PaperCampaign) -> None:
    """The score is 1 - worth; only so many of the best are pushed. Words are handed out in their own project."""
    rankings = queue(scored).rankings
    project = scored.server.projects[scored.project(Role.DOCUMENTS).number]
    there = {t.data["key"]: t.scores for t in scored.server.tasks_there.values() if t.project == project.id}
    pushed = {key: found[project.model_version or ""] for key, found in there.items() if found}
    best = rankings.documents[: scored.campaign.work.scores]
    assert pushed == {document_key(d.id): pytest.approx(1 - d.worth) for d in best}
    assert len(there) == len(scored.data.pool)
    words = [task for task in scored.tasks if task.activity == Activity.WORDS]
    assert words
    assert {task.project_id for task in words} == {scored.project(Role.WORDS).row.id}
    assert order(scored, Role.WORDS) == [task.key for task in words]


def test_a_pool_that_is_out_does_not_count_as_a_lot(scored: PaperCampaign) -> None:
    """Else words would never be handed out again."""
    for task in scored.tasks:
        if task.activity == Activity.WORDS:
            scored.answer(task)
    before = len(scored.tasks)
    queue(scored).fill("clime 1.", 7)
    assert len(scored.tasks) > before


def test_a_tied_document_of_a_scored_pool_goes_first(scored: PaperCampaign) -> None:
    """Below every score of a document that nobody has done."""
    task = next(task for task in scored.tasks if task.activity == Activity.DOCUMENTS)
    with scored.installation.store.session() as session:
        session.get_one(TaskRow, task.id).overlap = 2
    queue(scored).publish("clime 1.9")
    assert task.task is not None
    assert scored.server.tasks_there[task.task].scores["clime 1.9"] == REOPENED_SCORE
    assert order(scored, Role.DOCUMENTS)[0] == task.key
