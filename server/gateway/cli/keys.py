"""`gateway keys`."""

import re
from typing import Annotated

import typer

from gateway.cli.common import fail
from gateway.cli.runtime import with_runtime
from gateway.keys import rotation as keys
from gateway.kit.crypto import Keyring, UndecipherableError
from gateway.runtime import Runtime

app = typer.Typer(no_args_is_help=True, help="The keys that encrypt what is stored.")


@app.command()
def new(name: Annotated[str, typer.Option(help="Letters and digits, unique for each key")] = "k1") -> None:
    """Print a new value for ENCRYPTION_KEYS. If you lose the key, data encrypted with it is lost."""
    if not re.fullmatch("[A-Za-z0-9]+", name):
        fail("--name is made of letters and digits, such as k2", 2)
    print(Keyring.generate_key(name))


@app.command()
def rotate() -> None:
    """Encrypt all stored keys with the first of ENCRYPTION_KEYS, so that the older ones can be removed.

    This can be interrupted and repeated, and run while gateways run that have the new key already.
    """

    async def work(runtime: Runtime) -> tuple[list[str], int, int]:
        ring, done = runtime.keyring, 0
        with typer.progressbar(
            length=await keys.count_outdated_keys(runtime.database, ring), label="Wrapping keys anew"
        ) as bar:
            async for step in keys.rotate_keys(runtime.database, ring):
                bar.update(step)
                done += step
        return list(ring.keys), done, await keys.count_outdated_keys(runtime.database, ring)

    try:
        (newest, *older), done, left = with_runtime(work)
    except UndecipherableError:
        fail("A key that the database still needs is missing. Add the older keys after the new one, then run it again.")
    print(f"{done} keys were encrypted again with {newest}; {left} still need another key.")
    if left:
        fail("A gateway is still running that does not have the new key first: restart it, then run this again.")
    if older:
        print(
            f"Nothing in the database needs {', '.join(older)} any more. Remove it from ENCRYPTION_KEYS, then restart."
        )
        print("Keep it as long as you keep the backups made until now: only this key can restore them.")
