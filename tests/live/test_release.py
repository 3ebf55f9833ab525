"""A mixed campaign that hands out its tasks in lots: order, events, rounds, what annotators did."""

from clime_core.data.labels import resolve_labels
from clime_core.data.language import Language, Word
from clime_core.data.marks import resolve
from clime_core.scheduling.activity import Activity
from ml_backend.campaign_data import campaign_data_of
from ml_backend.label_studio.annotator_client import AnnotatorClient
from ml_backend.label_studio.answers import document_result, word_result
from ml_backend.label_studio.task_data import TaskKey, document_key
from tests.live.conftest import MakeStage
from tests.live.stage import SECONDS, Stage, judged, keys, shown


def test_next_serves_the_lowest_score(stage: Stage, annotator: AnnotatorClient) -> None:
    """The lot is served in the published order, from the lowest score to the highest."""
    order = stage.order()
    served = []
    for _ in order:  # no round in between: the order stays
        task = stage.take(annotator)
        served.append(task["id"])
        stage.answer(annotator, task)
    assert served == order
    assert stage.next(annotator) is None


def test_submit_leads_to_a_version_and_an_order(stage: Stage, annotator: AnnotatorClient) -> None:
    """After Submit the event is there, a round makes a version, and the rest of the queue is scored anew."""
    before = stage.project().model_version
    task = stage.take(annotator)
    stage.answer(annotator, task)
    assert [r.reason for r in stage.rounds if r.state == "queued"] == ["ANNOTATION_CREATED"]
    assert stage.work() == 1
    assert stage.live == 2
    version = stage.project().model_version
    assert version == stage.project_row().order_version != before
    left = [t.task for t in stage.tasks if t.task != task["id"]]
    assert sorted(stage.order()) == left
    assert all(list(by) == [version] for t, by in stage.scores().items() if t in left)


def test_the_lot_is_refilled_and_never_exceeded(make_stage: MakeStage, annotators: tuple[AnnotatorClient, ...]) -> None:
    """At most lot x annotators tasks are open, new ones come with each round, and none comes twice."""
    stage = make_stage({"work": {"lot": 2, "annotators": 3}})
    stage.up()
    for turn in range(7):
        open_now = [t for t in stage.tasks if t.id in stage.readings.open_ids]
        assert len(open_now) <= 6
        annotator = annotators[turn % 3]
        stage.answer(annotator, stage.take(annotator))
        stage.work()
    assert len(stage.tasks) > 6
    assert len(set(keys(stage.tasks))) == len(stage.tasks)
    there = [task.data["key"] for task in stage.server.tasks(stage.project_row().project)]
    assert sorted(there) == sorted(keys(stage.tasks))
    assert {Activity.DOCUMENTS, Activity.WORDS} == {t.activity for t in stage.tasks}


def test_time_is_shared_by_the_seconds_spent(make_stage: MakeStage, annotator: AnnotatorClient) -> None:
    """Documents that take long make words follow until both have their half."""
    stage = make_stage({"work": {"lot": 2}})
    stage.up()
    for _ in range(9):
        task = stage.take(annotator)
        stage.answer(annotator, task, 90 if task["data"]["kind"] == "document" else 15)
        stage.work()
    spent = {name: part["seconds"] for name, part in stage.status()["time"]["activities"].items()}
    assert abs(spent["documents"] - spent["words"]) <= 90 + 2 * 15
    assert spent["documents"] >= 90
    assert spent["words"] >= 45


def test_a_skip_costs_time_and_is_not_asked_again(stage: Stage, annotators: tuple[AnnotatorClient, ...]) -> None:
    """A skipped task gives no label, counts its seconds, and comes back to nobody."""
    annotator = annotators[0]
    task = stage.find(annotator, "document")
    spent = stage.readings.visits
    annotator.submit(task["id"], [], 33.0, skipped=True)
    stage.work()
    readings = stage.readings
    (skip,) = [visit for visit in readings.visits if visit.skipped]
    assert (skip.seconds, len(readings.visits)) == (33.0, len(spent) + 1)
    assert task["data"]["key"] not in [label.document for label in readings.labels]
    for turn in range(4):
        following = stage.take(annotators[turn % 2])
        assert following["data"]["key"] != task["data"]["key"]
        stage.answer(annotators[turn % 2], following)
        stage.work()
    assert task["id"] not in stage.order()
    assert keys(stage.tasks).count(task["data"]["key"]) == 1


def test_a_skipped_task_goes_to_nobody_else(stage: Stage, annotators: tuple[AnnotatorClient, ...]) -> None:
    """Label Studio serves a skipped task to no other annotator: the campaign takes it for done."""
    order = stage.order()
    first = stage.take(annotators[0])
    annotators[0].submit(first["id"], [], SECONDS, skipped=True)
    served = []
    while (task := stage.next(annotators[1])) is not None:
        served.append(task["id"])
        stage.answer(annotators[1], task)
    assert served == order[1:]


def test_an_update_replaces_the_label(stage: Stage, annotator: AnnotatorClient) -> None:
    """A changed annotation gives the new label, and a new model version."""
    task = stage.find(annotator, "document")
    annotation = stage.answer(annotator, task, label="health")
    stage.work()
    assert [label.label for label in stage.labels][-1] == 1
    version = stage.live
    annotator.update(annotation["id"], document_result("other"), SECONDS)
    assert stage.work() == 1
    labels = {document_key(label.document): label.label for label in stage.labels}
    assert labels[task["data"]["key"]] == 0
    assert stage.live == version + 1


def test_an_update_replaces_the_marks(stage: Stage, annotator: AnnotatorClient) -> None:
    """Marks that are taken back are gone, turned ones are turned."""
    task = stage.find(annotator, "word")
    annotation = stage.answer(annotator, task)
    stage.work()
    words = shown(task["data"])
    keyword = task["data"]["word"][0]["keyword"]
    annotator.update(annotation["id"], word_result(task["data"], {words[0]: False}, {}), SECONDS)
    stage.work()
    marks = [mark for mark in stage.readings.marks if mark.keyword.form == keyword]
    assert [(mark.word, mark.similar) for mark in marks] == [(words[0], False)]


def test_a_deletion_takes_the_label_and_leaves_the_time(stage: Stage, annotator: AnnotatorClient) -> None:
    """A deleted annotation says nothing any more; its seconds were spent."""
    task = stage.find(annotator, "document")
    annotation = stage.answer(annotator, task)
    stage.work()
    spent = stage.status()["time"]["spent"]
    stage.ask("DELETE", f"/api/annotations/{annotation['id']}/")
    assert stage.work() == 1
    readings = stage.readings
    assert task["data"]["key"] not in [label.document for label in readings.labels]
    assert stage.status()["time"]["spent"] == spent
    assert task["id"] in [t.task for t in stage.tasks if t.id in readings.open_ids]
    assert task["id"] in stage.order()


def test_of_two_submits_the_latest_counts(stage: Stage, annotator: AnnotatorClient) -> None:
    """Two annotations of one task by one annotator: the later label is the label, both times count."""
    task = stage.find(annotator, "document")
    before = len(stage.readings.visits)
    stage.answer(annotator, task, label="health")
    stage.answer(annotator, task, label="other")
    stage.work()
    readings = stage.readings
    resolved = resolve_labels(readings.labels)
    assert resolved.labels[TaskKey(task["data"]["key"])] == 0
    assert resolved.conflicts == ()
    assert len(readings.visits) == before + 2


def test_two_annotators_overlap(make_stage: MakeStage, annotators: tuple[AnnotatorClient, ...]) -> None:
    """With overlap 2 both are asked the same; agreement gives a label, a tie none but a conflict; so with marks."""
    stage = make_stage({"work": {"overlap": 2, "annotators": 2}})
    stage.up()
    one, two = annotators[:2]
    seen: dict[str, int] = {}
    for turn in range(4):
        task = stage.take(one)
        kind = task["data"]["kind"]
        assert stage.take(two)["id"] == task["id"]
        if kind == "word":
            words = shown(task["data"])
            one.submit(task["id"], word_result(task["data"], {words[0]: True, words[1]: True}, {}), SECONDS)
            assert task["id"] in [t.task for t in stage.tasks if t.id in stage.readings.open_ids]
            two.submit(task["id"], word_result(task["data"], {words[0]: True, words[1]: False}, {}), SECONDS)
        else:
            stage.answer(one, task, label="health")
            stage.answer(two, task, label="health" if "document" not in seen else "other")
        seen[kind] = turn
        stage.work()
    labels = resolve_labels(stage.labels)
    marks = resolve(stage.readings.marks)
    assert len({visit.annotator for visit in stage.readings.visits}) == 2
    assert len(labels.labels) == 1
    assert len(labels.conflicts) == len({label.document for label in stage.labels}) - 1
    assert all(constraint.similar for constraint in marks.constraints)
    assert len(marks.conflicts) == len(marks.constraints) > 0
    notes = [note for note in stage.rounds[0].notes if "disagree" in note]
    assert notes == [f"{len(marks.conflicts)} word pairs on which annotators disagree"]


def test_typed_words_become_marks(stage: Stage, annotator: AnnotatorClient) -> None:
    """A typed word is a mark that is `added`; one without a vector is counted in the round's notes."""
    task = stage.find(annotator, "word")
    data = task["data"]
    vocabulary = campaign_data_of(stage.installation, stage.campaign, stage.projects).embeddings.target.words
    known = next(Word(Language.TARGET, form) for form in vocabulary if form not in str(data["word"][0]["tgt"]))
    unknown = Word(Language.TARGET, "zzyzx")
    annotator.submit(task["id"], judged(data, {known: True, unknown: False}), SECONDS)
    stage.work()
    said = {mark.word: mark for mark in stage.readings.marks if mark.keyword.form == data["word"][0]["keyword"]}
    assert (said[known].added, said[known].similar) == (True, True)
    assert (said[unknown].added, said[unknown].similar) == (True, False)
    assert [said[word].added for word in shown(data)] == [False] * len(shown(data))
    assert "1 marks on words without a vector" in stage.rounds[0].notes


def test_what_was_shown_is_what_is_marked(stage: Stage, annotator: AnnotatorClient) -> None:
    """Marks stand for the words of the task as it was released, also after rounds that rank others there."""
    task = stage.find(annotator, "word")
    for other in [t for t in stage.order() if t != task["id"]]:
        data = next(t.data for t in stage.tasks if t.task == other)
        stage.answer(annotator, {"id": other, "data": data})
        stage.work()
    stage.answer(annotator, task)
    stage.work()
    marks = [m for m in stage.readings.marks if m.keyword.form == task["data"]["word"][0]["keyword"]]
    assert [mark.word for mark in marks] == shown(task["data"])
