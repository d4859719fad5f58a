"""Tokens for older clients: a kind of read-only token.

A column is only added, with a default: a gateway of the version before runs on this database too. It lists tokens of
both kinds, but serves no older client.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("reading_tokens", sa.Column("kind", sa.String(length=32), nullable=False, server_default="reading"))


def downgrade() -> None:
    """Undo."""
    op.drop_column("reading_tokens", "kind")
