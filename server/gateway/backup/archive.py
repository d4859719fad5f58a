"""Backup files: a zip with the tables as text and a manifest, by which a damaged backup is detected.

tables/NAME.jsonl   one row per line
keys.txt            ENCRYPTION_KEYS, only on request
manifest.json       written last: version of the program, revision of the tables, and each table's columns, rows, hash
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BufferedReader, BufferedWriter, TextIOWrapper
from typing import IO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812 - it is a class

from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection

from gateway import __version__
from gateway.backup import rows
from gateway.backup.sealed import MAGIC, SealedReader, SealedWriter
from gateway.kit.crypto import Keyring, UndecipherableError
from gateway.kit.database import Database
from gateway.migrations import list_revisions, read_revision

_MANIFEST = "manifest.json"
_KEYS = "keys.txt"


class BackupError(Exception):
    """A backup cannot be made or used. The text says why and what to do."""


class TableManifest(BaseModel):
    """The columns of a table, its number of rows, and the SHA-256 of its lines."""

    columns: list[str]
    rows: int
    sha256: str


class Manifest(BaseModel):
    """The manifest of a backup; `revision` is the migration of its tables."""

    format: int = 1
    version: str
    revision: str
    made_at: datetime
    tables: dict[str, TableManifest]


async def write_backup(
    database: Database, file: IO[bytes], now: datetime, *, seal_with: Keyring | None = None, keys: str | None = None
) -> Manifest:
    """Write all tables to `file`, as of one instant, while the gateway runs; return the manifest.

    `seal_with` encrypts the backup; `keys` is added as keys.txt. Raises BackupError if the database has no tables.
    """
    isolation = {} if database.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    async with database.connect() as connection:
        await connection.execution_options(**isolation)
        async with connection.begin():
            return await connection.run_sync(_write_tables, file, now, seal_with, keys)


def _write_tables(
    connection: Connection, file: IO[bytes], now: datetime, seal_with: Keyring | None, keys: str | None
) -> Manifest:
    revision = read_revision(connection)
    if revision is None:
        raise BackupError("There is nothing to back up: DATABASE_URL leads to a database without tables.")
    manifest = Manifest(version=__version__, revision=revision, made_at=now, tables={})
    with _open_sink(file, seal_with) as sink, ZipFile(sink, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        for table in rows.list_tables(connection):
            digest, columns = rows.Digest(), [column.name for column in table.columns]
            with archive.open(_member_name(table.name), "w", force_zip64=True) as member:
                for line in digest.digest_lines(rows.read_rows(connection, table, columns)):
                    member.write(line.encode() + b"\n")
            manifest.tables[table.name] = TableManifest(columns=columns, rows=digest.rows, sha256=digest.hexdigest())
        if keys is not None:
            archive.writestr(_KEYS, keys)
        archive.writestr(_MANIFEST, manifest.model_dump_json(indent=2))
    return manifest


class Backup:
    """An open backup that was checked to be complete."""

    def __init__(self, archive: ZipFile) -> None:
        """Read the manifest and check every table against it. Raises BackupError."""
        self._archive = archive
        self.manifest = Manifest.model_validate_json(archive.read(_MANIFEST))
        if self.manifest.format != Manifest.model_fields["format"].default:
            raise BackupError(f"The backup was made by version {self.manifest.version}: restore it with that one.")
        if self.manifest.revision not in list_revisions():
            made_by = self.manifest.version
            raise BackupError(f"The backup was made by a newer version: {made_by}. Restore it with that one.")
        for name, table in self.manifest.tables.items():
            digest = rows.Digest()
            for line in digest.digest_lines(self.read_lines(name)):
                if _count_values(line) != len(table.columns):
                    raise BackupError(f"The backup is damaged: a row of {name} does not have its columns.")
            if (digest.rows, digest.hexdigest()) != (table.rows, table.sha256):
                raise BackupError(f"The backup is damaged: {name} differs from what was written.")

    def read_lines(self, table: str) -> Iterator[str]:
        """Yield the rows of a table as lines of JSON."""
        with self._archive.open(_member_name(table)) as member:
            for line in TextIOWrapper(member, "utf-8", newline="\n"):
                yield line.removesuffix("\n")

    @property
    def encryption_keys(self) -> str | None:
        """ENCRYPTION_KEYS, if the backup contains them."""
        return self._archive.read(_KEYS).decode().strip() if _KEYS in self._archive.namelist() else None


@contextmanager
def open_backup(file: IO[bytes], keyring: Keyring | None) -> Iterator[Backup]:
    """Open and check a backup; `keyring` decrypts a sealed one. Raises BackupError."""
    try:
        with ZipFile(_open_source(file, keyring)) as archive:
            yield Backup(archive)
    except UndecipherableError as error:
        raise BackupError("The backup is damaged, or its key is not in ENCRYPTION_KEYS.") from error
    except (BadZipFile, ZlibError, KeyError, ValidationError, EOFError, UnicodeDecodeError) as error:
        raise BackupError("The file is not a backup of a gateway, or it is damaged.") from error


def _count_values(line: str) -> int | None:
    """Return the number of values in a line; None if it is not a JSON list."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return len(row) if isinstance(row, list) else None


def _member_name(table: str) -> str:
    return f"tables/{table}.jsonl"


@contextmanager
def _open_sink(file: IO[bytes], keyring: Keyring | None) -> Iterator[IO[bytes]]:
    if keyring is None:
        yield file
        return
    with BufferedWriter(SealedWriter(file, keyring), 64 * 1024) as sealed:
        yield sealed


def _open_source(file: IO[bytes], keyring: Keyring | None) -> IO[bytes]:
    is_sealed = file.read(len(MAGIC)) == MAGIC
    file.seek(0)
    if not is_sealed:
        return file
    if keyring is None:
        raise BackupError("The backup is encrypted: set ENCRYPTION_KEYS to the keys that were in use when it was made.")
    return BufferedReader(SealedReader(file, keyring), 64 * 1024)
