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

    op.add_column("consents", sa.Column("prm_hash", sa.LargeBinary(32), nullable=True))
    op.add_column("consents", sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_consents_prm_hash", "consents", ["prm_hash"])
    op.create_table(
        "claimed_services",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("prm_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("point_id", sa.String(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_claimed_services"),
    )
    op.create_index("ix_claimed_services_prm_hash", "claimed_services", ["prm_hash"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("claimed_services")
    op.drop_index("ix_consents_prm_hash", "consents")
    op.drop_column("consents", "returned_at")
    op.drop_column("consents", "prm_hash")
    op.drop_table("familiar_origins")
