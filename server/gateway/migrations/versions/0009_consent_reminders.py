"""Mails before a consent ends: what they are about, and which were sent.

Columns and tables are only added: a gateway of the version before runs on this database too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("outbox", sa.Column("details", sa.JSON(), nullable=False, server_default="{}"))
    op.create_index("ix_usage_points_consent_expires_on", "usage_points", ["consent_expires_on"])
    op.create_table(
        "consent_reminders",
        sa.Column("point_id", sa.String(), sa.ForeignKey("usage_points.id", ondelete="CASCADE"), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("point_id", "expires_on", "days_before"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("consent_reminders")
    op.drop_index("ix_usage_points_consent_expires_on", "usage_points")
    op.drop_column("outbox", "details")
