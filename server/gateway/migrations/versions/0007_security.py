"""Origins that an account was used from; which meter a consent is for; services that were claimed once.

Tables and columns are only added: a gateway of the version before runs on this database too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "familiar_origins",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("origin_hash", sa.String(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_familiar_origins_account_id_accounts", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "origin_hash", name="pk_familiar_origins"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("familiar_origins")
