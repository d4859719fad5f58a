"""What a front end keeps: the order and hiding of meters, a new address until it is verified, the browser of a session.

Columns are only added: a gateway of the version before runs on this database too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("usage_points", sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("usage_points", sa.Column("hidden", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("accounts", sa.Column("pending_address", sa.String(), nullable=True))
    op.add_column("sessions", sa.Column("browser", sa.String(), nullable=True))


def downgrade() -> None:
    """Undo."""
    op.drop_column("sessions", "browser")
    op.drop_column("accounts", "pending_address")
    op.drop_column("usage_points", "hidden")
    op.drop_column("usage_points", "position")
