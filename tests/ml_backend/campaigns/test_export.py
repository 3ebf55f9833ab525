"""What leaves a campaign that two annotators worked in."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from clime_core.data.documents import DocumentId, read_documents
from clime_core.data.feedback_file import read_feedback
from clime_core.data.labels import LabelResolution, resolve_labels
from clime_core.data.language import Language, Word
from clime_core.data.vec_file import read_vec
from clime_core.errors import CampaignError
from clime_core.scheduling.activity import Activity
from ml_backend.campaigns.export import disagreements, export_campaign, judged, labelled
from ml_backend.label_studio.answers import word_result
from ml_backend.label_studio.sync import sync_project
from ml_backend.store.tables import TaskRow
from tests.ml_backend.label_studio.paper_campaign import PaperCampaign, paper_campaign


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaperCampaign]:
    """Ada and Ben did the first document and keyword and agree on neither; both agree on the second document."""
    folder = tmp_path_factory.mktemp("export")
    with paper_campaign(
        folder, {"work": {"overlap": 2, "annotators": 3, "break_ties": True, "share_documents": 0.7}}
    ) as stage:
        stage.round()
        first, second = of(stage, Activity.DOCUMENTS)[:2]
        for name, label in (("ada", "health"), ("ben", "other")):
            stage.answer(first, name, label=label)
            stage.answer(second, name, label="health")
        word = of(stage, Activity.WORDS)[0]
        for name in ("ada", "ben"):
            mark(stage, word, name, similar=name == "ada")
        stage.round()
        yield stage


def of(stage: PaperCampaign, activity: Activity) -> list[TaskRow]:
    """The tasks of that activity."""
    return [task for task in stage.tasks if task.activity == activity]


def mark(stage: PaperCampaign, task: TaskRow, user: str, *, similar: bool) -> None:
    """Mark the nearest word of the target language, and nothing else."""
    (entry,) = task.data["word"]
    assert task.task is not None
    nearest = Word(Language.TARGET, entry["tgt"][0]["word"])
    stage.server.submit(task.task, user, word_result(task.data, {nearest: similar}, {}))


def test_every_file_is_named_with_its_digest(worked: PaperCampaign, tmp_path: Path) -> None:
    """In the manifest, which comes last; what was yielded is there."""
    paths = list(export_campaign(worked.installation, worked.row, tmp_path / "out"))
    assert [path.name for path in paths] == [
        "source.vec", "target.vec", "marks.csv", "labels.jsonl", "disagreements.json", "marks.1.csv", "marks.2.csv",
        "predictor", "manifest.json",
    ]  # fmt: skip
    assert all(path.exists() for path in paths)
    manifest = json.loads(paths[-1].read_text())
    there = {str(f.relative_to(tmp_path / "out")) for f in (tmp_path / "out").rglob("*") if f.is_file()}
    assert manifest["files"].keys() == there - {"manifest.json"}
    for name, digest in manifest["files"].items():
        content = (tmp_path / "out" / name).read_bytes()
        assert digest == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    assert (manifest["campaign"], manifest["categories"]) == ("health", ["other", "health"])
    assert manifest["model_version"] == worked.row.live_version == 2
    assert manifest["annotators"] == {"marks.1.csv": "user ada", "marks.2.csv": "user ben"}
    assert manifest["model_version_made_from"]["annotations"] == 6
    assert manifest["marks_and_labels"]["problems"] == []
    assert manifest["settings"]["work"]["overlap"] == 2


def test_marks_have_a_file_for_each_annotator(worked: PaperCampaign, tmp_path: Path) -> None:
    """The format does not name them; the whole has the marks of all."""
    list(export_campaign(worked.installation, worked.row, tmp_path))
    source, target = (read_vec(tmp_path / name)[0] for name in ("source.vec", "target.vec"))
    similar = {}
    for name in ("marks.csv", "marks.1.csv", "marks.2.csv"):
        similar[name] = sorted(m.similar for m in read_feedback(tmp_path / name, source, target)[0])
    assert (similar["marks.1.csv"], similar["marks.2.csv"]) == ([True], [False])
    assert similar["marks.csv"] == [False, True]


def test_labels_are_those_that_count(worked: PaperCampaign, tmp_path: Path) -> None:
    """A tie gives none."""
    list(export_campaign(worked.installation, worked.row, tmp_path))
    second = of(worked, Activity.DOCUMENTS)[1]
    (document,) = read_documents(tmp_path / "labels.jsonl")
    assert (f"d:{document.id}", document.label) == (second.key, 1)
    assert [d.id for d in labelled(worked.data, worked.readings)] == [document.id]


def test_disagreements_say_who_said_what_and_what_counts(worked: PaperCampaign) -> None:
    """None where they are tied, as here."""
    found = disagreements(worked.readings, _resolved(worked))
    first, keyword = of(worked, Activity.DOCUMENTS)[0], of(worked, Activity.WORDS)[0]
    (document,) = found["documents"]
    assert (f"d:{document['id']}", document["labels"]) == (first.key, {"user ada": 1, "user ben": 0})
    assert (document["label"], document["asked_again"], document["settled_by"]) == (None, True, None)
    (pair,) = found["words"]
    assert (f"w:src:{pair['keyword']}", pair["similar"], pair["dissimilar"]) == (
        keyword.key,
        ["user ada"],
        ["user ben"],
    )
    assert (pair["counts_as_similar"], pair["settled_by"]) == (None, None)


def test_what_settled_a_disagreement_is_said(tmp_path: Path) -> None:
    """The majority, or one more annotator who was asked because of a tie."""
    with paper_campaign(tmp_path, {"work": {"overlap": 3, "annotators": 3, "share_documents": 1.0}}) as stage:
        stage.round()
        first, second = of(stage, Activity.DOCUMENTS)[:2]
        with stage.installation.store.session() as session:
            session.get_one(TaskRow, second.id).overlap = 3
        for name, label in (("ada", "health"), ("ben", "other"), ("eve", "health")):
            for task in (first, second):
                stage.answer(task, name, label=label)
        sync_project(stage.project())
        outcomes = {f"d:{d['id']}": d for d in disagreements(stage.readings, _resolved(stage))["documents"]}
        assert (outcomes[first.key]["settled_by"], outcomes[first.key]["label"]) == ("the majority", 1)
        assert outcomes[second.key]["settled_by"] == "one more annotator"
        assert outcomes[second.key]["asked_again"]


def test_keywords_that_were_judged_are_those_that_are_done(worked: PaperCampaign) -> None:
    """A keyword that waits for an annotator was not."""
    keyword = of(worked, Activity.WORDS)[0]
    assert [f"w:{word.language}:{word.form}" for word in judged(worked.readings)] == [keyword.key]


def test_an_earlier_version_is_exported_by_its_number(worked: PaperCampaign, tmp_path: Path) -> None:
    """With the vectors that it was made of."""
    list(export_campaign(worked.installation, worked.row, tmp_path, version=1))
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["model_version"] == 1
    assert manifest["model_version_made_from"]["annotations"] == 0


@pytest.mark.parametrize(
    ("version", "problem"), [(None, "has no model version yet"), (9, "there is no model version 9 to export")]
)
def test_a_version_that_is_not_there_is_named(
    stage: PaperCampaign, tmp_path: Path, version: int | None, problem: str
) -> None:
    """And nothing is written."""
    with pytest.raises(CampaignError, match=problem):
        list(export_campaign(stage.installation, stage.row, tmp_path / "out", version=version))
    assert not (tmp_path / "out").exists()


def _resolved(stage: PaperCampaign) -> LabelResolution[DocumentId]:
    """The labels by document."""
    return resolve_labels(stage.data.document_labels(stage.readings.labels)[0])
