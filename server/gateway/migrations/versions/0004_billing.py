"""Published days keep their figures; prices that were added."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. Hours are published afresh, with their new series."""
    op.drop_table("published_days")
    op.create_table(
        "published_days",
        _point(),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("figures", sa.LargeBinary(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        *_keys("published_days", "day"),
    )
    op.create_table(
        "published_series",
        _point(),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *_keys("published_series", "key"),
    )
    op.create_table(
        "publications",
        _point(),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("rules", sa.LargeBinary(length=16), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        *_keys("publications"),
    )
    op.create_table(
        "regulated_grids",
        sa.Column("option", sa.String(), nullable=False),
        sa.Column("power_kva", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("prices", sa.JSON(), nullable=False),
        sa.Column("subscription_month", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("option", "power_kva", "valid_from", name=op.f("pk_regulated_grids")),
    )
    _begin_epochs_afresh()


def downgrade() -> None:
    """Undo."""
    for table in ("regulated_grids", "publications", "published_series", "published_days"):
        op.drop_table(table)
    op.create_table(
        "published_days",
        _point(),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=False),
        *_keys("published_days", "day"),
    )
    _begin_epochs_afresh()


def _begin_epochs_afresh() -> None:
    op.execute("UPDATE usage_points SET epoch = epoch || 'n', revision = 0")


def _point() -> sa.Column[str]:
    return sa.Column("usage_point_id", sa.String(), nullable=False)


def _keys(table: str, *others: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["usage_point_id"],
            ["usage_points.id"],
            name=op.f(f"fk_{table}_usage_point_id_usage_points"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("usage_point_id", *others, name=op.f(f"pk_{table}")),
    )
