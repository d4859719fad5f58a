"""Runs commands of the gateway: each in a process of its own, forked from this one, which has imported the gateway.

A request is one message with four files: standard input, output and error, and the socket on which the exit status is
sent. Whoever closes that socket kills the command. Started by `tests.server.commands`.
"""

import json
import os
import select
import signal
import socket
import sys
import time

from gateway import cli

_LARGEST_REQUEST = 1 << 17


def serve_requests(descriptor: int) -> None:
    """Answer requests until nobody can make any; in a command's process, run the command."""
    requests = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the processes below are not waited for
    while True:
        request, files, *_ = socket.recv_fds(requests, _LARGEST_REQUEST, 4)
        if not request:
            return
        if os.fork() == 0:
            break
        for file in files:
            os.close(file)
    requests.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *standard, reply = files
    if command := os.fork():
        for file in standard:
            os.close(file)
        _send_status(command, socket.socket(fileno=reply))
    else:
        os.close(reply)
        _become_command(standard, **json.loads(request))


def _send_status(command: int, reply: socket.socket) -> None:
    ended = os.pidfd_open(command)
    if ended not in select.select([ended, reply], [], [])[0]:
        os.kill(command, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
    reply.send(str(status).encode())


def _become_command(standard: list[int], arguments: list[str], folder: str, env: dict[str, str]) -> None:
    for number, file in enumerate(standard):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    sys.argv = ["gateway", *arguments]
    sys.exit(cli.run())  # type: ignore[func-returns-value]  # as its console script does
