"""`gateway import` and `gateway export`, as whoever runs a gateway uses them."""

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli import app
from gateway.kit.crypto import Keyring
from tests.server.imports import files

OLD = date(2023, 12, 12)
WATTS = [100 + 10 * number for number in range(48)]


def run(*arguments: str, said: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=said)


def test_a_file_is_shown_accepted_and_exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/gateway.db",
        "ENCRYPTION_KEYS": Keyring.generate_key(),
        "SECRET_KEY": "s" * 32,
        "ENEDIS_ENVIRONMENT": "simulator",
        "ENEDIS_BASE_URL": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)
    settings = ("usage-point", "add", "--name", "Home", "--option", "base", "--power", "6", "--json")
    added = run(*settings, said=files.PRM)
    assert added.exit_code == 0, added.output
    point = added.stdout.split('"')[3]
    file = tmp_path / f"historique_conso_{files.PRM}.csv"
    file.write_bytes(files.conso_downloader(files.half_hours(OLD, WATTS)))
    shown = run("import", point, str(file))
    assert "conso_downloader: 1 new days" in shown.stdout, shown.output
    assert "Nothing is used yet" in shown.stdout
    assert run("export", point).stdout.splitlines()[1:] == []
    assert "Its readings are used now." in run("import", point, str(file), "--accept").stdout
    rows = run("export", point, "--form", "fr").stdout.splitlines()
    assert rows[1] == "consumption;2023-12-12 00:00;+01:00;30;100;imported"
    assert len(rows) == 49
    other = tmp_path / f"historique_conso_{files.OTHER}.csv"
    other.write_bytes(file.read_bytes())
    refused = run("import", point, str(other))
    assert (refused.exit_code, "another meter" in refused.stderr) == (1, True)
    assert files.OTHER not in refused.output
