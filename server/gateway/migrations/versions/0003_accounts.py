"""Accounts with passwords, browser sessions, mail; the log of events takes no change any more.

Columns are added where the tables stand: to make a table anew would, in SQLite, delete what refers to it.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("address", sa.String(), nullable=False, server_default=""),
        sa.Column("language", sa.String(), nullable=False, server_default="fr"),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True),
    ]


_CHANGES = ("UPDATE", "DELETE")
_POSTGRESQL_REFUSAL = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit_events takes no change'; END $$
"""


def upgrade() -> None:
    """Apply."""
    for column in _columns():
        op.add_column("accounts", column)
    # until now accounts were made by the command line only
    op.execute("UPDATE accounts SET address = email, activated_at = created_at, verified_at = created_at")
    op.add_column("api_clients", sa.Column("token_version", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("token_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sessions_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_account_id"), "sessions", ["account_id"])
    op.create_table(
        "mail_codes",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("verify_email", "reset_password", name="purpose", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_mail_codes_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_mail_codes")),
    )
    op.create_index(op.f("ix_mail_codes_account_id"), "mail_codes", ["account_id"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "verify_email",
                "reset_password",
                "already_signed_up",
                "password_changed",
                name="mailkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_outbox_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_account_id"), "outbox", ["account_id"])
    op.create_index(op.f("ix_outbox_next_at"), "outbox", ["next_at"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_POSTGRESQL_REFUSAL)
        op.execute(
            "CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    else:
        for change in _CHANGES:
            op.execute(
                f"CREATE TRIGGER audit_events_no_{change.lower()} BEFORE {change} ON audit_events "
                "BEGIN SELECT RAISE(ABORT, 'audit_events takes no change'); END"
            )


def downgrade() -> None:
    """Undo."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_events_append_only ON audit_events")
        op.execute("DROP FUNCTION refuse_change")
    else:
        for change in _CHANGES:
            op.execute(f"DROP TRIGGER audit_events_no_{change.lower()}")
    for table in ("outbox", "mail_codes", "sessions"):
        op.drop_table(table)
    op.drop_column("api_clients", "token_version")
    for column in reversed(_columns()):
        op.drop_column("accounts", column.name)
