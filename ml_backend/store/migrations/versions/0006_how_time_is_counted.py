"""How time is counted: minutes added by annotator, a queue that is paused, the length of a task."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was added by annotator or paused so far; the lengths of tasks that are out were not counted."""

    # not in a batch, which would make the table anew under those that refer to it
    op.add_column("campaigns", sa.Column("extended_annotators", sa.JSON, nullable=False, server_default="{}"))
    op.add_column("campaigns", sa.Column("annotating_paused", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("tasks", sa.Column("length", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Forget it."""

    op.drop_column("tasks", "length")
    for name in ("annotating_paused", "extended_annotators"):
        op.drop_column("campaigns", name)
