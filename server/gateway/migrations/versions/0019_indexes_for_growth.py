"""Indexes, so that no job, listing or scrape reads all rows of thousands of homes.

No column changes: a gateway of the version before runs on this database too.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_NEW: dict[str, list[tuple[str, ...]]] = {
    "usage_points": [("status", at) for at in ("next_work_at", "details_at", "off_peak_at", "history_at", "ended_at")],
    "consents": [("created_at", "point_id"), ("status", "created_at", "point_id")],
    "claimed_services": [("opened_on",)],
    "accounts": [("created_at", "id"), ("activated_at", "created_at")],
    "sessions": [("created_at",)],
    "mail_codes": [("expires_at",)],
    "familiar_origins": [("first_seen_at",)],
    "imports": [("status", "created_at")],
    "counters": [("window",)],
}
_OLD: list[tuple[str, tuple[str, ...]]] = [
    ("usage_points", (at,)) for at in ("next_work_at", "details_at", "off_peak_at", "history_at")
]


def upgrade() -> None:
    """Apply."""
    for table, indexes in _NEW.items():
        for columns in indexes:
            op.create_index(_name(table, columns), table, list(columns))
    for table, old in _OLD:
        op.drop_index(_name(table, old), table)


def downgrade() -> None:
    """Undo."""
    for table, columns in _OLD:
        op.create_index(_name(table, columns), table, list(columns))
    for table, indexes in _NEW.items():
        for new in indexes:
            op.drop_index(_name(table, new), table)


def _name(table: str, columns: tuple[str, ...]) -> str:
    return f"ix_{table}_{'_'.join(columns)}"
