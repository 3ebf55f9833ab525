"""What a decision was made from: its policy, the campaign's seed and the probabilities, so that it can be replayed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Earlier decisions say nothing of it."""

    with op.batch_alter_table("decisions") as table:
        table.add_column(sa.Column("policy", sa.JSON, nullable=False, server_default="{}"))
        table.add_column(sa.Column("probabilities", sa.JSON, nullable=False, server_default="{}"))
        table.add_column(sa.Column("seed", sa.BigInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    """Forget it."""

    with op.batch_alter_table("decisions") as table:
        for name in ("policy", "probabilities", "seed"):
            table.drop_column(name)
