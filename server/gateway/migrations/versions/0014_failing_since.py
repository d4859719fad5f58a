"""When a feed of RTE began to fail.

A column is only added: a gateway of the version before runs on this database too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("feeds", sa.Column("failing_since", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Undo."""
    op.drop_column("feeds", "failing_since")
