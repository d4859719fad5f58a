"""Waiting for what others do, without guessing how long it takes."""

import asyncio
from collections.abc import Awaitable, Callable


async def wait_until[Result](
    look: Callable[[], Awaitable[Result | None]], what: str, *, seconds: float = 300, pause: float = 1
) -> Result:
    """Look again and again until there is something; fail with `what` was awaited."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                if found := await look():
                    return found
                await asyncio.sleep(pause)
    except TimeoutError:
        raise AssertionError(f"after {seconds:.0f} s still not: {what}") from None
