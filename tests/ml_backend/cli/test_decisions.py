"""`clime decisions`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from clime_core.errors import CampaignError
from clime_core.scheduling.activity import Activity, named
from clime_core.scheduling.planning import plan
from clime_core.scheduling.policies import policy_of
from clime_core.scheduling.state import ScheduleState
from ml_backend.cli.commands import app
from ml_backend.installation import open_installation
from ml_backend.settings import read_settings
from ml_backend.store.campaigns import save_campaign
from ml_backend.store.database import Store
from ml_backend.store.tables import DecisionRow

D, W = Activity.DOCUMENTS, Activity.WORDS


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A campaign with three decisions of a policy and one of before policies were logged."""
    monkeypatch.setenv("CLIME_DATA_DIR", str(tmp_path))
    installation = open_installation(read_settings())
    policy = policy_of({"name": "share", "share_documents": 0.75})
    state = ScheduleState({D: 0.0, W: 0.0}, {D: 55.0, W: 25.0}, {D: 9, W: 9}, 3600.0, {D: 0, W: 0})
    with installation.store.session() as session:
        campaign = save_campaign(session, "health", {}).id
        session.add(
            DecisionRow(campaign_id=campaign, activity="words", key="w:old", reason="early", expected_seconds=1)
        )
        for number, (then, decision) in enumerate(plan(policy, state, 7, 3)):
            session.add(
                DecisionRow(
                    campaign_id=campaign, activity=str(decision.activity), key=f"t:{number}", reason=decision.reason,
                    expected_seconds=decision.expected_seconds, probabilities=named(decision.probabilities),
                    policy=policy.as_json(), state=then.as_json(), seed=7,
                )
            )  # fmt: skip
    yield installation.store
    installation.close()


@pytest.mark.usefixtures("store")
def test_decisions_are_shown_with_policy_chance_and_reason() -> None:
    """Oldest first; what was not logged is a dash."""
    shown = CliRunner().invoke(app, ["decisions", "health"], env={"COLUMNS": "200"}).output
    lines = [line for line in shown.splitlines() if "w:old" in line or "t:" in line]
    assert ["w:old" in lines[0], *(f"t:{n}" in lines[n + 1] for n in range(3))] == [True] * 4
    assert "behind their share of 25%" in lines[1]
    assert "share" in lines[1]
    assert "100%" in lines[1]


@pytest.mark.usefixtures("store")
def test_decisions_come_out_the_same_again() -> None:
    """Those that were logged in full; the others say that they were not."""
    result = CliRunner().invoke(app, ["decisions", "health", "--replay"], env={"COLUMNS": "240"})
    assert result.exit_code == 0
    assert result.output.count("the same") == 3
    assert "logged before policies were" in result.output


def test_a_decision_that_comes_out_otherwise_is_an_error(store: Store) -> None:
    """With what comes out now."""
    with store.session() as session:
        session.get_one(DecisionRow, 3).activity = "words"
        session.get_one(DecisionRow, 3).reason = "by hand"
    result = CliRunner().invoke(app, ["decisions", "health", "--replay"], env={"COLUMNS": "240"})
    assert isinstance(result.exception, CampaignError)
    assert "1 of 4 decisions come out otherwise" in str(result.exception)
    assert "different: " in result.output
