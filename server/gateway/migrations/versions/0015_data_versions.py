"""Versions that never repeat, a revision of what all accounts share, and triggers that move each once a transaction.

A revision is a number, which a restored or failed-over database counts again. So it gets a version beside it, a text
that no other write has: responses are kept by it. Tempo colours, regulated prices and offers, which all accounts share,
have a revision and a version in `shared_data`.

On PostgreSQL, the version is the transaction's own. A revision that this transaction has moved already stays: moving it
again for each row made an import of years quadratic, since each update leaves a version of the row for the next to
skip. Columns and a table are only added.
"""

# ruff: noqa: S608 - the names are those below
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_OF_THE_POINT = "account_id, status, ended_at, services, contract, tariffs, off_peak, wanted_from, refusals"
_WRITTEN = {"days": ("kind", "direction", "day"), "imports": ("id",)}
"""Tables whose rows have the revision that wrote them, and what names a row of a usage point."""
_SHARED = ("regulated_grids", "offer_files")
"""Tables that all accounts share, without Tempo days, whose rows have the revision that wrote them."""


def _move_point_on_sqlite(point: str) -> str:
    return f"""
        UPDATE usage_points SET data_revision = data_revision + 1, data_version = lower(hex(randomblob(8)))
        WHERE id = {point}
    """


_MOVE_SHARED_ON_SQLITE = """
    INSERT INTO shared_data (id, revision, version) VALUES (1, 1, lower(hex(randomblob(8))))
    ON CONFLICT (id) DO UPDATE SET revision = revision + 1, version = excluded.version
"""


def _write_sqlite() -> Iterator[str]:
    yield "DROP TRIGGER usage_points_changed"
    yield f"""
        CREATE TRIGGER usage_points_changed AFTER UPDATE OF {_OF_THE_POINT} ON usage_points BEGIN
            {_move_point_on_sqlite("NEW.id")};
        END
    """
    for table, key in _WRITTEN.items():
        same = " AND ".join(f"{name} = NEW.{name}" for name in ("usage_point_id", *key))
        for name, event in (
            ("added", f"INSERT ON {table}"),
            ("changed", f"UPDATE ON {table} WHEN NEW.data_revision = OLD.data_revision"),
        ):
            yield f"DROP TRIGGER {table}_{name}"
            yield f"""
                CREATE TRIGGER {table}_{name} AFTER {event} BEGIN
                    {_move_point_on_sqlite("NEW.usage_point_id")};
                    UPDATE {table}
                    SET data_revision = (SELECT data_revision FROM usage_points WHERE id = NEW.usage_point_id)
                    WHERE {same};
                END
            """
        yield f"DROP TRIGGER {table}_deleted"
        yield f"""
            CREATE TRIGGER {table}_deleted AFTER DELETE ON {table} BEGIN
                {_move_point_on_sqlite("OLD.usage_point_id")};
            END
        """
    for event in ("INSERT", "UPDATE"):
        recolored = "WHEN NEW.color <> OLD.color OR NEW.day <> OLD.day" if event == "UPDATE" else ""
        yield f"""
            CREATE TRIGGER tempo_days_{event.lower()} AFTER {event} ON tempo_days {recolored} BEGIN
                {_MOVE_SHARED_ON_SQLITE};
                UPDATE tempo_days SET revision = (SELECT revision FROM shared_data) WHERE day = NEW.day;
            END
        """
    others = [(table, event) for table in _SHARED for event in ("INSERT", "UPDATE", "DELETE")]
    for table, event in [("tempo_days", "DELETE"), *others]:
        yield f"""
            CREATE TRIGGER {table}_{event.lower()} AFTER {event} ON {table} BEGIN
                {_MOVE_SHARED_ON_SQLITE};
            END
        """


def _write_postgresql() -> Iterator[str]:
    # the number alone would not do: another server counts transactions anew
    yield """
        CREATE OR REPLACE FUNCTION transaction_version() RETURNS text LANGUAGE sql STABLE AS $$
            SELECT pg_current_xact_id()::text || '.' || (extract(epoch FROM now()) * 1000000)::bigint::text
        $$
    """
    yield """
        CREATE OR REPLACE FUNCTION move_data_revision() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            NEW.data_revision := OLD.data_revision + 1;
            NEW.data_version := transaction_version();
            RETURN NEW;
        END $$
    """
    yield """
        CREATE OR REPLACE FUNCTION move_data_revision_by_row() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            point text := CASE TG_OP WHEN 'DELETE' THEN OLD.usage_point_id ELSE NEW.usage_point_id END;
            own text := transaction_version();
            moved integer;
            moved_by text;
        BEGIN
            SELECT data_revision, data_version INTO moved, moved_by FROM usage_points WHERE id = point;
            IF moved_by IS DISTINCT FROM own THEN
                UPDATE usage_points SET data_revision = data_revision + 1, data_version = own
                WHERE id = point RETURNING data_revision INTO moved;
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            NEW.data_revision := coalesce(moved, 0);
            RETURN NEW;
        END $$
    """
    # a row with the revision that this transaction made was written by it
    yield """
        CREATE OR REPLACE FUNCTION touch_import() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE imports SET status = status
            WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.import_id ELSE NEW.import_id END AND NOT EXISTS (
                SELECT 1 FROM usage_points WHERE usage_points.id = imports.usage_point_id
                AND data_version = transaction_version() AND usage_points.data_revision = imports.data_revision
            );
            RETURN NULL;
        END $$
    """
    yield """
        CREATE OR REPLACE FUNCTION move_shared_revision() RETURNS integer LANGUAGE plpgsql AS $$
        DECLARE
            own text := transaction_version();
            moved integer;
            moved_by text;
        BEGIN
            SELECT revision, version INTO moved, moved_by FROM shared_data WHERE id = 1;
            IF moved_by IS DISTINCT FROM own THEN
                INSERT INTO shared_data (id, revision, version) VALUES (1, 1, own)
                ON CONFLICT (id) DO UPDATE SET revision = shared_data.revision + 1, version = own
                RETURNING revision INTO moved;
            END IF;
            RETURN moved;
        END $$
    """
    yield """
        CREATE OR REPLACE FUNCTION note_shared_data() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            PERFORM move_shared_revision();
            RETURN NULL;
        END $$
    """
    yield """
        CREATE OR REPLACE FUNCTION note_tempo_day() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            NEW.revision := move_shared_revision();
            RETURN NEW;
        END $$
    """
    for event in ("INSERT", "UPDATE"):
        recolored = "WHEN (NEW.color <> OLD.color OR NEW.day <> OLD.day)" if event == "UPDATE" else ""
        yield f"""
            CREATE TRIGGER tempo_days_{event.lower()} BEFORE {event} ON tempo_days
            FOR EACH ROW {recolored} EXECUTE FUNCTION note_tempo_day()
        """
    for table, events in (("tempo_days", "DELETE"), *((table, "INSERT OR UPDATE OR DELETE") for table in _SHARED)):
        yield f"""
            CREATE TRIGGER {table}_shared AFTER {events} ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION note_shared_data()
        """


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "shared_data",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
    )
    op.add_column("usage_points", sa.Column("data_version", sa.String(), nullable=False, server_default=""))
    op.add_column("tempo_days", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("publications", sa.Column("shared_revision", sa.Integer(), nullable=True))
    op.create_index("ix_tempo_days_revision", "tempo_days", ["revision"])
    for statement in _write_sqlite() if op.get_bind().dialect.name == "sqlite" else _write_postgresql():
        op.execute(statement)


def downgrade() -> None:
    """Refuse: the triggers of the version before would have to be made again; a backup is restored instead."""
    raise NotImplementedError("restore the backup that was made before the upgrade")
