"""What Enedis refused of a usage point, and how often in a row it had nothing of a day.

Columns are only added: a gateway of the version before runs on this database too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("usage_points", sa.Column("refusals", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("days", sa.Column("times_absent", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Undo."""
    op.drop_column("days", "times_absent")
    op.drop_column("usage_points", "refusals")
