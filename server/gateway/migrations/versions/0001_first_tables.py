"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_version", sa.Integer(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
    )
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_events_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_events_at"), ["at"], unique=False)

    op.create_table(
        "counters",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("window", sa.String(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "window", name=op.f("pk_counters")),
    )
    op.create_table(
        "ecowatt_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("worst", sa.Integer(), nullable=False),
        sa.Column("generated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_ecowatt_days")),
    )
    op.create_table(
        "feeds",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_feeds")),
    )
    with op.batch_alter_table("feeds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feeds_next_at"), ["next_at"], unique=False)

    op.create_table(
        "instance",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("hash_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
    )
    op.create_table(
        "tempo_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "color",
            sa.Enum("blue", "white", "red", "unknown", name="color", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Enum("rte", "open_data", name="source", native_enum=False, length=32), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_tempo_days")),
    )
    op.create_table(
        "api_clients",
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_api_clients_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_api_clients")),
    )
    with op.batch_alter_table("api_clients", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_clients_account_id"), ["account_id"], unique=False)

    op.create_table(
        "consents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("point_id", sa.String(), nullable=False),
        sa.Column("prm_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum("pending", "granted", "refused", "expired", name="consentstatus", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("authorisation", sa.BigInteger(), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("strayed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_consents_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consents_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consents_check_at"), ["check_at"], unique=False)

    op.create_table(
        "usage_points",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("prm_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("prm_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum("granted", "ended", "moved", name="pointstatus", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("authorisation", sa.BigInteger(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("consent_expires_on", sa.Date(), nullable=True),
        sa.Column("doubted", sa.Boolean(), nullable=False),
        sa.Column("services", sa.JSON(), nullable=False),
        sa.Column("contract", sa.JSON(), nullable=False),
        sa.Column("details_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tariffs", sa.JSON(), nullable=False),
        sa.Column("off_peak", sa.JSON(), nullable=False),
        sa.Column("wanted_from", sa.Date(), nullable=False),
        sa.Column("next_work_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_usage_points_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_points")),
    )
    with op.batch_alter_table("usage_points", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_usage_points_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_usage_points_details_at"), ["details_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_usage_points_next_work_at"), ["next_work_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_usage_points_prm_hash"), ["prm_hash"], unique=False)
        batch_op.create_index(
            "uq_usage_points_holder",
            ["prm_hash"],
            unique=True,
            sqlite_where=sa.text("status = 'granted'"),
            postgresql_where=sa.text("status = 'granted'"),
        )

    op.create_table(
        "consent_states",
        sa.Column("state_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("consent_id", sa.String(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["consents.id"], name=op.f("fk_consent_states_consent_id_consents"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_consent_states")),
    )
    with op.batch_alter_table("consent_states", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_states_consent_id"), ["consent_id"], unique=False)

    op.create_table(
        "days",
        sa.Column("usage_point_id", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("load_curve", "daily", "max_power", name="kind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("complete", "partial", "absent", "before_activation", name="state", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["usage_point_id"],
            ["usage_points.id"],
            name=op.f("fk_days_usage_point_id_usage_points"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("usage_point_id", "kind", "direction", "day", name=op.f("pk_days")),
    )
    op.create_table(
        "published_days",
        sa.Column("usage_point_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["usage_point_id"],
            ["usage_points.id"],
            name=op.f("fk_published_days_usage_point_id_usage_points"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("usage_point_id", "day", name=op.f("pk_published_days")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("published_days")
    op.drop_table("days")
    with op.batch_alter_table("consent_states", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_states_consent_id"))

    op.drop_table("consent_states")
    with op.batch_alter_table("usage_points", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_usage_points_holder",
            sqlite_where=sa.text("status = 'granted'"),
            postgresql_where=sa.text("status = 'granted'"),
        )
        batch_op.drop_index(batch_op.f("ix_usage_points_prm_hash"))
        batch_op.drop_index(batch_op.f("ix_usage_points_next_work_at"))
        batch_op.drop_index(batch_op.f("ix_usage_points_details_at"))
        batch_op.drop_index(batch_op.f("ix_usage_points_account_id"))

    op.drop_table("usage_points")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consents_check_at"))
        batch_op.drop_index(batch_op.f("ix_consents_account_id"))

    op.drop_table("consents")
    with op.batch_alter_table("api_clients", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_clients_account_id"))

    op.drop_table("api_clients")
    op.drop_table("tempo_days")
    op.drop_table("instance")
    with op.batch_alter_table("feeds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feeds_next_at"))

    op.drop_table("feeds")
    op.drop_table("ecowatt_days")
    op.drop_table("counters")
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_events_at"))
        batch_op.drop_index(batch_op.f("ix_audit_events_account_id"))

    op.drop_table("audit_events")
    op.drop_table("accounts")
