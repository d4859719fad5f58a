"""A PostgreSQL server of the tests' own, on loopback, gone with them."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ADMIN = "postgres"


def _programs() -> Path:
    """Return where PostgreSQL's programs are; Debian keeps them off the PATH, by version."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    assert versions, "PostgreSQL is not installed: scripts/test installs it"
    return versions[-1]


def _as_somebody(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root; its package comes with a user."""
    return ["runuser", "-u", ADMIN, "--", *command] if os.geteuid() == 0 else command


@contextmanager
def running(port: int) -> Iterator[str]:
    """Start an empty server; yield the address of its databases."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="med-postgresql-"))
    data = folder / "data"
    if os.geteuid() == 0:
        shutil.chown(folder, ADMIN)
    try:
        subprocess.run(
            _as_somebody([str(programs / "initdb"), "-D", str(data), "-U", ADMIN, "-A", "trust", "-E", "UTF8", "-N"]),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        # a crash of the machine may cost a test its data, but not its minutes
        options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        control = _as_somebody([str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")])
        subprocess.run([*control, "-o", options, "start"], check=True, stdout=subprocess.DEVNULL)
        try:
            yield f"postgresql+asyncpg://{ADMIN}@127.0.0.1:{port}"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
