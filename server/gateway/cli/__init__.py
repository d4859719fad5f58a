"""`gateway`: one module a command."""

import os

import typer

from gateway.cli import (
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
    usage_point,
)

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """The gateway of MyElectricalData."""
    # databases, keys and backups are their owner's alone
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
app.add_typer(api_client.app, name="api-client")
app.add_typer(usage_point.app, name="usage-point")
app.add_typer(keys.app, name="keys")
app.add_typer(tariffs.app, name="tariffs")
app.add_typer(offers.app, name="offers")
