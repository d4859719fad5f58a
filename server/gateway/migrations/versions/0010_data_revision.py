"""A revision of each usage point that moves with every write of what its answers are made of.

Triggers move it, in the transaction of the write: no statement can forget to, nor can a gateway of the version before,
which runs on this database too while replicas are replaced. Columns and an index are only added.
"""

# ruff: noqa: S608 - the names are those below
import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_OF_THE_POINT = "account_id, status, ended_at, services, contract, tariffs, off_peak, wanted_from, refusals"
_SQLITE = (
    f"""
    CREATE TRIGGER usage_points_changed AFTER UPDATE OF {_OF_THE_POINT} ON usage_points BEGIN
        UPDATE usage_points SET data_revision = data_revision + 1 WHERE id = NEW.id;
    END
    """,
    *(
        f"""
        CREATE TRIGGER {name} AFTER {event} BEGIN
            UPDATE usage_points SET data_revision = data_revision + 1 WHERE id = NEW.usage_point_id;
            UPDATE days SET data_revision = (SELECT data_revision FROM usage_points WHERE id = NEW.usage_point_id)
            WHERE usage_point_id = NEW.usage_point_id
                AND kind = NEW.kind AND direction = NEW.direction AND day = NEW.day;
        END
        """
        for name, event in (
            ("days_added", "INSERT ON days"),
            ("days_changed", "UPDATE ON days WHEN NEW.data_revision = OLD.data_revision"),
        )
    ),
    """
    CREATE TRIGGER days_deleted AFTER DELETE ON days BEGIN
        UPDATE usage_points SET data_revision = data_revision + 1 WHERE id = OLD.usage_point_id;
    END
    """,
)
_POSTGRESQL = (
    """
    CREATE OR REPLACE FUNCTION move_data_revision() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        NEW.data_revision := OLD.data_revision + 1;
        RETURN NEW;
    END $$
    """,
    f"""
    CREATE TRIGGER usage_points_changed BEFORE UPDATE OF {_OF_THE_POINT} ON usage_points
    FOR EACH ROW EXECUTE FUNCTION move_data_revision()
    """,
    """
    CREATE OR REPLACE FUNCTION move_data_revision_by_day() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE moved integer;
    BEGIN
        UPDATE usage_points SET data_revision = data_revision + 1
        WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.usage_point_id ELSE NEW.usage_point_id END
        RETURNING data_revision INTO moved;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        NEW.data_revision := coalesce(moved, 0);
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER days_changed BEFORE INSERT OR UPDATE ON days
    FOR EACH ROW EXECUTE FUNCTION move_data_revision_by_day()
    """,
    """
    CREATE TRIGGER days_deleted AFTER DELETE ON days
    FOR EACH ROW EXECUTE FUNCTION move_data_revision_by_day()
    """,
)


def upgrade() -> None:
    """Apply."""
    op.add_column("usage_points", sa.Column("data_revision", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("days", sa.Column("data_revision", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("publications", sa.Column("data_revision", sa.Integer(), nullable=True))
    op.create_index("ix_tempo_days_told_at", "tempo_days", ["told_at"])
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Undo."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table in (
        ("days_deleted", "days"),
        ("days_changed", "days"),
        *([("days_added", "days")] if is_sqlite else []),
        ("usage_points_changed", "usage_points"),
    ):
        op.execute(f"DROP TRIGGER {name}" + ("" if is_sqlite else f" ON {table}"))
    if not is_sqlite:
        op.execute("DROP FUNCTION move_data_revision_by_day()")
        op.execute("DROP FUNCTION move_data_revision()")
    op.drop_index("ix_tempo_days_told_at", "tempo_days")
    op.drop_column("publications", "data_revision")
    op.drop_column("days", "data_revision")
    op.drop_column("usage_points", "data_revision")
