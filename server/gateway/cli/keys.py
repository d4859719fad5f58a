"""`gateway keys`."""

import typer

from gateway.kit.crypto import Keyring

app = typer.Typer(no_args_is_help=True, help="The keys that encrypt what is stored.")


@app.callback()
def _group() -> None:
    """Keep `new` a command of its own while it is the only one."""


@app.command()
def new() -> None:
    """Print a value for ENCRYPTION_KEYS. Whoever loses it loses the data."""
    print(Keyring.generate())
