"""A revision of each usage point that moves with every write of what its answers are made of.

Triggers move it, in the transaction of the write: no statement can forget to, nor can a gateway of the version before,
which runs on this database too while replicas are replaced. Columns and an index are only added.
"""

# ruff: noqa: S608 - the names are those below
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_OF_THE_POINT = "account_id, status, ended_at, services, contract, tariffs, off_peak, wanted_from, refusals"
_WRITTEN = {"days": ("kind", "direction", "day"), "imports": ("id",)}
"""Tables whose rows have the revision that wrote them, and what names a row of a usage point."""


def _write_sqlite() -> Iterator[str]:
    yield f"""
        CREATE TRIGGER usage_points_changed AFTER UPDATE OF {_OF_THE_POINT} ON usage_points BEGIN
            UPDATE usage_points SET data_revision = data_revision + 1 WHERE id = NEW.id;
        END
    """
    for table, key in _WRITTEN.items():
        same = " AND ".join(f"{name} = NEW.{name}" for name in ("usage_point_id", *key))
        for name, event in (
            ("added", f"INSERT ON {table}"),
            ("changed", f"UPDATE ON {table} WHEN NEW.data_revision = OLD.data_revision"),
        ):
            yield f"""
                CREATE TRIGGER {table}_{name} AFTER {event} BEGIN
                    UPDATE usage_points SET data_revision = data_revision + 1 WHERE id = NEW.usage_point_id;
                    UPDATE {table}
                    SET data_revision = (SELECT data_revision FROM usage_points WHERE id = NEW.usage_point_id)
                    WHERE {same};
                END
            """
        yield f"""
            CREATE TRIGGER {table}_deleted AFTER DELETE ON {table} BEGIN
                UPDATE usage_points SET data_revision = data_revision + 1 WHERE id = OLD.usage_point_id;
            END
        """
    for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        yield f"""
            CREATE TRIGGER imported_days_{event.lower()} AFTER {event} ON imported_days BEGIN
                UPDATE imports SET status = status WHERE id = {row}.import_id;
            END
        """


def _write_postgresql() -> Iterator[str]:
    yield """
        CREATE OR REPLACE FUNCTION move_data_revision() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            NEW.data_revision := OLD.data_revision + 1;
            RETURN NEW;
        END $$
    """
    yield f"""
        CREATE TRIGGER usage_points_changed BEFORE UPDATE OF {_OF_THE_POINT} ON usage_points
        FOR EACH ROW EXECUTE FUNCTION move_data_revision()
    """
    yield """
        CREATE OR REPLACE FUNCTION move_data_revision_by_row() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE moved integer;
        BEGIN
            UPDATE usage_points SET data_revision = data_revision + 1
            WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.usage_point_id ELSE NEW.usage_point_id END
            RETURNING data_revision INTO moved;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            NEW.data_revision := coalesce(moved, 0);
            RETURN NEW;
        END $$
    """
    for table in _WRITTEN:
        for name, event in (("changed", "BEFORE INSERT OR UPDATE"), ("deleted", "AFTER DELETE")):
            yield f"""
                CREATE TRIGGER {table}_{name} {event} ON {table}
                FOR EACH ROW EXECUTE FUNCTION move_data_revision_by_row()
            """
    yield """
        CREATE OR REPLACE FUNCTION touch_import() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE imports SET status = status
            WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.import_id ELSE NEW.import_id END;
            RETURN NULL;
        END $$
    """
    yield """
        CREATE TRIGGER imported_days_changed AFTER INSERT OR UPDATE OR DELETE ON imported_days
        FOR EACH ROW EXECUTE FUNCTION touch_import()
    """


def upgrade() -> None:
    """Apply."""
    for table in ("usage_points", *_WRITTEN):
        op.add_column(table, sa.Column("data_revision", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("publications", sa.Column("data_revision", sa.Integer(), nullable=True))
    op.create_index("ix_tempo_days_told_at", "tempo_days", ["told_at"])
    for statement in _write_sqlite() if op.get_bind().dialect.name == "sqlite" else _write_postgresql():
        op.execute(statement)


def downgrade() -> None:
    """Undo."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    triggers = [("usage_points", "changed")]
    triggers += [(table, name) for table in _WRITTEN for name in ("changed", "deleted", *["added"] * is_sqlite)]
    triggers += [("imported_days", name) for name in (("insert", "update", "delete") if is_sqlite else ("changed",))]
    for table, name in triggers:
        op.execute(f"DROP TRIGGER {table}_{name}" + ("" if is_sqlite else f" ON {table}"))
    if not is_sqlite:
        for name in ("move_data_revision", "move_data_revision_by_row", "touch_import"):
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_index("ix_tempo_days_told_at", "tempo_days")
    for table in ("publications", "imports", "days", "usage_points"):
        op.drop_column(table, "data_revision")
