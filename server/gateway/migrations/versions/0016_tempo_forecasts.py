"""Forecasts of Tempo colours, kept to be scored.

A table is only added: a gateway of the version before runs on this database too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "tempo_forecasts",
        sa.Column("made_on", sa.Date(), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("white", sa.Double(), nullable=False),
        sa.Column("red", sa.Double(), nullable=False),
        sa.Column("deduced_white", sa.Double(), nullable=False),
        sa.Column("deduced_red", sa.Double(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("tempo_forecasts")
