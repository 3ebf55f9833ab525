"""The state of a campaign as pages and programs see it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clime_core.scheduling.activity import Activity
from ml_backend.installation import Installation, open_installation
from ml_backend.label_studio.readings import read_annotations
from ml_backend.settings import Settings
from ml_backend.status import StillReadingError, annotator_status, annotators_of, campaign_status, snapshot_of
from ml_backend.store.annotations import AnnotationState, current_annotations, reconcile
from ml_backend.store.campaigns import get_campaign, projects_of
from ml_backend.store.tables import AnnotationRow, CampaignRow, RoundRow, RoundState
from tests.bench.filled_store import CATEGORIES, Filling, fill
from tests.ml_backend.conftest import EMPTY, HALF_DONE, OLD, TWICE

SELAM, DAWIT = "selam@example.org", "dawit@example.org"


def row_of(installation: Installation, name: str) -> CampaignRow:
    """The campaign's row as it is now."""
    with installation.store.reading() as session:
        return get_campaign(session, name)


def status_of(installation: Installation, name: str) -> dict[str, Any]:
    """The campaign's status as it is now."""
    return campaign_status(installation, row_of(installation, name))


def states(installation: Installation, name: str) -> list[AnnotationRow]:
    """The annotations in the store."""
    with installation.store.reading() as session:
        projects = projects_of(session, get_campaign(session, name))
        return [row for project in projects for row in current_annotations(session, project.id)]


@pytest.mark.parametrize("name", [HALF_DONE, EMPTY, TWICE, OLD])
def test_a_status_is_json(filled: Installation, name: str) -> None:
    """Whatever the state of the campaign."""
    status = status_of(filled, name)
    assert json.loads(json.dumps(status))["name"] == name


def test_every_field_is_documented_and_no_other(filled: Installation) -> None:
    """The table in the operator's guide."""
    guide = (Path(__file__).parents[3] / "docs" / "operating.md").read_text(encoding="utf-8")
    table = guide.split("## status.json")[1].split("\n## ")[0]
    first = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert {name for cell in first for name in re.findall(r"`(\w+)`", cell)} == status_of(filled, HALF_DONE).keys()


def test_minutes_add_up_by_activity_and_annotator(filled: Installation) -> None:
    """Both ways to what the raw annotations say: no visit here is too long, or overlaps another."""
    time = status_of(filled, HALF_DONE)["time"]
    sent = sum(row.lead_time or 0.0 for row in states(filled, HALF_DONE))
    by_activity = sum(part["seconds"] for part in time["activities"].values())
    by_annotator = sum(who["spent"] for who in time["by_annotator"])
    assert time["spent"] == pytest.approx(sent) == pytest.approx(by_activity) == pytest.approx(by_annotator)
    assert time["left"] == pytest.approx(3600 - sent)
    assert sum(time["annotators"].values()) == pytest.approx(sent)
    for activity in Activity:
        cells = [who["seconds"][activity] for who in time["by_annotator"]]
        assert sum(cells) == pytest.approx(time["activities"][activity]["seconds"])


def test_tasks_are_counted_once_and_skips_apart(filled: Installation) -> None:
    """Documents and words, by annotator and in all."""
    time = status_of(filled, HALF_DONE)["time"]
    rows = states(filled, HALF_DONE)
    done = sum(not row.skipped for row in rows)
    assert sum(part["done"] for part in time["activities"].values()) == done
    assert sum(part["skipped"] for part in time["activities"].values()) == len(rows) - done
    assert sum(number for who in time["by_annotator"] for number in who["done"].values()) == done


def test_an_annotator_sees_their_own_time_and_step(filled: Installation) -> None:
    """And what everybody's work was good for."""
    own = annotator_status(filled, row_of(filled, HALF_DONE), SELAM)
    sent = sum(row.lead_time or 0.0 for row in states(filled, HALF_DONE) if row.annotator == SELAM)
    assert own["own"]["spent"] == pytest.approx(sent)
    assert own["own"]["left"] == pytest.approx(own["campaign"]["left"])
    assert own["next"]["activity"] in tuple(Activity)
    assert own["next"]["url"].endswith("/data")
    before, after = own["gained"]
    assert after > before
    assert annotators_of(filled, row_of(filled, HALF_DONE)) == [DAWIT, SELAM]


def test_somebody_new_has_done_nothing(filled: Installation) -> None:
    """And may begin."""
    own = annotator_status(filled, row_of(filled, HALF_DONE), "new@example.org")
    assert own["own"]["spent"] == 0
    assert own["own"]["done"] == {"documents": 0, "words": 0}
    assert own["next"]["url"]


def test_before_the_first_round_there_is_nothing_to_tell(filled: Installation) -> None:
    """No forecast, no balance of predictions, no agreement; the budget is whole."""
    status = status_of(filled, EMPTY)
    assert (status["versions"], status["salient"], status["forecast"]) == ([], (), None)
    assert status["balance"] == {"predicted": None, "labels": [0, 0]}
    assert status["agreement"]["documents"] is None
    assert status["time"]["left"] == 3600.0
    assert not any(one["holds"] for one in status["advice"])


def test_the_forecast_is_of_the_minutes_left(filled: Installation) -> None:
    """Its numbers are in order, and its sentence holds them."""
    status = status_of(filled, HALF_DONE)
    forecast = status["forecast"]
    assert forecast["minutes"] == pytest.approx(status["time"]["left"] / 60)
    for part in ("documents", "words"):
        assert 0 < forecast[part]["low"] <= forecast[part]["median"] <= forecast[part]["high"]
    assert f"about {forecast['documents']['median']} documents" in forecast["text"]


def test_balance_counts_the_labels_that_count(filled: Installation) -> None:
    """One a document, by category; predictions as the live version noted them."""
    balance = status_of(filled, HALF_DONE)["balance"]
    with filled.store.reading() as session:
        projects = projects_of(session, get_campaign(session, HALF_DONE))
    labels = read_annotations(filled.store, projects, CATEGORIES).labels
    assert balance["labels"] == [sum(label.label == c for label in labels) for c in range(2)]
    assert balance["predicted"] == pytest.approx([0.56, 0.44])


def test_judged_keywords_come_with_their_marks_the_last_first(filled: Installation) -> None:
    """As many marks as were read."""
    with filled.store.reading() as session:
        projects = projects_of(session, get_campaign(session, HALF_DONE))
    marks = read_annotations(filled.store, projects, CATEGORIES).marks
    judged = status_of(filled, HALF_DONE)["judged"]
    newest = max(marks, key=lambda mark: mark.at).keyword
    assert judged[0][:2] == list(newest)
    expected = {(*keyword, sum(m.keyword == keyword for m in marks)) for keyword in {m.keyword for m in marks}}
    assert {tuple(one) for one in judged} <= expected
    assert len(judged) == min(40, len(expected))


def test_agreement_is_measured_where_two_judged_the_same(filled: Installation) -> None:
    """Here they err one time of ten."""
    agreement = status_of(filled, TWICE)["agreement"]
    assert 0 < agreement["documents"]["value"] < 1
    assert agreement["words"]["low"] < agreement["words"]["value"] < agreement["words"]["high"]
    assert status_of(filled, HALF_DONE)["agreement"]["words"] is None


def test_versions_say_what_they_know(filled: Installation) -> None:
    """New ones their intervals and, where they close a stretch, its gain; old ones less."""
    new = status_of(filled, HALF_DONE)["versions"]
    assert [v["number"] for v in new if v["live"]] == [12]
    assert new[2]["gain"]["measure"] == "held-out loss"
    assert new[2]["stability"] > 0.5
    assert new[1]["gain"] is None
    assert new[0]["intervals"]["accuracy"][0] < new[0]["accuracy"]
    old = status_of(filled, OLD)["versions"]
    assert all(v.get("accuracy") is None and v["class_balance"] is None for v in old)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Installation]:
    """A campaign that tests may change."""
    installation = open_installation(Settings(data_dir=tmp_path, device="cpu"))
    fill(installation, HALF_DONE, Filling(annotations=9, versions=2))
    yield installation
    installation.close()


def test_a_new_annotation_shows_at_once(small: Installation) -> None:
    """The readings are kept only until the store changes."""
    before = status_of(small, HALF_DONE)["time"]
    row = row_of(small, HALF_DONE)
    assert snapshot_of(small, row) is snapshot_of(small, row)
    with small.store.session() as session:
        (project,) = projects_of(session, row)
        rows = current_annotations(session, project.id)
        seen = [
            AnnotationState(**{field: getattr(r, field) for field in AnnotationState.__dataclass_fields__})
            for r in rows
        ]
        at = max(state.created for state in seen) + 100
        seen.append(AnnotationState(999, 10, "new@example.org", [], True, 30.0, at, at))
        reconcile(session, project.id, seen)
    after = status_of(small, HALF_DONE)["time"]
    assert after["spent"] == pytest.approx(before["spent"] + 30.0)
    assert "new@example.org" in after["annotators"]


def test_an_extension_shows_at_once(small: Installation) -> None:
    """Also where nobody annotated."""
    assert status_of(small, HALF_DONE)["time"]["budget"] == 3600.0
    with small.store.session() as session:
        get_campaign(session, HALF_DONE).extended_minutes = 20.0
    assert status_of(small, HALF_DONE)["time"]["budget"] == 4800.0


def test_a_pause_of_annotating_shows_at_once(small: Installation) -> None:
    """Beside the pause of training."""
    with small.store.session() as session:
        get_campaign(session, HALF_DONE).annotating_paused = True
    status = status_of(small, HALF_DONE)
    assert (status["state"]["paused"], status["state"]["annotating_paused"]) == (False, True)
    for step in (status["next"], annotator_status(small, row_of(small, HALF_DONE), SELAM)["next"]):
        assert (step["activity"], step["url"], step["reason"]) == (None, None, "annotating is paused")


def test_work_beyond_the_own_minutes_is_told(small: Installation) -> None:
    """It counts; who did it has nothing left, the others what the campaign has."""
    with small.store.session() as session:
        row = get_campaign(session, HALF_DONE)
        row.spec = {**row.spec, "work": {**row.spec["work"], "minutes_of": {SELAM: 0.5}}}
    by_name = {who["annotator"]: who for who in status_of(small, HALF_DONE)["time"]["by_annotator"]}
    own = by_name[SELAM]
    assert (own["budget"], own["left"]) == (30.0, 0.0)
    assert own["over"] == pytest.approx(own["spent"] - 30.0)
    assert own["over"] > 0
    assert (by_name[DAWIT]["over"], by_name[DAWIT]["left"] > 0) == (0.0, True)


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
    """Though nothing else has changed since the last look."""
    assert status_of(small, HALF_DONE)["state"][field] is None
    with small.store.session() as session:
        values = {name: getattr(row, name) for name in ("reason", "state", "step", "error", "not_before")}
        session.add(RoundRow(campaign_id=1, **{name: v for name, v in values.items() if v is not None}))
    assert status_of(small, HALF_DONE)["state"][field] == expected


def test_a_reader_without_patience_is_told_that_reading_takes_a_while(
    small: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first time there is nothing older to show."""
    monkeypatch.setattr(small.snapshots, "get", lambda *_: None)
    with pytest.raises(StillReadingError, match="ask again in a moment"):
        snapshot_of(small, row_of(small, HALF_DONE), timeout=0.0)
