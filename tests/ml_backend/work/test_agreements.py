"""Agreement for the page and the export."""

from typing import Any

from clime_core.data.labels import DocumentLabel
from clime_core.data.language import Language, Word
from clime_core.data.marks import Mark
from clime_core.policy.activity import Activity
from clime_core.policy.agreement import Look
from ml_backend.exchange.readings import Readings
from ml_backend.ground.store.tables import TaskRow
from ml_backend.work.agreements import agreement_facts
from ml_backend.work.export import disagreements

FLU = Word(Language.SOURCE, "flu")
GRIPE, CASA = Word(Language.TARGET, "gripe"), Word(Language.TARGET, "casa")


def said(number: int, **labels: int) -> list[DocumentLabel]:
    """Labels of one document."""
    return [DocumentLabel(who, number, label) for who, label in labels.items()]


LABELS = (*said(1, ada=0, ben=0), *said(2, ada=1, ben=0, eve=1), *said(3, ada=0, ben=1), *said(4, ada=1, ben=1))
MARKS = (Mark("ada", FLU, GRIPE, True), Mark("ben", FLU, GRIPE, False), Mark("ada", FLU, CASA, True))
TASKS = tuple(
    TaskRow(id=number, key=f"d:{number}", activity=Activity.DOCUMENTS, overlap=overlap)
    for number, overlap in ((1, None), (2, 3), (3, 3), (4, None))
)
LOOKS = tuple(Look(who, FLU, (GRIPE, CASA)) for who in ("ada", "ben"))
READINGS = Readings(LABELS, MARKS, (), (), TASKS, frozenset({3}), {}, LOOKS)


def test_the_page_is_told_all() -> None:
    """Alpha with interval and units; what is tied, settled, and asked again now."""
    facts = agreement_facts(READINGS, 2)
    documents: dict[str, Any] = facts["documents"]
    assert {"value", "low", "high", "units", "annotators", "observed", "note"} == set(documents)
    assert (documents["units"], documents["annotators"]) == (4, 3)
    assert documents["low"] <= documents["value"] <= documents["high"]
    assert facts["words"]["units"] == 2
    assert (facts["open_disagreements"], facts["settled"], facts["asked_again"]) == (2, 1, 1)


def test_one_annotator_has_no_agreement() -> None:
    """The page can say so."""
    facts = agreement_facts(Readings(tuple(said(1, ada=1)), (), (), (), TASKS, frozenset()), 2)
    assert facts == {"documents": None, "words": None, "open_disagreements": 0, "settled": 0, "asked_again": 0}


def test_the_export_says_who_said_what_and_what_settled_it() -> None:
    """A third opinion settled document 2, and document 3 waits for one; the pair of words was not asked again."""
    found = disagreements(READINGS)
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
    majority = Readings(tuple(said(5, ada=1, ben=1, eve=0)), (), (), (), (), frozenset())
    assert disagreements(majority)["documents"][0]["settled_by"] == "the majority"
