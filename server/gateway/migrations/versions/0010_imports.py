"""Readings from files of their owner's: the files, and the days they tell.

Tables are only added: a gateway of the version before runs on this database too, and shows none of these days.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "imports",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("usage_point_id", sa.String(), sa.ForeignKey("usage_points.id", ondelete="CASCADE"), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_day", sa.Date()),
        sa.Column("last_day", sa.Date()),
        sa.Column("report", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_imports_usage_point_id", "imports", ["usage_point_id"])
    op.create_table(
        "imported_days",
        sa.Column("import_id", sa.String(), sa.ForeignKey("imports.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", "kind", "direction", "day"),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("imported_days")
    op.drop_table("imports")
