"""The command `gateway`, with one module per subcommand."""

import os
from collections.abc import Callable
from pkgutil import resolve_name
from typing import Annotated, Any, cast, override

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from gateway import __version__
from gateway.kit.loading import import_without_gc

_COMMANDS = {
    "init": "init:init",
    "doctor": "doctor:doctor",
    "serve": "serve:serve",
    "simulator": "simulator:simulator",
    "reset-password": "reset_password:reset_password",
    "history": "history:history",
    "import": "imports:import_file",
    "export": "imports:export_table",
    "migrate": "migrate:migrate",
    "backup": "backup:backup",
    "restore": "restore:restore",
    "move": "move:move",
    "openapi": "openapi:openapi",
    "account": "account:app",
    "api-client": "api_client:app",
    "usage-point": "usage_point:app",
    "keys": "keys:app",
    "tariffs": "tariffs:app",
    "offers": "offers:app",
    "tempo-forecast": "tempo_forecast:app",
}
"""By name, the module in this package and in it the function, or the Typer application with commands of its own."""


class _Commands(TyperGroup):
    """Imports a command when it is called, or listed by --help: all of them would take 1 MB of a running gateway."""

    @override
    def list_commands(self, ctx: object) -> list[str]:
        return list(_COMMANDS)

    @override
    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | TyperGroup | None:
        if cmd_name not in _COMMANDS:
            return None
        with import_without_gc():
            found: Callable[..., None] | typer.Typer = resolve_name(f"{__name__}.{_COMMANDS[cmd_name]}")
        if isinstance(found, typer.Typer):
            return get_group(found)
        single = typer.Typer(add_completion=False)
        single.command(cmd_name)(found)
        return cast("TyperCommand", get_command(single))

    @override
    def invoke(self, ctx: Any) -> object:
        """Run a command. Known failures are printed as one line."""
        # imported here: it knows the failures of the database, which --help and --version do without
        with import_without_gc():
            from gateway.cli.common import report_failures  # noqa: PLC0415

        with report_failures():
            return super().invoke(ctx)


app = typer.Typer(cls=_Commands, no_args_is_help=True, pretty_exceptions_enable=False)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - as Typer calls it
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[  # noqa: ARG001 - its callback prints and ends
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version")
    ] = False,
) -> None:
    """The gateway of MyElectricalData."""
    # only their owner may read databases, keys and backups
    os.umask(0o077)
