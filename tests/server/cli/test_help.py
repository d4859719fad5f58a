"""Every command is listed by --help, and explains itself, though none is imported before it is called."""

import subprocess
import sys

import typer
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from gateway.cli import app


def _list_commands(command: object, *names: str) -> list[tuple[str, ...]]:
    if not isinstance(command, TyperGroup):
        return [names]
    context = typer.Context(command)
    inner = {name: command.get_command(context, name) for name in command.list_commands(context)}
    return [names, *(found for name, each in inner.items() for found in _list_commands(each, *names, name))]


def test_every_command_is_listed_and_explains_itself() -> None:
    runner = CliRunner()
    listed = runner.invoke(app, ["--help"]).output
    commands = _list_commands(get_command(app))
    assert ("serve",) in commands
    assert ("usage-point", "add") in commands
    for names in commands:
        if names:
            assert names[0] in listed.split()
        explained = runner.invoke(app, [*names, "--help"])
        assert explained.exit_code == 0, explained.output
        assert f"Usage: {' '.join(('root', *names))} " in explained.output


def test_a_command_that_does_not_exist_is_refused() -> None:
    refused = CliRunner().invoke(app, ["nope"])
    assert refused.exit_code == 2
    assert "No such command 'nope'" in refused.output


def test_a_running_gateway_imports_no_other_command_and_no_driver_it_does_not_use() -> None:
    code = "import sys; import gateway.cli, gateway.cli.serve, gateway.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = set(done.stdout.split())
    assert "gateway.app" in modules
    assert not modules & {"gateway.cli.doctor", "gateway.cli.imports", "asyncpg", "redis"}
