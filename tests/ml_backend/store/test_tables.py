"""What the tables can hold, in every database."""

import pytest
from sqlalchemy import BigInteger, inspect, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from ml_backend.store.campaigns import save_campaign
from ml_backend.store.database import Store
from ml_backend.store.tables import DecisionRow


@pytest.mark.parametrize("seed", [-(2**63), 2**63 - 1])
def test_a_decision_keeps_any_seed_of_a_campaign(store: Store, seed: int) -> None:
    """Both as migrated and as declared it has 64 bits, also where the database sets the width by the type."""
    columns = {column["name"]: column["type"] for column in inspect(store.engine).get_columns("decisions")}
    assert isinstance(columns["seed"], BigInteger)
    assert "seed BIGINT" in str(CreateTable(DecisionRow.__table__).compile(dialect=postgresql.dialect()))  # type: ignore[arg-type,no-untyped-call]  # a table
    with store.session() as session:
        campaign = save_campaign(session, "health", {})
        values = {"activity": "words", "key": "w", "reason": "", "expected_seconds": 1.0}
        session.add(DecisionRow(campaign_id=campaign.id, seed=seed, **values))
    with store.reading() as session:
        assert session.scalars(select(DecisionRow.seed)).one() == seed
