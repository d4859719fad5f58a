"""A folder and an environment in which `gateway` commands run as a user runs them, at a terminal or without one."""

import os
import pty
import re
import select
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.settings import Settings
from tests.server.backup.conftest import GATEWAY
from tests.server.commands import run_command
from tests.server.conftest import Simulator

PASSWORD, NEW_PASSWORD = "seven green turtles on a roof", "nine quiet lamps beside rivers"
ADMIN = "owner@example.org"
_PATIENCE = 240
"""Seconds that a command may take: on a busy machine its start alone takes a minute."""


@dataclass
class Shell:
    """A folder and an environment to run commands in."""

    folder: Path
    env: dict[str, str]

    def run(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return run_command(*arguments, env=self.env, folder=self.folder, given=given)

    def talk(self, *arguments: str, answers: list[tuple[str, str]]) -> tuple[int, str]:
        """Run a command at a terminal of its own, answer what it asks; return how it ended, and what was seen."""
        ours, theirs = pty.openpty()
        command = [str(GATEWAY), *arguments]
        # without a session of its own it would ask for passwords at the terminal of whoever runs the tests
        with subprocess.Popen(
            command, cwd=self.folder, env=self.env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        ) as running:
            os.close(theirs)
            try:
                seen, told = "", 0
                for prompt, answer in answers:
                    while prompt not in seen[told:]:
                        more = _read_terminal(ours)
                        assert more, f"{prompt} was not asked: {seen}"
                        seen += more
                    told = len(seen)
                    if _HIDDEN.search(prompt):
                        _until_hidden(ours)
                    os.write(ours, f"{answer}\n".encode())
                while more := _read_terminal(ours):
                    seen += more
            except BaseException:
                running.kill()
                raise
        os.close(ours)
        return running.returncode, seen


_HIDDEN = re.compile("Password|Repeat|secret")


def _until_hidden(terminal: int) -> None:
    """Wait until nothing that is typed is shown: what comes before is thrown away."""
    deadline = time.monotonic() + _PATIENCE
    while termios.tcgetattr(terminal)[3] & termios.ECHO:
        assert time.monotonic() < deadline, "a secret would be shown"
        time.sleep(0.01)


def _read_terminal(terminal: int) -> str:
    """Return what a terminal shows next, nothing at its end."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 1)[0]:
            try:
                return os.read(terminal, 4096).decode(errors="replace")
            except OSError:  # how Linux says that the other side has closed
                return ""
    raise TimeoutError("the command neither asks nor ends")


@pytest.fixture
def shell(tmp_path: Path, simulator: Simulator) -> Shell:
    names = {name.upper() for name in Settings.model_fields}
    env = {name: value for name, value in os.environ.items() if name not in names}
    env |= {
        # nothing listens there: at the default, a demo may
        "BACKEND_URL": "http://localhost:9",
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/data/gateway.db",
        "ENEDIS_ENVIRONMENT": "simulator",
        "ENEDIS_BASE_URL": simulator.url,
        "RTE_BASE_URL": simulator.url,
        "ENEDIS_CLIENT_ID": "simulator-enedis",
        "ENEDIS_CLIENT_SECRET": "simulator-enedis-secret",
        "RTE_CLIENT_ID": "simulator-rte",
        "RTE_CLIENT_SECRET": "simulator-rte-secret",
    }
    return Shell(tmp_path, env)


@contextmanager
def serving(shell: Shell, port: int, host: str = "127.0.0.1", **env: str) -> Iterator[None]:
    """Run this shell's gateway; the block begins when it serves."""
    command = [str(GATEWAY), "serve", "--host", host, "--port", str(port)]
    with subprocess.Popen(command, env=shell.env | env, stderr=subprocess.PIPE, text=True) as gateway:
        assert gateway.stderr is not None
        try:
            assert any("Uvicorn running" in line for line in gateway.stderr), "it ended before it served"
            yield
        finally:
            gateway.terminate()
            gateway.stderr.close()
