"""Documents and words in projects of their own; documents handed out, or all there and ordered by score."""

import pytest
from safetensors.numpy import load_file

from clime_core.model.selection.uncertainty import uncertainty
from ml_backend.campaign_data import campaign_data_of
from ml_backend.label_studio.annotator_client import AnnotatorClient
from ml_backend.label_studio.task_data import document_key
from ml_backend.store.tables import Role
from ml_backend.store.version_folder import VersionFolder
from tests.live.conftest import MakeStage
from tests.live.stage import SECONDS, Stage, keys

TWO = {"setup": "two-projects"}

TEAM_CONFIG = """<View>
  <Header value="How does it strike you?"/>
  <Text name="story" value="$body"/>
  <Choices name="topic" toName="story" choice="single" showInline="true">
    <Choice value="other"/><Choice value="health"/>
  </Choices>
  <TextArea name="remark" toName="story"/>
</View>"""


def _topic(value: str) -> list[dict[str, object]]:
    """An annotation as the team's config makes it."""
    return [{"from_name": "topic", "to_name": "story", "type": "choices", "value": {"choices": [value]}}]


def _expected_scores(stage: Stage) -> dict[str, float]:
    """Key of each pool document to 1 - normalised entropy under the live version."""
    folder = VersionFolder.of(stage.installation.folder(stage.row), stage.live)
    probabilities = load_file(folder.pool_probabilities)["probabilities"]
    pool = campaign_data_of(stage.installation, stage.campaign, stage.projects).pool
    unsure = uncertainty(probabilities, "entropy")
    return {document_key(document.id): 1 - u for document, u in zip(pool, unsure, strict=True)}


def test_release_into_two_projects(make_stage: MakeStage, annotator: AnnotatorClient) -> None:
    """Each activity has its project; what is due is handed out there, and both get their share of the time."""
    stage = make_stage({"work": TWO})
    stage.up()
    for _ in range(6):
        due = Role(stage.status()["next"]["activity"])
        task = stage.take(annotator, due)
        assert task["data"]["kind"] + "s" == due
        stage.answer(annotator, task)
        stage.work()
    spent = {activity: part["seconds"] for activity, part in stage.status()["time"]["activities"].items()}
    assert spent == {"documents": 3 * SECONDS, "words": 3 * SECONDS, "review": 0}
    for role in (Role.DOCUMENTS, Role.WORDS):
        row = stage.project_row(role)
        assert stage.project(role).model_version == row.order_version
        there = [task.id for task in stage.server.tasks(row.project)]
        assert sorted(there) == [t.task for t in stage.tasks if t.project_id == row.id]
    assert len(keys(stage.tasks)) == len(set(keys(stage.tasks)))


def test_score_mode_orders_the_imported_pool(make_stage: MakeStage, annotator: AnnotatorClient) -> None:
    """All documents are in the project, scored by 1 - normalised entropy, and served in that order."""
    stage = make_stage({"work": {**TWO, "documents": "score", "scores": 25}})
    stage.up()
    pool = campaign_data_of(stage.installation, stage.campaign, stage.projects).pool
    there = {t.id: t.data["key"] for t in stage.server.tasks(stage.project_row(Role.DOCUMENTS).project)}
    assert sorted(there.values()) == sorted(document_key(document.id) for document in pool)
    scores = {task: by[str(stage.project(Role.DOCUMENTS).model_version)] for task, by in _doc_scores(stage)}
    expected = _expected_scores(stage)
    assert scores == pytest.approx({task: expected[there[task]] for task in scores})
    least = sorted(expected.values())[:25]
    assert sorted(scores.values()) == pytest.approx(least)
    for task in stage.order(Role.DOCUMENTS)[:3]:
        served = stage.take(annotator, Role.DOCUMENTS)
        assert served["id"] == task
        stage.answer(annotator, served)


def _doc_scores(stage: Stage) -> list[tuple[int, dict[str, float]]]:
    return list(stage.scores(Role.DOCUMENTS).items())


def test_score_mode_scores_anew_after_a_round(make_stage: MakeStage, annotator: AnnotatorClient) -> None:
    """After a round the scores are the new version's, and those of the version before are gone."""
    stage = make_stage({"work": {**TWO, "documents": "score", "scores": 25}})
    stage.up()
    before = stage.scores(Role.DOCUMENTS)
    version = stage.project(Role.DOCUMENTS).model_version
    stage.answer(annotator, stage.take(annotator, Role.DOCUMENTS), label="other")
    stage.work()
    after = stage.scores(Role.DOCUMENTS)
    assert stage.live == 2
    assert version not in {name for by in after.values() for name in by}
    assert len(after) == 25
    both = sorted(before.keys() & after.keys())
    assert [list(before[task].values()) for task in both] != [list(after[task].values()) for task in both]
    expected = _expected_scores(stage)
    there = {t.task: t.key for t in stage.tasks}
    assert {t: next(iter(by.values())) for t, by in after.items()} == pytest.approx(
        {t: expected[there[t]] for t in after}
    )


def test_score_mode_stops_at_the_budget(make_stage: MakeStage, annotator: AnnotatorClient) -> None:
    """Though all documents are in the project, none is served once the budget is spent."""
    stage = make_stage({"work": {**TWO, "documents": "score", "budget_minutes": 1}})
    stage.up()
    for _ in range(3):
        stage.answer(annotator, stage.take(annotator, Role.DOCUMENTS))
        stage.work()
    assert stage.next(annotator, Role.DOCUMENTS) is None
    assert stage.next(annotator, Role.WORDS) is None


def _team_project(stage: Stage) -> tuple[int, list[int]]:
    """A project as a team might have it: its own config, texts and settings."""
    made = stage.ask("POST", "/api/projects/", {"title": "news", "label_config": TEAM_CONFIG})
    pool = make_texts(stage)
    sent = [{"data": {"body": text, "source": "wire"}} for text in pool]
    answer = stage.ask("POST", f"/api/projects/{made['id']}/import?return_task_ids=true", sent)
    return made["id"], answer["task_ids"]


def make_texts(stage: Stage) -> list[str]:
    """The texts of the corpus's pool."""
    return [document.shown for document in campaign_data_of(stage.installation, stage.campaign, []).pool]


def test_a_teams_own_project(make_stage: MakeStage, annotator: AnnotatorClient) -> None:
    """Its tasks are the pool, labels given before count, its own config stays, and predictions name its control."""
    template = make_stage(name="template")
    project, tasks = _team_project(template)
    for task, topic in zip(tasks[:3], ("health", "other", "other"), strict=True):
        annotator.submit(task, _topic(topic), SECONDS)
    stage = make_stage(
        {
            "label_studio": {"documents_project": project},
            "data": {"pool": None},
            "work": {**TWO, "documents": "score"},
        },
        name="team",
    )
    stage.up()
    assert stage.project_row(Role.DOCUMENTS).project == project
    assert stage.project(Role.DOCUMENTS).label_config.split() == TEAM_CONFIG.split()
    assert [
        document.id for document in campaign_data_of(stage.installation, stage.campaign, stage.projects).pool
    ] == tasks
    assert {label.document: label.label for label in stage.labels} == dict(zip(tasks, (1, 0, 0), strict=False))
    served = stage.take(annotator, Role.DOCUMENTS)
    assert served["id"] == stage.order(Role.DOCUMENTS)[0]
    assert served["id"] not in tasks[:3]
    annotator.submit(served["id"], _topic("health"), SECONDS)
    stage.work()
    assert stage.live == 2
    assert {label.document for label in stage.labels} == {*tasks[:3], served["id"]}
    assert len(list(stage.server.tasks(project))) == len(tasks)
    body = {"selectedItems": {"all": False, "included": [tasks[5]]}}
    stage.ask("POST", f"/api/dm/actions?id=retrieve_tasks_predictions&project={project}", body)
    (made,) = [p for p in stage.ask("GET", f"/api/predictions?task={tasks[5]}") if p["result"]]
    assert (made["result"][0]["from_name"], made["result"][0]["to_name"]) == ("topic", "story")


def test_predictions_in_a_teams_project_are_the_base(make_stage: MakeStage) -> None:
    """Those of the named version, with their scores; neither training documents nor word vectors are needed."""
    project, tasks = _team_project(make_stage(name="template"))
    stage = make_stage(
        {
            "label_studio": {"documents_project": project},
            "base": {"kind": "given", "model_version": "gpt"},
            "data": {"pool": None, "train": None, "source_vectors": None, "target_vectors": None, "test": None},
            "work": {**TWO, "documents": "score"},
            "round": {"runs": None},
            "round.classifier": {"kind": None},
        },
        name="team",
    )
    chosen = {"from_name": "topic", "to_name": "story", "type": "choices"}
    for task, choice, score in ((tasks[0], "health", 0.9), (tasks[1], "other", None)):
        result = [{**chosen, "value": {"choices": [choice]}}]
        body = {"task": task, "result": result, "model_version": "gpt", "score": score}
        stage.ask("POST", "/api/predictions/", body)
    stage.up()
    pool = campaign_data_of(stage.installation, stage.campaign, stage.projects).pool
    assert [document.given for document in pool[:3]] == [pytest.approx((0.1, 0.9)), pytest.approx((0.8, 0.2)), None]
    assert stage.live == 1
    assert stage.order(Role.DOCUMENTS)
    assert not [task for task in stage.tasks if task.activity == "words"]


def test_a_teams_project_grows(make_stage: MakeStage) -> None:
    """Tasks that the team imports later join the pool at the next `clime up`."""
    template = make_stage(name="template")
    project, tasks = _team_project(template)
    stage = make_stage(
        {"label_studio": {"documents_project": project}, "data": {"pool": None}, "work": {**TWO, "documents": "score"}},
        name="team",
    )
    stage.up()
    sent = [{"data": {"body": "El hospital de la ciudad abre una clínica para los niños."}}]
    answer = stage.ask("POST", f"/api/projects/{project}/import?return_task_ids=true", sent)
    stage.up()
    pool = campaign_data_of(stage.installation, stage.campaign, stage.projects).pool
    assert [document.id for document in pool] == [*tasks, *answer["task_ids"]]
    assert stage.live == 2


def test_a_teams_project_with_another_category(make_stage: MakeStage) -> None:
    """A choice that is no category of the campaign is named before anything is connected."""
    template = make_stage(name="template")
    config = TEAM_CONFIG.replace('"health"', '"Health"')
    made = template.ask("POST", "/api/projects/", {"title": "news", "label_config": config})
    stage = make_stage(
        {
            "label_studio": {"documents_project": made["id"]},
            "data": {"pool": None},
            "work": {**TWO, "documents": "score"},
        },
        name="team",
    )
    with pytest.raises(Exception, match="<Choice value='health'> is missing"):
        stage.up()
    assert stage.server.connections(made["id"]) == []
