"""How many annotators a task needs: one more than the others where votes were tied."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was asked again so far."""
    op.add_column("tasks", sa.Column("overlap", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Undo it; tasks that are asked again in Label Studio stay so there."""
    op.drop_column("tasks", "overlap")
