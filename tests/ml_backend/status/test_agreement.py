"""Agreement for the page and the export."""

from clime_core.data.documents import DocumentId
from clime_core.data.labels import DocumentLabel, LabelResolution, resolve_labels
from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark
from clime_core.evaluation.agreement import ShownWords
from clime_core.scheduling.activity import Activity
from ml_backend.campaigns.export import disagreements
from ml_backend.label_studio.readings import Readings
from ml_backend.label_studio.task_data import TaskKey, document_key
from ml_backend.status.agreement import AgreementFacts, agreement_facts, measured_agreement
from ml_backend.store.tables import TaskRow

FLU = Word(Language.SOURCE, "flu")
GRIPE, CASA = Word(Language.TARGET, "gripe"), Word(Language.TARGET, "casa")


def votes(number: int, **labels: int) -> list[DocumentLabel[TaskKey]]:
    """Labels of one document."""
    return [DocumentLabel(who, document_key(number), label) for who, label in labels.items()]


LABELS = (*votes(1, ada=0, ben=0), *votes(2, ada=1, ben=0, eve=1), *votes(3, ada=0, ben=1), *votes(4, ada=1, ben=1))
MARKS = (Mark("ada", FLU, GRIPE, True), Mark("ben", FLU, GRIPE, False), Mark("ada", FLU, CASA, True))
TASKS = tuple(
    TaskRow(id=number, key=f"d:{number}", activity=Activity.DOCUMENTS, overlap=overlap)
    for number, overlap in ((1, None), (2, 3), (3, 3), (4, None))
)
SHOWN = tuple(ShownWords(who, FLU, (GRIPE, CASA)) for who in ("ada", "ben"))
READINGS = Readings(LABELS, MARKS, (), (), TASKS, frozenset({3}), {}, SHOWN)


def resolution(readings: Readings) -> LabelResolution[DocumentId]:
    """The labels after the vote, documents named by their numbers."""
    labels = [
        DocumentLabel[DocumentId](v.annotator, int(v.document.removeprefix("d:")), v.label, v.at)
        for v in readings.labels
    ]
    return resolve_labels(labels)


def test_the_page_shows_alpha_and_disagreements() -> None:
    """Alpha with its units; what is tied, decided by a majority, and asked again now."""
    facts = agreement_facts(READINGS, 2)
    assert facts.documents is not None
    assert facts.words is not None
    assert (facts.documents.units, facts.documents.annotators, facts.words.units) == (4, 3, 2)
    assert (facts.open_disagreements, facts.settled, facts.asked_again) == (2, 1, 1)


def test_one_annotator_has_no_agreement() -> None:
    """The page can say so."""
    facts = agreement_facts(Readings(tuple(votes(1, ada=1)), (), (), (), TASKS, frozenset()), 2)
    assert facts == AgreementFacts(None, None, open_disagreements=0, settled=0, asked_again=0)


def test_the_export_has_alpha_as_json() -> None:
    """With its interval and its note; nothing where no two annotators judged the same."""
    documents = measured_agreement(READINGS, 2)["documents"]
    assert list(documents) == ["value", "low", "high", "units", "annotators", "observed", "note"]
    assert documents["low"] <= documents["value"] <= documents["high"]
    alone = Readings(tuple(votes(1, ada=1)), (), (), (), TASKS, frozenset())
    assert measured_agreement(alone, 2) == {"documents": None, "words": None}


def test_the_export_lists_votes_and_what_decided_them() -> None:
    """A third opinion decided document 2, and document 3 waits for one; the pair of words was not asked again."""
    found = disagreements(READINGS, resolution(READINGS))
    assert found["documents"] == [
        {
            "id": 2,
            "labels": {"ada": 1, "ben": 0, "eve": 1},
            "label": 1,
            "asked_again": True,
            "settled_by": "one more annotator",
        },
        {"id": 3, "labels": {"ada": 0, "ben": 1}, "label": None, "asked_again": True, "settled_by": None},
    ]
    (pair,) = found["words"]
    assert (pair["similar"], pair["dissimilar"]) == (["ada"], ["ben"])
    assert (pair["counts_as_similar"], pair["asked_again"], pair["settled_by"]) == (None, False, None)
    majority = Readings(tuple(votes(5, ada=1, ben=1, eve=0)), (), (), (), (), frozenset())
    assert disagreements(majority, resolution(majority))["documents"][0]["settled_by"] == "the majority"
