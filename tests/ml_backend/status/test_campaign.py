"""The status of a campaign, and status.json."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from clime_core.evaluation.agreement import Agreement
from clime_core.scheduling.forecast import Forecast
from ml_backend.installation import Installation
from ml_backend.queue.next_step import NextStep
from ml_backend.status import CampaignStatus, status_json
from ml_backend.store.tables import RoundRow, RoundState
from tests.ml_backend.conftest import EMPTY, HALF_DONE, OLD, TWICE
from tests.ml_backend.status.rows import status_of

GUIDE = Path(__file__).parents[3] / "docs" / "operating.md"
ADDED: dict[type, set[str]] = {Forecast: {"text"}, Agreement: {"note"}}
"""What status.json has beside the fields of a class."""

LEFT_OUT: dict[type, set[str]] = {NextStep: {"annotator"}}


def parts(hint: Any) -> Iterator[Any]:
    """The classes and literals that a type is made of, itself among them."""
    yield hint
    for argument in () if get_origin(hint) is Literal else get_args(hint):
        yield from parts(argument)


def names_in(hint: Any) -> set[str]:
    """The names in status.json below a field of that type."""
    found: set[str] = set()
    for part in parts(hint):
        if isinstance(part, type) and is_dataclass(part):
            hints = get_type_hints(part)
            names = {field.name for field in fields(part)} - LEFT_OUT.get(part, set())
            found |= names | ADDED.get(part, set())
            found = found.union(*(names_in(hints[name]) for name in names))
    return found


def values_in(hint: Any) -> set[str]:
    """The values that fields of that type may have, where these are literals."""
    found: set[str] = set()
    for part in parts(hint):
        if get_origin(part) is Literal:
            found |= set(get_args(part))
        elif isinstance(part, type) and is_dataclass(part):
            found = found.union(*map(values_in, get_type_hints(part).values()))
    return found


def documented() -> dict[str, set[str]]:
    """The names that the operator's guide gives, by the names in the first column of its table."""
    table = GUIDE.read_text(encoding="utf-8").split("## status.json")[1].split("\n## ")[0]
    cells = [line.split("|")[1:3] for line in table.splitlines() if line.startswith("| `")]
    return {
        field: set(re.findall(r"`(\w+)`", cell)) for names, cell in cells for field in re.findall(r"`(\w+)`", names)
    }


def test_every_field_is_documented_and_no_other() -> None:
    """The table in the operator's guide has the fields of the status."""
    assert documented().keys() == {field.name for field in fields(CampaignStatus)}


NESTED = [name for name, hint in get_type_hints(CampaignStatus).items() if names_in(hint)]


@pytest.mark.parametrize("field", NESTED)
def test_every_field_of_a_part_is_documented_and_no_other(field: str) -> None:
    """All the way down; beside them the table has only values that a field may have."""
    hint = get_type_hints(CampaignStatus)[field]
    names = documented()[field] - {"projects"}  # that cell begins with its own name
    assert names_in(hint) - names == set()
    assert names - names_in(hint) - values_in(hint) == set()


def keys_of(value: object) -> set[str]:
    """All keys of a JSON value and of what is in it."""
    keys: set[str] = set(value) if isinstance(value, dict) else set()
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return keys.union(*map(keys_of, items))


@pytest.mark.parametrize("name", [HALF_DONE, EMPTY, TWICE, OLD])
def test_a_status_is_json_with_the_names_of_its_classes(filled: Installation, name: str) -> None:
    """In their order; below them no name that is none of a class, an activity, an annotator, a step or a measure."""
    content = json.loads(json.dumps(status_json(status_of(filled, name))))
    assert list(content) == [field.name for field in fields(CampaignStatus)]
    assert content["name"] == name
    free = {"documents", "words", *content["time"]["annotators"], *(m for v in content["versions"] for m in v)}
    free |= {step for facts in content["rounds"] for step in facts["seconds"]}
    assert keys_of(content) - names_in(CampaignStatus) - free == set()


def test_programs_read_what_they_always_read(filled: Installation) -> None:
    """Lists of words, sentences and notes beside numbers, and no measure that a version does not have."""
    content = json.loads(json.dumps(status_json(status_of(filled, TWICE))))
    assert list(content["next"]) == ["activity", "reason", "url", "waiting", "tied"]
    assert f"about {content['forecast']['documents']['median']} documents" in content["forecast"]["text"]
    assert list(content["agreement"]["words"])[-1] == "note"
    assert [len(word) for word in content["judged"][:1] + content["salient"][:1]] == [3, 3]
    assert list(content["versions"][0])[-5:] == ["accuracy", "macro_f1", "auc", "n", "intervals"]
    old = json.loads(json.dumps(status_json(status_of(filled, OLD))))
    assert list(old["versions"][0])[-2:] == ["gain", "stability"]


def test_agreement_is_measured_where_two_judged_the_same(filled: Installation) -> None:
    """Here they err one time of ten."""
    agreement = status_of(filled, TWICE).agreement
    assert agreement.documents is not None
    assert 0 < (agreement.documents.value or 0) < 1
    assert agreement.words is not None
    assert (agreement.words.low or 0) < (agreement.words.value or 0) < (agreement.words.high or 0)
    assert status_of(filled, HALF_DONE).agreement.words is None


def test_rounds_and_decisions_are_the_newest_first(filled: Installation) -> None:
    """As many rounds as are asked for; a decision names its task."""
    status = status_of(filled, HALF_DONE)
    assert [facts.version for facts in status.rounds] == list(range(12, 0, -1))
    assert sum(status.rounds[0].seconds.values()) > 0
    times = [decision.at for decision in status.decisions]
    assert len(times) == 10
    assert times == sorted(times, reverse=True)
    assert {decision.task[:2] for decision in status.decisions} == {"w:", "d:"}


@pytest.mark.parametrize(
    ("row", "field", "expected"),
    [
        (RoundRow(reason="x", state=RoundState.RUNNING, step="train"), "running", "train"),
        (RoundRow(reason="x", state=RoundState.RUNNING), "running", "starting"),
        (RoundRow(reason="x", state=RoundState.QUEUED), "waiting", "queued"),
        (RoundRow(reason="x", state=RoundState.QUEUED, error="away", not_before=9.0), "again_at", 9.0),
        (RoundRow(reason="x", state=RoundState.FAILED, error="broken"), "failed", "broken"),
    ],
    ids=["running", "starting", "queued", "postponed", "failed"],
)
def test_the_state_is_that_of_the_rounds(small: Installation, row: RoundRow, field: str, expected: object) -> None:
    """Though nothing else has changed since the last time."""
    assert getattr(status_of(small, HALF_DONE).state, field) is None
    with small.store.session() as session:
        values = {name: getattr(row, name) for name in ("reason", "state", "step", "error", "not_before")}
        session.add(RoundRow(campaign_id=1, **{name: v for name, v in values.items() if v is not None}))
    assert getattr(status_of(small, HALF_DONE).state, field) == expected
