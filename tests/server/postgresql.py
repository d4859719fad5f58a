"""A PostgreSQL server of the tests' own, on loopback, gone with them."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.server.processor import list_family, read_processor_seconds

ADMIN = "postgres"


def _find_programs() -> Path:
    """Return where PostgreSQL's programs are; Debian keeps them off the PATH, by version."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    assert versions, "PostgreSQL is not installed: scripts/test installs it"
    return versions[-1]


def _as_somebody(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root; its package comes with a user."""
    return ["runuser", "-u", ADMIN, "--", *command] if os.geteuid() == 0 else command


class Server:
    """An empty server that tests can stop and start again."""

    def __init__(self, port: int) -> None:
        self.url = f"postgresql+asyncpg://{ADMIN}@127.0.0.1:{port}"
        programs = _find_programs()
        self._folder = Path(tempfile.mkdtemp(prefix="med-postgresql-"))
        self._data = self._folder / "data"
        if os.geteuid() == 0:
            shutil.chown(self._folder, ADMIN)
        subprocess.run(
            _as_somebody(
                [str(programs / "initdb"), "-D", str(self._data), "-U", ADMIN, "-A", "trust", "-E", "UTF8", "-N"]
            ),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        # a crash of the machine may cost a test its data, but not its minutes; one of the server costs nothing
        self._options = f"-p {port} -h 127.0.0.1 -k {self._folder} -c fsync=off -c full_page_writes=off"
        log = str(self._folder / "log")
        self._control = _as_somebody([str(programs / "pg_ctl"), "-D", str(self._data), "-w", "-l", log])

    def start(self) -> None:
        """Start it, and wait until it answers."""
        subprocess.run([*self._control, "-o", self._options, "start"], check=True, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        """End it at once."""
        subprocess.run([*self._control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL)

    @property
    def processor_seconds(self) -> float:
        """The processor time that it has used."""
        return read_processor_seconds(*self._list_processes())

    def _list_processes(self) -> list[int]:
        return list_family(int((self._data / "postmaster.pid").read_text().splitlines()[0]))

    @contextmanager
    def freeze_processes(self) -> Iterator[None]:
        """Have every process of it stand still for the length of the block, its connections open."""
        processes = self._list_processes()
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)

    def remove(self) -> None:
        """Leave nothing."""
        shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def run_server(port: int) -> Iterator[Server]:
    """Run a server for the length of the block."""
    running_one = Server(port)
    try:
        running_one.start()
        try:
            yield running_one
        finally:
            running_one.stop()
    finally:
        running_one.remove()


@contextmanager
def run_postgresql(port: int) -> Iterator[str]:
    """Run a server; yield the address of its databases."""
    with run_server(port) as running_one:
        yield running_one.url
