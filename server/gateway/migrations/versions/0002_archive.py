"""The archive: days to be asked again, the queue of histories, what clients want."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. The columns have defaults, so that the version before can still write."""
    with op.batch_alter_table("days", schema=None) as batch_op:
        batch_op.add_column(sa.Column("again_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("usage_points", schema=None) as batch_op:
        batch_op.add_column(sa.Column("history_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("wants", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.create_index(batch_op.f("ix_usage_points_history_at"), ["history_at"], unique=False)
    # every history there is begins to fill
    op.execute("UPDATE usage_points SET history_at = created_at")


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("usage_points", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_usage_points_history_at"))
        batch_op.drop_column("wants")
        batch_op.drop_column("history_at")
    with op.batch_alter_table("days", schema=None) as batch_op:
        batch_op.drop_column("again_at")
