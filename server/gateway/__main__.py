"""The program `gateway`: before it imports a command, it says what need not be loaded."""

import os
import sys

from gateway.kit.loading import import_without_gc

_UNUSED = ("cryptography.x509", "opentelemetry.sdk.metrics", "pydantic.v1", "rich")
"""Libraries import these if they are installed. Nothing here uses them: they would cost 9 MB and start-up time."""


def skip_unused_libraries() -> None:
    """Have imports of what nothing here uses fail, as if it were not installed."""
    for name in _UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None: importing it fails
    os.environ.setdefault("TYPER_USE_RICH", "0")


def run() -> None:
    """Run a command."""
    skip_unused_libraries()
    with import_without_gc():
        from gateway.cli import app  # noqa: PLC0415 - it imports what would import these

    app()


if __name__ == "__main__":
    run()
