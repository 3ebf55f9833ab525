"""What a refined row keeps: `round.refine.renormalize` became `round.refine.keep` in the stored campaign files."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CAMPAIGNS = sa.table("campaigns", sa.column("id", sa.Integer), sa.column("spec", sa.JSON))


def upgrade() -> None:
    """True kept the lengths, False nothing."""

    for campaign, spec, refine in _stored("renormalize"):
        renormalize = refine.pop("renormalize")
        refine.setdefault("keep", "lengths" if renormalize else "nothing")
        _store(campaign, spec)


def downgrade() -> None:
    """Undo it. That directions are kept alone cannot be said any more; lengths are kept instead."""

    for campaign, spec, refine in _stored("keep"):
        refine["renormalize"] = refine.pop("keep") != "nothing"
        _store(campaign, spec)


def _stored(name: str) -> list[tuple[int, dict, dict]]:
    """The campaigns that say something of that name: id, file, and its table `round.refine`."""
    rows = op.get_bind().execute(sa.select(CAMPAIGNS.c.id, CAMPAIGNS.c.spec)).all()
    found = [(row.id, row.spec, (row.spec.get("round") or {}).get("refine") or {}) for row in rows]
    return [(campaign, spec, refine) for campaign, spec, refine in found if name in refine]


def _store(campaign: int, spec: dict) -> None:
    op.get_bind().execute(sa.update(CAMPAIGNS).where(CAMPAIGNS.c.id == campaign).values(spec=spec))
