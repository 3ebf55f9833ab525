"""What people can press in Label Studio: "Retrieve predictions" and "Start training"."""

from ml_backend.label_studio.annotator_client import AnnotatorClient
from tests.live.stage import Stage


def _retrieve(stage: Stage, tasks: list[int]) -> None:
    body = {"selectedItems": {"all": False, "included": tasks}}
    project = stage.project_row().project
    stage.ask("POST", f"/api/dm/actions?id=retrieve_tasks_predictions&project={project}", body)


def test_retrieved_predictions_name_the_category(stage: Stage) -> None:
    """A document gets the likeliest category under the model version's name, a word task gets nothing filled in."""
    kinds = {task.task: task.activity for task in stage.tasks if task.task is not None}
    _retrieve(stage, list(kinds))
    assert set(kinds.values()) == {"documents", "words"}
    for task, kind in kinds.items():
        made = stage.ask("GET", f"/api/predictions?task={task}")
        (own,) = [p for p in made if p["model_version"] == f"clime {stage.live}"]
        if kind == "words":
            assert own["result"] == []
        else:
            (result,) = own["result"]
            assert (result["from_name"], result["to_name"], result["type"]) == ("label", "text", "choices")
            assert result["value"]["choices"][0] in stage.campaign.task.categories
            assert 0 <= own["score"] <= 1


def test_retrieved_predictions_leave_the_order_alone(stage: Stage, annotator: AnnotatorClient) -> None:
    """After "Retrieve predictions" the queue is served in the published order as before."""
    order, version = stage.order(), stage.project().model_version
    _retrieve(stage, order)
    assert stage.project().model_version == version
    assert stage.order() == order
    assert stage.take(annotator)["id"] == order[0]
    stage.answer(annotator, stage.take(annotator))
    stage.work()
    assert stage.take(annotator)["id"] == stage.order()[0]


def test_start_training_forces_a_round(stage: Stage) -> None:
    """ "Start training" makes a new model version though nothing is new."""
    (backend,) = stage.server.connections(stage.project_row().project)
    assert stage.work() == 0
    stage.ask("POST", f"/api/ml/{backend.id}/train", {})
    assert [(r.reason, r.forced) for r in stage.rounds if r.state == "queued"] == [("START_TRAINING", True)]
    stage.work()
    assert stage.live == 2
    assert str(stage.project().model_version).startswith("clime 2.")


def test_versions_are_listed(stage: Stage) -> None:
    """Label Studio's list of model versions is ours, newest first."""
    (backend,) = stage.server.connections(stage.project_row().project)
    stage.ask("POST", f"/api/ml/{backend.id}/train", {})
    stage.work()
    assert stage.ask("GET", f"/api/ml/{backend.id}/versions")["versions"] == ["clime 2", "clime 1"]
