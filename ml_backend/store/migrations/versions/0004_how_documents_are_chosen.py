"""How documents are chosen: `round.uncertainty` became `round.selection` in the stored campaign files."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CAMPAIGNS = sa.table("campaigns", sa.column("id", sa.Integer), sa.column("spec", sa.JSON))

MEASURES = ("entropy", "margin", "least-confidence")


def upgrade() -> None:
    """The names of the measures stay."""

    for campaign, spec, table in _stored("uncertainty"):
        measure = table.pop("uncertainty")
        table.setdefault("selection", measure)
        _store(campaign, spec)


def downgrade() -> None:
    """Undo it. Other ways than by a measure cannot be said any more; entropy is taken instead."""

    for campaign, spec, table in _stored("selection"):
        selection = table.pop("selection")
        table["uncertainty"] = selection if selection in MEASURES else "entropy"
        _store(campaign, spec)


def _stored(name: str) -> list[tuple[int, dict, dict]]:
    """The campaigns that say something of that name: id, file, and its table `round`."""
    rows = op.get_bind().execute(sa.select(CAMPAIGNS.c.id, CAMPAIGNS.c.spec)).all()
    found = [(row.id, row.spec, row.spec.get("round") or {}) for row in rows]
    return [(campaign, spec, table) for campaign, spec, table in found if name in table]


def _store(campaign: int, spec: dict) -> None:
    op.get_bind().execute(sa.update(CAMPAIGNS).where(CAMPAIGNS.c.id == campaign).values(spec=spec))
