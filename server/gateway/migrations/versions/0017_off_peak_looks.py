"""When the off-peak hours of a usage point are fetched alone.

A column is only added: a gateway of the version before runs on this database too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("usage_points", sa.Column("off_peak_at", sa.DateTime(timezone=True)))
    op.create_index("ix_usage_points_off_peak_at", "usage_points", ["off_peak_at"])


def downgrade() -> None:
    """Undo."""
    op.drop_index("ix_usage_points_off_peak_at", "usage_points")
    op.drop_column("usage_points", "off_peak_at")
