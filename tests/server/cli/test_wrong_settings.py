"""A wrong setting is one line that names it and what to change, from a real process: no trace, and no success."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.cli import serve
from gateway.kit import outage
from gateway.kit.crypto import Keyring
from gateway.settings import Settings
from scripts.lib.program import free_port
from tests.server.commands import run_command

type Run = Callable[..., str]
NOBODY = "postgresql+asyncpg://user:hidden@127.0.0.1:1/gateway"


@pytest.fixture
def run_expecting_failure(tmp_path: Path) -> Run:
    """Run a command that is to fail; return the one line that it says."""
    names = {name.upper() for name in Settings.model_fields}
    env = {name: value for name, value in os.environ.items() if name not in names}
    env |= {"SECRET_KEY": "k" * 40, "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/gateway.db"}

    def run(*arguments: str, **changed: str) -> str:
        ended = run_command(*arguments, env=env | changed)
        said = (ended.stdout + ended.stderr).splitlines()
        assert ended.returncode, said
        assert "Traceback" not in ended.stderr
        [line] = [line for line in said if line != "The gateway cannot start:"]
        return line

    return run


@pytest.mark.parametrize(
    "command", [("migrate",), ("backup", "file"), ("api-client", "create", "--name", "x"), ("keys", "rotate")]
)
def test_every_command_says_that_postgresql_is_away(
    run_expecting_failure: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    arguments = [str(tmp_path / part) if part == "file" else part for part in command]
    line = run_expecting_failure(*arguments, DATABASE_URL=NOBODY, ENCRYPTION_KEYS=Keyring.generate_key())
    assert "check that it runs, and the host and port in DATABASE_URL" in line
    assert "hidden" not in line


@pytest.mark.long
def test_postgresql_says_whom_it_does_not_let_in_and_what_it_has_not(
    run_expecting_failure: Run, postgresql_server: str
) -> None:
    line = run_expecting_failure(
        "migrate", DATABASE_URL=f"{postgresql_server}/nothing", ENCRYPTION_KEYS=Keyring.generate_key()
    )
    assert "has no database of the name in DATABASE_URL" in line


@pytest.mark.parametrize(("patience", "tries"), [(3600, 3), (0, 1)])
def test_a_gateway_waits_for_its_database_and_in_the_end_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], patience: float, tries: int
) -> None:
    settings = Settings.model_validate(
        {"database_url": NOBODY, "encryption_keys": Keyring.generate_key(), "secret_key": "k" * 40}
    )
    tried = []

    def refuse_twice(*_: object, **__: object) -> object:
        tried.append(1)
        if len(tried) == 3:
            raise ZeroDivisionError("it would be there now")
        raise ConnectionRefusedError

    monkeypatch.setattr(outage, "PATIENCE", patience)
    monkeypatch.setattr(outage, "LOOK_AGAIN", 0)
    monkeypatch.setattr("asyncpg.connect", refuse_twice)
    with pytest.raises(ZeroDivisionError if patience else SystemExit):
        serve.migrate_when_ready(settings)
    assert len(tried) == tries
    assert ("The database does not answer (ConnectionRefusedError)" in capsys.readouterr().err) is not bool(patience)


def test_a_file_that_is_no_database(run_expecting_failure: Run, tmp_path: Path) -> None:
    (tmp_path / "gateway.db").write_bytes(b"Dear diary, today the meter was read.")
    line = run_expecting_failure("serve", "--port", str(free_port()))
    assert "DATABASE_URL" in line
    assert "gateway.db is no database" in line


def test_a_damaged_database(run_expecting_failure: Run, tmp_path: Path) -> None:
    (tmp_path / "gateway.db").write_bytes(b"SQLite format 3\0".ljust(4096, b"?"))
    line = run_expecting_failure("account", "list")
    assert "the file of the database is damaged: restore a backup" in line


@pytest.mark.parametrize("content", [b"", b"rubbish", b"\xff\xfe\0", None], ids=["empty", "rubbish", "bytes", "folder"])
def test_keys_that_are_none(run_expecting_failure: Run, tmp_path: Path, content: bytes | None) -> None:
    keys = tmp_path / "gateway.keys"
    if content is None:
        keys.mkdir()
    else:
        keys.write_bytes(content)
    line = run_expecting_failure("serve", "--port", str(free_port()))
    assert f"{keys} cannot be used" in line
    assert "Put the keys back" in line


def test_an_address_for_traces_that_is_none(run_expecting_failure: Run) -> None:
    line = run_expecting_failure("serve", "--port", str(free_port()), OTEL_EXPORTER_OTLP_ENDPOINT="collector:4318")
    assert line.startswith("OTEL_EXPORTER_OTLP_ENDPOINT must be the address of a site")


@pytest.mark.parametrize("setting", ["--host and --port", "METRICS_HOST and METRICS_PORT"])
def test_a_port_that_is_in_use(run_expecting_failure: Run, setting: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken, free = str(other.getsockname()[1]), str(free_port())
        if "METRICS" in setting:
            line = run_expecting_failure("serve", "--port", free, METRICS_PORT=taken)
        else:
            line = run_expecting_failure("serve", "--port", taken)
    assert line.startswith(setting)
    assert "Address already in use" in line
