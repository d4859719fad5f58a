"""The command `gateway`, with one module per subcommand."""

import os
from typing import Annotated

import typer

from gateway import __version__
from gateway.cli import (
    account,
    api_client,
    backup,
    doctor,
    history,
    imports,
    init,
    keys,
    migrate,
    move,
    offers,
    openapi,
    reset_password,
    restore,
    serve,
    simulator,
    tariffs,
    tempo_forecast,
    usage_point,
)
from gateway.cli.common import report_failures

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


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


app.command("init")(init.init)
app.command("doctor")(doctor.doctor)
app.command("serve")(serve.serve)
app.command("simulator")(simulator.simulator)
app.command("reset-password")(reset_password.reset_password)
app.command("history")(history.history)
app.command("import")(imports.import_file)
app.command("export")(imports.export_table)
app.command("migrate")(migrate.migrate)
app.command("backup")(backup.backup)
app.command("restore")(restore.restore)
app.command("move")(move.move)
app.command("openapi")(openapi.openapi)
app.add_typer(account.app, name="account")
app.add_typer(api_client.app, name="api-client")
app.add_typer(usage_point.app, name="usage-point")
app.add_typer(keys.app, name="keys")
app.add_typer(tariffs.app, name="tariffs")
app.add_typer(offers.app, name="offers")
app.add_typer(tempo_forecast.app, name="tempo-forecast")


def run() -> None:
    """Run a command. Known failures are printed as one line."""
    with report_failures():
        app()
