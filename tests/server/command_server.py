"""Runs commands of the gateway: each in a process of its own, forked from this one, which has imported the gateway.

A request is one message with four files: standard input, output and error, and the socket on which the exit status is
sent. Whoever closes that socket kills the command. Started by `tests.server.commands`.
"""

import gc
import json
import multiprocessing
import os
import pkgutil
import select
import signal
import socket
import sys
import time
from importlib import import_module

from gateway.__main__ import skip_unused_libraries

skip_unused_libraries()

from gateway import cli  # noqa: E402 - it imports what would import these

_LARGEST_REQUEST = 1 << 17


def serve_requests(descriptor: int) -> None:
    """Start the commands that are requested at a socket, until nobody can request any."""
    requests = socket.socket(fileno=descriptor)
    for module in pkgutil.iter_modules(cli.__path__, f"{cli.__name__}."):
        import_module(module.name)
    gc.freeze()  # else each command would copy all that is imported, to collect it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the processes that wait for a command
    while True:
        request, files, *_ = socket.recv_fds(requests, _LARGEST_REQUEST, 4)
        if not request:
            return
        if os.fork() == 0:
            requests.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _wait_for_command(files, json.loads(request))
            os._exit(0)
        for file in files:
            os.close(file)


def _wait_for_command(files: list[int], request: dict[str, object]) -> None:
    command = multiprocessing.get_context("fork").Process(target=_run_command, args=files, kwargs=request)
    command.start()
    *standard, reply = files
    for file in standard:
        os.close(file)
    with socket.socket(fileno=reply) as connection:
        ended: list[int] = select.select([command.sentinel, connection.fileno()], [], [])[0]
        if command.sentinel not in ended:
            command.kill()
        command.join()
        connection.send(str(command.exitcode).encode())


def _run_command(*files: int, arguments: list[str], folder: str, env: dict[str, str]) -> None:
    for number, file in enumerate(files):
        if number < 3:
            os.dup2(file, number)
        os.close(file)
    sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115 - multiprocessing has closed it
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    sys.argv = ["gateway", *arguments]
    cli.app()
