"""Documents that lie in a Label Studio project already, and those that are put there."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from clime_core.data.documents import Document
from ml_backend.campaigns.pool import adopt_tasks, import_pool
from ml_backend.label_studio.label_configs import DocumentTag
from ml_backend.label_studio.task_data import DocumentTask, build_document_task
from ml_backend.queue.publish import NewTask, release
from ml_backend.store.tables import ProjectRow, Role, TaskRow
from tests.ml_backend.label_studio.paper_campaign import PaperCampaign, paper_campaign


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[PaperCampaign]:
    """A campaign of two projects, both empty."""
    with paper_campaign(tmp_path, {"work": {"setup": "two-projects"}}) as made:
        yield made


def put(stage: PaperCampaign, *data: dict[str, object], role: Role = Role.DOCUMENTS) -> list[int]:
    """Tasks that somebody put into the project; their numbers."""
    return stage.server.import_tasks(stage.project(role).number, [{"data": one} for one in data])


def test_a_teams_tasks_become_documents(stage: PaperCampaign) -> None:
    """Named after their number, with the text that the label config shows, and its length."""
    tag = DocumentTag("topic", "body", "content")
    with stage.installation.store.session() as session:
        session.get_one(ProjectRow, stage.project(Role.DOCUMENTS).row.id).tag = asdict(tag)
    first, second = put(stage, {"content": "dos palabras", "text": "no"}, {"content": None})
    assert adopt_tasks(stage.project(Role.DOCUMENTS)) == 2
    rows = {row.task: row for row in stage.tasks}
    assert (rows[first].key, rows[first].data, rows[first].length) == (f"d:{first}", {"text": "dos palabras"}, 2)
    assert (rows[second].data, rows[second].activity) == ({"text": ""}, "documents")
    assert adopt_tasks(stage.project(Role.DOCUMENTS)) == 0


def test_without_a_tag_a_strangers_task_has_no_text(stage: PaperCampaign) -> None:
    """It cannot be guessed."""
    put(stage, {"text": "hola"})
    adopt_tasks(stage.project(Role.DOCUMENTS))
    assert [row.data for row in stage.tasks] == [{"text": ""}]


def test_tasks_of_ours_keep_their_key(stage: PaperCampaign) -> None:
    """After the store was lost: a document, and a word; the first of several with one key counts."""
    document = build_document_task(DocumentTask("a7", "uno dos tres"))
    number, _ = put(stage, document, document)
    assert adopt_tasks(stage.project(Role.DOCUMENTS)) == 1
    (row,) = stage.tasks
    assert (row.key, row.task, row.data, row.length) == ("d:a7", number, document, 3)
    put(stage, {"kind": "word", "key": "w:src:flu", "doc": [], "word": [{"src": [], "tgt": []}]}, role=Role.WORDS)
    assert adopt_tasks(stage.project(Role.WORDS)) == 1
    assert [row.activity for row in stage.tasks if row.key == "w:src:flu"] == ["words"]


def test_an_interrupted_import_is_confirmed_first(stage: PaperCampaign) -> None:
    """Else the task would be taken for a second one of that key, and stay without its number."""
    project = stage.project(Role.DOCUMENTS)
    stage.server.fails = ("after", "import_tasks")
    data = build_document_task(DocumentTask("a7", "uno"))
    with pytest.raises(RuntimeError):
        release(project, [NewTask("d:a7", "documents", data, 0.0)])
    assert adopt_tasks(project) == 0
    assert [(row.key, row.task is not None) for row in stage.tasks] == [("d:a7", True)]


def test_a_pool_is_imported_once(stage: PaperCampaign) -> None:
    """What is there already is left out; the text is what the annotator reads."""
    pool = [Document(n, ("uno", "dos"), text=f"Uno {n}, dos.") for n in range(3)]
    assert import_pool(stage.project(Role.DOCUMENTS), pool[:2]) == 2
    assert import_pool(stage.project(Role.DOCUMENTS), pool) == 1
    assert import_pool(stage.project(Role.DOCUMENTS), pool) == 0
    assert [task.data["doc"][0]["text"] for task in stage.server.tasks_there.values()] == [d.text for d in pool]
    rows: list[TaskRow] = stage.tasks
    assert [row.key for row in rows] == ["d:0", "d:1", "d:2"]
    assert {row.activity for row in rows} == {"documents"}
    assert all(task.scores == {} for task in stage.server.tasks_there.values())
