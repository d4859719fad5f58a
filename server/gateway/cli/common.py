"""What commands share."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NoReturn

from pydantic import ValidationError

from gateway.kit.logging import configure
from gateway.migrations import upgrade
from gateway.runtime import Runtime, open_runtime
from gateway.settings import Settings, explain


def fail(message: str, code: int = 1) -> NoReturn:
    """Say what is wrong and what to change, and end."""
    print(message, file=sys.stderr)
    raise SystemExit(code)


def load_settings() -> Settings:
    """Read the environment; end with words when it will not do."""
    try:
        settings = Settings()
    except ValidationError as error:
        fail(f"The gateway cannot start:\n{explain(error)}", 2)
    configure(debug=settings.debug)
    return settings


@asynccontextmanager
async def _open_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    await upgrade(settings.database_url)
    async with open_runtime(settings) as runtime:
        yield runtime


def with_runtime[Result](work: Callable[[Runtime], Awaitable[Result]]) -> Result:
    """Run a command's work on a migrated database."""

    async def main() -> Result:
        async with _open_runtime(load_settings()) as runtime:
            return await work(runtime)

    return asyncio.run(main())
