"""Commands of the gateway in processes of their own, which start at once.

A new Python needs more than a second of CPU to import the gateway, and the tests run hundreds of commands: they are
forked from a process that has imported it. What serves, or is talked to at a terminal, is started as users start it.
"""

import atexit
import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess
from typing import IO

_PATIENCE = 240
"""Seconds that a command may take: on a busy machine they are many."""


def run_command(
    *arguments: str | Path, env: Mapping[str, str], folder: Path | None = None, given: str = ""
) -> CompletedProcess[str]:
    """Run `gateway ARGUMENTS` in a folder, with `given` as its standard input. Raises TimeoutError."""
    words = [str(argument) for argument in arguments]
    request = json.dumps({"arguments": words, "folder": str(folder or Path.cwd()), "env": dict(env)})
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with (
        tempfile.TemporaryFile() as source,
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as errors,
        ours,
    ):
        source.write(given.encode())
        source.seek(0)
        with theirs:
            files = [source.fileno(), output.fileno(), errors.fileno(), theirs.fileno()]
            socket.send_fds(_start_server(), [request.encode()], files)
        ours.settimeout(_PATIENCE)
        status = ours.recv(16)
        assert status, "the process that starts commands has ended"
        said, complained = (_read_from_start(file) for file in (output, errors))
        return CompletedProcess(["gateway", *words], int(status), said, complained)


def _read_from_start(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


@cache
def _start_server() -> socket.socket:
    """Start the process from which commands are forked; it ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        program = f"from tests.server.command_server import serve_requests; serve_requests({theirs.fileno()})"
        server = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.DEVNULL,
            cwd=Path(__file__).parents[2],
            pass_fds=[theirs.fileno()],
        )

    @atexit.register
    def stop_server() -> None:
        ours.close()
        server.wait()

    return ours
