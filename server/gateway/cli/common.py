"""What commands share."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from errno import EACCES
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError
from sqlalchemy import make_url

from gateway.instance import KeysLostError
from gateway.kit.logging import configure_logging
from gateway.migrations import upgrade_database
from gateway.runtime import Runtime, open_runtime
from gateway.settings import Settings, explain_errors


def fail(message: str, code: int = 1) -> NoReturn:
    """Say what is wrong and what to change, and end."""
    print(message, file=sys.stderr)
    raise SystemExit(code)


def load_settings() -> Settings:
    """Read the environment; end with words when it will not do."""
    try:
        settings = Settings()
    except ValidationError as error:
        fail(f"The gateway cannot start:\n{explain_errors(error)}", 2)
    check_sqlite_file(settings.database_url)
    configure_logging(debug=settings.debug, sql=settings.debug_sql, level=settings.log_level)
    return settings


def check_sqlite_file(database_url: str) -> None:
    """End with one line when the file of SQLite, or its folder, cannot be used."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    file = Path(url.database)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists():
            file.open("r+b").close()
        elif not os.access(file.parent, os.W_OK):
            raise PermissionError(EACCES, os.strerror(EACCES))
    except OSError as error:
        fail(f"DATABASE_URL: {file} cannot be used ({error.strerror}). Name a file in a folder that can be written.", 2)


def print_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows below their titles, each column as wide as its widest value."""
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    for row in (titles, *rows):
        print("  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip())


@asynccontextmanager
async def _open_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    await upgrade_database(settings.database_url)
    async with open_runtime(settings) as runtime:
        yield runtime


def with_runtime[Result](work: Callable[[Runtime], Awaitable[Result]]) -> Result:
    """Run a command's work on a migrated database."""

    async def main() -> Result:
        async with _open_runtime(load_settings()) as runtime:
            return await work(runtime)

    try:
        return asyncio.run(main())
    except KeysLostError as error:
        fail(str(error))
