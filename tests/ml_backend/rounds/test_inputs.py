"""What a round is made from."""

from clime_core.data.language import Language, Word
from clime_core.scheduling.activity import Activity
from ml_backend.label_studio.readings import ReadingCache
from ml_backend.label_studio.sync import sync_project
from ml_backend.rounds.inputs import campaign_readings, round_inputs
from tests.ml_backend.label_studio.paper_campaign import PaperCampaign

BOTH = (Activity.DOCUMENTS, Activity.WORDS)


def worked(stage: PaperCampaign) -> PaperCampaign:
    """A campaign in which one document and one keyword were done."""
    stage.round()
    for activity in BOTH:
        stage.answer(next(task for task in stage.tasks if task.activity == activity))
    sync_project(stage.project())
    return stage


def test_answers_become_labels_and_marks(stage: PaperCampaign) -> None:
    """By document and keyword; what was asked is not asked again."""
    worked(stage)
    inputs, problems = round_inputs(stage.campaign, stage.data, stage.readings)
    document, keyword = (next(t for t in stage.tasks if t.activity == activity) for activity in BOTH)
    assert problems == ()
    assert {f"d:{d}": label for d, label in inputs.labels.items()} == {document.key: 1}
    assert {f"w:{m.keyword.language}:{m.keyword.form}" for m in inputs.marks} == {keyword.key}
    assert all(mark.similar for mark in inputs.marks)
    assert {f"d:{d}" for d in inputs.asked_documents} == {document.key}
    assert [f"w:{k.language}:{k.form}" for k in inputs.asked_keywords] == [keyword.key]
    assert inputs.categories == 2
    assert inputs.pool == stage.data.pool
    assert {word.language for mark in inputs.marks for word in (mark.word,)} <= set(Language)
    assert all(isinstance(mark.keyword, Word) for mark in inputs.marks)


def test_a_task_that_still_wants_an_annotator_was_not_asked(stage: PaperCampaign) -> None:
    """With two annotators a document, one answer is a label, and the document is open."""
    worked(stage).change(overlap=2, annotators=2)
    inputs, _ = round_inputs(stage.campaign, stage.data, stage.readings)
    assert len(inputs.labels) == 1
    assert inputs.asked_documents == frozenset()
    assert inputs.asked_keywords == frozenset()


def test_only_labelled_documents_train(stage: PaperCampaign) -> None:
    """Others may stand in the training file."""
    with (stage.folder / "train.jsonl").open("a") as file:
        file.write('{"id": "extra", "text": "no label"}\n')
    inputs, _ = round_inputs(stage.campaign, stage.data, stage.readings)
    assert len(stage.data.train) == len(inputs.train) + 1
    assert all(document.label is not None for document in inputs.train)


def test_a_label_of_a_document_that_left_the_pool_is_a_problem(stage: PaperCampaign) -> None:
    """It is named; the round goes on without it."""
    worked(stage)
    (label,) = stage.readings.labels
    lines = (stage.folder / "pool.jsonl").read_text().splitlines(keepends=True)
    index = next(i for i, d in enumerate(stage.data.pool) if f"d:{d.id}" == label.document)
    (stage.folder / "pool.jsonl").write_text("".join(lines[:index] + lines[index + 1 :]))
    inputs, problems = round_inputs(stage.campaign, stage.data, stage.readings)
    assert inputs.labels == {}
    assert problems == (f"task {label.document}: its document is no longer in the pool; put it back there",)


def test_each_reader_keeps_what_it_read(stage: PaperCampaign) -> None:
    """One cache a reader and campaign, so that a slow page and a round share nothing."""
    worked(stage)
    caches = stage.installation.reading_caches
    assert len(stage.readings.labels) == 1  # read as a round does
    first = campaign_readings(stage.installation, stage.row, stage.rows, reader="a page")
    again = campaign_readings(stage.installation, stage.row, stage.rows, reader="a page")
    assert first.labels == again.labels
    rows = {reader: caches.get((reader, stage.row.id), ReadingCache).by_row for reader in ("rounds", "a page")}
    assert rows["rounds"].keys() == rows["a page"].keys() != set()
    assert rows["rounds"] is not rows["a page"]
    assert all(again_read is rows["a page"][row] for row, again_read in rows["a page"].items())


def test_time_before_the_campaign_does_not_count_in_a_teams_own_project(stage: PaperCampaign) -> None:
    """What its people did there before the campaign was made; in a project of ours all time counts."""
    worked(stage)
    first, second = sorted(visit.at or 0.0 for visit in stage.readings.visits)
    stage.set(created_at=(first + second) / 2)
    assert len(stage.readings.visits) == 2
    with stage.installation.store.session() as session:
        session.merge(stage.project().row).tag = {"from_name": "label", "to_name": "text", "field": "text"}
    assert [visit.at for visit in stage.readings.visits] == [second]
