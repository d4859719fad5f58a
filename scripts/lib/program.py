"""A program run beside this one: started, awaited until it answers, stopped; it never outlives who started it."""

import asyncio
import os
import random
import shutil
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import cycle
from pathlib import Path

_BLOCK = 100
_BLOCKS = range(15_000, 32_000, _BLOCK)
"""Where blocks of ports begin: below those that Linux gives to connections, which could be taken at any time."""
POLL_SECONDS = 0.2
STOP_SECONDS = 120.0


class ProgramError(Exception):
    """A program that could not do its part; the message says which, why, and ends with its log's last lines."""


class Program:
    """One process with its log file. Its output goes to the log only."""

    def __init__(self, name: str, command: Sequence[str | Path], *, log: Path, env: Mapping[str, str]) -> None:
        self.name = name
        self._command = [*_die_with_parent(), *map(str, command)]
        self._log = log
        self._env = self.environment(env)
        self._process: asyncio.subprocess.Process | None = None

    @staticmethod
    def environment(added: Mapping[str, str]) -> dict[str, str]:
        """What a program sees: this one's environment, and more."""
        return {**os.environ, **added}

    async def start(self) -> None:
        """Start it, in a session of its own: a terminal's Ctrl-C reaches whoever stops it in good order instead."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                env=self._env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )

    async def until(self, ready: Callable[[], Awaitable[bool]], *, seconds: float) -> None:
        """Poll until it is ready.

        Raises:
            ProgramError: it ended, or `seconds` went by.
        """
        try:
            async with asyncio.timeout(seconds):
                while not await ready():
                    if not self.running:
                        raise self._build_error("ended before it was ready")
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            raise self._build_error(f"was not ready after {seconds:.0f} s") from None

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def wait_for_end(self) -> ProgramError:
        """Wait until it ends by itself, and say so with its last words."""
        assert self._process is not None  # noqa: S101  # started by whoever waits
        await self._process.wait()
        return self._build_error(f"ended by itself (exit status {self._process.returncode})")

    async def stop(self) -> None:
        """Ask it to end, insist after a while. Does nothing when it has ended."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()

    def _build_error(self, what: str) -> ProgramError:
        return ProgramError(f"{self.name} {what}. The end of {self._log}:\n{read_tail(self._log)}")


def read_tail(log: Path, lines: int = 25, width: int = 400) -> str:
    """The last lines of a log, the long ones cut."""
    return "\n".join(line[:width] for line in log.read_text(errors="replace").splitlines()[-lines:])


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens at, and that no other process which looks for one is given meanwhile."""
    _, ports = _take_block()
    return next(port for port in ports if is_free(port))


@cache
def _take_block() -> tuple[socket.socket, Iterator[int]]:
    """Take a block of ports until this process ends: whoever listens at its first one has the others."""
    for first in random.sample(_BLOCKS, len(_BLOCKS)):
        with suppress(OSError):
            return socket.create_server(("127.0.0.1", first)), cycle(range(first + 1, first + _BLOCK))
    raise OSError("every block of ports is taken")


def is_free(port: int) -> bool:
    """Whether a program could listen at this port of 127.0.0.1."""
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


def _die_with_parent() -> list[str]:
    """Linux ends the program when its parent dies, even killed: the parent then has no say."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
