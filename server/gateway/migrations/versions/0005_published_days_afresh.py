"""Published days are written in another form: hours are published afresh."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_PUBLISHED = ("published_days", "published_series", "publications")


def upgrade() -> None:
    """Apply. Nothing is lost: what is published is computed from readings, and clients begin a new epoch."""
    _begin_afresh()


def downgrade() -> None:
    """Undo, for the same reason."""
    _begin_afresh()


def _begin_afresh() -> None:
    for table in _PUBLISHED:
        op.execute(f"DELETE FROM {table}")  # noqa: S608 - no name from outside
    op.execute("UPDATE usage_points SET epoch = epoch || 'n', revision = 0")
