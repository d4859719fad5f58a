"""Functions that commands share."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from errno import EACCES
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import DatabaseError

from gateway.instance import KeysLostError
from gateway.kit.crypto import Keyring, UndecipherableError
from gateway.kit.logging import configure_logging
from gateway.kit.outage import DatabaseDownError, DatabaseFullError, is_damaged
from gateway.migrations import NewerDatabaseError
from gateway.settings import Settings, explain_errors

_SQLITE = b"SQLite format 3\0"
"""The first bytes of every SQLite file. An empty file is a new database."""
_CHECK_DATABASE = "check that it runs, and the host and port in DATABASE_URL."
DAMAGED = "the file of the database is damaged: restore a backup into an empty gateway."
_DATABASE_ADVICE = {
    "InvalidPasswordError": "PostgreSQL rejects the user or the password in DATABASE_URL.",
    "InvalidAuthorizationSpecificationError": "PostgreSQL does not allow the user in DATABASE_URL to connect.",
    "InvalidCatalogNameError": "PostgreSQL has no database with the name in DATABASE_URL: create it.",
}
"""By the name of the driver's exception."""


def fail(message: str, code: int = 1) -> NoReturn:
    """Print what is wrong and what to change to standard error, and end with exit code `code`."""
    print(message, file=sys.stderr)
    raise SystemExit(code)


def load_settings() -> Settings:
    """Return the settings from the environment, and configure logging. End with an error if they are invalid."""
    try:
        settings = Settings()
    except ValidationError as error:
        fail(f"The gateway cannot start:\n{explain_errors(error)}", 2)
    check_sqlite_file(settings.database_url)
    _check_keys_file(settings)
    configure_logging(debug=settings.debug, sql=settings.debug_sql, level=settings.log_level)
    return settings


def check_sqlite_file(database_url: str) -> None:
    """End with an error if the SQLite file of DATABASE_URL, or its folder, cannot be used. Creates the folder."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    file = Path(url.database)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists():
            with file.open("r+b") as opened:
                if opened.read(len(_SQLITE)) not in {_SQLITE, b""}:
                    fail(f"DATABASE_URL: {file} is not a database. Name the gateway's own file, or a new one.", 2)
        if not os.access(file.parent, os.W_OK):  # SQLite keeps its journal beside the file
            raise PermissionError(EACCES, os.strerror(EACCES))
    except OSError as error:
        fail(
            f"DATABASE_URL: {file} cannot be used ({error.strerror}). It and its folder must be writable for the user "
            f"that the gateway runs as, number {os.geteuid()}: chown them, or name a file elsewhere.",
            2,
        )


def _check_keys_file(settings: Settings) -> None:
    """End with an error if the file of the keys exists but cannot be used."""
    try:
        if settings.keys_file and settings.keys_text is not None:
            Keyring.parse_keyring(settings.keys_text)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it holds no keys"
        fail(
            f"{settings.keys_file} cannot be used ({why}). Restore the keys from where you keep them: "
            "only they decrypt what is in the database.",
            2,
        )


@contextmanager
def report_failures() -> Iterator[None]:
    """End with a one-line error if the block raises a known exception of the database or the keys."""
    try:
        yield
    except DatabaseFullError:
        fail("The disk of the database is full, so nothing was changed: free some space.")
    except DatabaseDownError as error:
        fail(_DATABASE_ADVICE.get(str(error)) or f"The database does not answer ({error}): {_CHECK_DATABASE}")
    except DatabaseError as error:
        if not is_damaged(error):
            raise
        fail(f"DATABASE_URL: {DAMAGED}")
    except (NewerDatabaseError, KeysLostError) as error:
        fail(str(error))
    except UndecipherableError:
        fail("ENCRYPTION_KEYS does not decrypt this database, nor does a .keys file beside it: set its own keys.")


def print_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows below their titles, in aligned columns."""
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    for row in (titles, *rows):
        print("  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip())
