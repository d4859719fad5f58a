"""Every command is listed by --help, and explains itself, though none is imported before it is called."""

import os
import subprocess
import sys

import typer
from typer.core import TyperGroup
from typer.main import get_command

from gateway.cli import app
from tests.server.commands import run_command


def _list_commands(command: object, *names: str) -> list[tuple[str, ...]]:
    if not isinstance(command, TyperGroup):
        return [names]
    context = typer.Context(command)
    inner = {name: command.get_command(context, name) for name in command.list_commands(context)}
    return [names, *(found for name, each in inner.items() for found in _list_commands(each, *names, name))]


def read_help(*names: str) -> str:
    done = run_command(*names, "--help", env={"PATH": os.environ["PATH"]})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_command_is_listed_and_explains_itself() -> None:
    listed = read_help()
    commands = _list_commands(get_command(app))
    assert ("serve",) in commands
    assert ("usage-point", "add") in commands
    for names in commands:
        if names:
            assert f"  {names[0]} " in listed
        assert f"Usage: {' '.join(('gateway', *names))} " in read_help(*names)


def test_a_command_that_does_not_exist_is_refused() -> None:
    refused = run_command("nope", env={"PATH": os.environ["PATH"]})
    assert refused.returncode == 2
    assert "No such command 'nope'" in refused.stderr


def test_a_running_gateway_imports_nothing_that_it_does_not_use() -> None:
    code = """
import sys
import gateway.cli, gateway.cli.serve, gateway.app
from gateway import api
api.list_routes(for_older_clients=False)
print(*sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = set(done.stdout.split())
    assert "gateway.app" in modules
    commands, drivers = {"gateway.cli.doctor", "gateway.cli.imports"}, {"asyncpg", "redis"}
    older_clients = {"gateway.legacy_clients.service", "gateway.legacy_clients.med_routes"}
    assert not modules & (commands | drivers | older_clients)
