"""A backup made while the gateway works fills an empty one, on either database, and a damaged one fills none."""

import asyncio
import io
import json
import re
import sys
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import JSON, MetaData, text

from gateway.accounts.service import build_data_key_context
from gateway.audit.service import record_event
from gateway.backup import archive as backups
from gateway.backup import rows
from gateway.backup.archive import BackupError
from gateway.backup.restore import restore_backup
from gateway.backup.sealed import SealedReader, SealedWriter
from gateway.instance import CONTEXT
from gateway.kit.crypto import Keyring, UndecipherableError, generate_random_key
from gateway.kit.database import Database
from gateway.migrations import upgrade_database, upgrade_within
from gateway.settings import Settings
from tests.server.backup.conftest import Command, build_environment
from tests.server.conftest import Gateway, SetClock, run_gateway

PRM = "30001000000003"
RANGE = {"start": "2026-10-20", "end": "2026-11-03"}


async def read_as_owner(gateway: Gateway) -> Any:
    """What the owner of the meter is told of it and of two weeks."""
    who = await gateway.sign_in()
    [point] = (await gateway.get("/v1/usage-points", who))["items"]
    curve = await gateway.get(f"/v1/usage-points/{point['id']}/load-curve", who, **RANGE)
    return point["id"], point["tariffs"], curve["readings"], curve["missing"]


@pytest.fixture
async def shown_before(settings: Settings, clock: SetClock) -> Any:
    """A home with its readings; what its owner is told."""
    async with run_gateway(settings, clock) as gateway:
        await gateway.add_meter(PRM)
        told = await read_as_owner(gateway)
        assert len(told[2]) == 14 * 48 + 2
        async with gateway.runtime.database.write() as session:
            record_event(session, clock.now(), "seen", None)
        return told


async def read_restored(settings: Settings, clock: SetClock, url: str, simulator: Any) -> Any:
    """What its owner is told of it by a gateway at another database, for whom Enedis is not asked."""
    simulator.forget_calls()
    async with run_gateway(settings.model_copy(update={"database_url": url, "enedis_client_id": ""}), clock) as gateway:
        return await read_as_owner(gateway)


async def test_what_was_there_is_there_again(
    settings: Settings,
    clock: SetClock,
    simulator: Any,
    run_command: Command,
    shown_before: Any,
    other_url: str,
    tmp_path: Path,
) -> None:
    made = await run_command("backup", tmp_path / "one.backup")
    assert made.status == 0, made.complained
    assert "It does not contain the keys" in made.complained
    restored = await run_command("restore", tmp_path / "one.backup", DATABASE_URL=other_url)
    assert restored.status == 0, restored.complained
    assert await read_restored(settings, clock, other_url, simulator) == shown_before
    again = await run_command("restore", tmp_path / "one.backup", DATABASE_URL=other_url)
    assert again.status == 1
    assert "restore into an empty one" in again.complained
    elsewhere = settings.model_copy(update={"database_url": other_url})
    async with run_gateway(elsewhere, clock) as gateway, gateway.runtime.database.write() as session:
        # a new row has a number that none has yet
        await session.execute(
            text("INSERT INTO audit_events (at, event, detail) SELECT max(asked_at), 'x', '{}' FROM feeds")
        )


async def test_a_move_leaves_the_old_one_as_it_was(
    settings: Settings, clock: SetClock, simulator: Any, run_command: Command, shown_before: Any, other_url: str
) -> None:
    moved = await run_command("move", "--to", other_url)
    assert moved.status == 0, moved.complained
    assert "each was compared" in moved.said
    assert await read_restored(settings, clock, other_url, simulator) == shown_before
    assert await read_restored(settings, clock, settings.database_url, simulator) == shown_before


async def test_a_sealed_one_says_nothing_and_opens_by_its_keys(
    settings: Settings, clock: SetClock, simulator: Any, run_command: Command, shown_before: Any, tmp_path: Path
) -> None:
    file, url = tmp_path / "sealed", f"sqlite+aiosqlite:///{tmp_path}/third.db"
    assert (await run_command("backup", "--encrypt", file)).status == 0
    assert b"somebody@example.org" not in file.read_bytes()
    stranger = await run_command("restore", file, DATABASE_URL=url, ENCRYPTION_KEYS=Keyring.generate_key())
    assert stranger.status == 1
    assert "not in ENCRYPTION_KEYS" in stranger.complained
    opened = await run_command("restore", file, DATABASE_URL=url)
    assert opened.status == 0, opened.complained
    assert await read_restored(settings, clock, url, simulator) == shown_before


async def test_the_keys_come_along_only_when_asked(
    settings: Settings, clock: SetClock, simulator: Any, run_command: Command, shown_before: Any, tmp_path: Path
) -> None:
    """SQLite's keys are in a file beside it: a new machine has none."""
    url = f"sqlite+aiosqlite:///{tmp_path}/new/machine.db"
    assert (await run_command("backup", tmp_path / "without")).status == 0
    assert (await run_command("backup", "--with-keys", tmp_path / "with")).status == 0
    lost = await run_command("restore", tmp_path / "without", DATABASE_URL=url, ENCRYPTION_KEYS="")
    assert lost.status == 1
    assert "machine.keys" in lost.complained
    found = await run_command("restore", tmp_path / "with", DATABASE_URL=url, ENCRYPTION_KEYS="")
    assert found.status == 0, found.complained
    assert (tmp_path / "new/machine.keys").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "with").stat().st_mode & 0o777 == 0o600
    alone = settings.model_copy(update={"database_url": url, "encryption_keys": type(settings.encryption_keys)("")})
    assert await read_restored(alone, clock, url, simulator) == shown_before
    assert (await run_command("backup", "--encrypt", "--with-keys", tmp_path / "x")).status == 2


async def test_other_keys_than_it_was_made_with_restore_nothing(
    run_command: Command, shown_before: Any, tmp_path: Path
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/third.db"
    await run_command("backup", tmp_path / "one")
    refused = await run_command("restore", tmp_path / "one", DATABASE_URL=url, ENCRYPTION_KEYS=Keyring.generate_key())
    assert refused.status == 1
    assert "ENCRYPTION_KEYS cannot decrypt 2 of" in refused.complained
    kept = await run_command("restore", tmp_path / "one", DATABASE_URL=url)
    assert kept.status == 0, kept.complained


async def test_a_damaged_or_a_newer_one_restores_nothing(
    run_command: Command, shown_before: Any, tmp_path: Path
) -> None:
    url, whole = f"sqlite+aiosqlite:///{tmp_path}/third.db", tmp_path / "whole"
    await run_command("backup", whole)
    content = whole.read_bytes()
    (tmp_path / "cut").write_bytes(content[: len(content) // 2])
    (tmp_path / "text").write_text("no backup at all")
    _rewrite_archive(
        whole, tmp_path / "lost-row", lambda name, data: data.partition(b"\n")[2] if "/days" in name else data
    )
    _rewrite_archive(
        whole, tmp_path / "newer", lambda name, data: _set_revision(data, "9999") if name == "manifest.json" else data
    )
    for name, word in {
        "cut": "damaged",
        "text": "not a backup",
        "lost-row": "damaged",
        "newer": "newer version",
        "nowhere": "no file",
    }.items():
        ended = await run_command("restore", tmp_path / name, DATABASE_URL=url)
        assert ended.status == 1, name
        assert word in ended.complained
        assert "Traceback" not in ended.complained
    assert not (tmp_path / "third.db").exists()


async def test_a_database_with_tables_of_others_is_left_alone(
    run_command: Command, shown_before: Any, settings: Settings, other_url: str, tmp_path: Path
) -> None:
    await run_command("backup", tmp_path / "one")
    database = Database(other_url)
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE invoices (id INTEGER)")
        await connection.exec_driver_sql("INSERT INTO invoices VALUES (7)")
    for how in (
        await run_command("restore", tmp_path / "one", DATABASE_URL=other_url),
        await run_command("move", "--to", other_url),
    ):
        assert how.status == 1
        assert "in use by something else (its tables include invoices)" in how.complained
    async with database.engine.begin() as connection:
        assert (await connection.exec_driver_sql("SELECT id FROM invoices")).scalar() == 7
        # a gateway that shares its database with somebody
        await connection.run_sync(upgrade_within)
    refused = await run_command("restore", tmp_path / "one", DATABASE_URL=other_url)
    assert "invoices" in refused.complained
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE invoices")
    await database.close()
    kept = await run_command("restore", tmp_path / "one", DATABASE_URL=other_url)
    assert kept.status == 0, kept.complained


DAMAGED_ROWS = {
    "no JSON": lambda line: "{" + line[1:],
    "no list": lambda _line: "7",
    "too few values": lambda line: json.dumps(json.loads(line)[:-1]),
    "no base64": lambda line: json.dumps([7 if value is not None else None for value in json.loads(line)]),
    "no date": lambda line: re.sub(r'"[0-9-]{10}T[^"]*"', '"yesterday"', line),
    "nothing at all": lambda line: json.dumps([None for _ in json.loads(line)]),
    "the account of nobody": lambda line: re.sub(r'"[0-9a-f]{32}"', '"' + "0" * 32 + '"', line),
}


async def test_damaged_rows_are_said_and_restore_nothing(settings: Settings, clock: SetClock, tmp_path: Path) -> None:
    """Even where somebody has made the manifest fit them."""
    whole, damaged = tmp_path / "whole", tmp_path / "damaged"
    async with run_gateway(settings, clock) as gateway:
        await gateway.sign_in()
        with whole.open("w+b") as file:
            await backups.write_backup(gateway.runtime.database, file, clock.now())
    for number, (name, damage) in enumerate(DAMAGED_ROWS.items()):
        with zipfile.ZipFile(whole) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            lines = [damage(line) for line in archive.read("tables/api_clients.jsonl").decode().splitlines()]
        digest = rows.Digest()
        assert list(digest.digest_lines(lines))
        manifest["tables"]["api_clients"] |= {"sha256": digest.hexdigest()}
        changed = {"manifest.json": json.dumps(manifest), "tables/api_clients.jsonl": "\n".join(lines) + "\n"}
        _rewrite_archive(whole, damaged, lambda name, data, changed=changed: changed.get(name, data))
        url = f"sqlite+aiosqlite:///{tmp_path}/{number}.db"
        with (
            pytest.raises(BackupError, match="damaged"),
            damaged.open("rb") as source,
            backups.open_backup(source, None) as backup,
        ):
            await restore_backup(url, backup, settings.load_keyring())
        async with Database(url) as database, database.engine.connect() as connection:
            assert await connection.run_sync(rows.list_tables) == [], name


def _set_revision(manifest: bytes, revision: str) -> bytes:
    return json.dumps({**json.loads(manifest), "revision": revision}).encode()


def _rewrite_archive(source: Path, target: Path, change: Any) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))


async def test_through_a_pipe(
    settings: Settings, clock: SetClock, simulator: Any, shown_before: Any, tmp_path: Path
) -> None:
    """As in a container, whose files nobody else sees."""
    gateway = Path(sys.executable).parent / "gateway"
    url = f"sqlite+aiosqlite:///{tmp_path}/piped.db"
    process = await asyncio.create_subprocess_shell(
        f"'{gateway}' backup --encrypt - | DATABASE_URL='{url}' '{gateway}' restore -",
        env=build_environment(settings),
        stderr=PIPE,
    )
    _, complained = await process.communicate()
    assert process.returncode == 0, complained.decode()
    assert await read_restored(settings, clock, url, simulator) == shown_before


_WRITES_PAIRS = """
import asyncio, sys, itertools
from sqlalchemy import text
from gateway.kit.database import Database

async def main():
    database = Database(sys.argv[1])
    for number in itertools.count():
        async with database.write() as session:
            for name in "left", "right":
                await session.execute(text(
                    f"INSERT INTO counters (name, \\"window\\", used) VALUES ('{name}', '2026-{number:07}', 1)"))
        print(number, flush=True)

asyncio.run(main())
"""


async def test_it_is_of_one_instant_though_the_gateway_writes(
    settings: Settings, run_command: Command, shown_before: Any, tmp_path: Path
) -> None:
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _WRITES_PAIRS, settings.database_url, stdout=PIPE
    )
    assert writer.stdout is not None
    try:
        counts = [0]
        for number in range(3):
            while int(await writer.stdout.readline()) <= counts[-1]:
                pass  # so that each finds more than the one before
            made = await run_command("backup", tmp_path / f"{number}")
            assert made.status == 0, made.complained
            with zipfile.ZipFile(tmp_path / f"{number}") as archive:
                lines = archive.read("tables/counters.jsonl").decode().splitlines()
            pairs = {side: {json.loads(line)[1] for line in lines if f'"{side}"' in line} for side in ("left", "right")}
            assert pairs["left"] == pairs["right"]
            counts.append(len(pairs["left"]))
        assert counts == sorted(set(counts)), "one is of an instant before the last one's"
    finally:
        writer.kill()
        await writer.wait()


@pytest.fixture
async def first_version(settings: Settings) -> str:
    """A gateway as the first version left it: tables 0001 and one account. Returns the gateway's id."""
    keyring, now = settings.load_keyring(), datetime(2026, 11, 1, tzinfo=UTC)
    await upgrade_database(settings.database_url, "0001")
    database = Database(settings.database_url)
    account = {
        "id": "a1",
        "email": "somebody@example.org",
        "created_at": now,
        "token_version": 0,
        "data_key": keyring.wrap(generate_random_key(), build_data_key_context("a1")),
    }
    async with database.engine.begin() as connection:
        tables = MetaData()
        await connection.run_sync(tables.reflect)
        hash_key = keyring.wrap(generate_random_key(), CONTEXT)
        await connection.execute(tables.tables["instance"].insert(), {"id": "gateway1", "hash_key": hash_key})
        await connection.execute(tables.tables["accounts"].insert(), account)
        await connection.execute(
            tables.tables["counters"].insert(),
            [{"name": "user:a1", "window": f"{now + timedelta(n):%F}", "used": n} for n in range(3)],
        )
    await database.close()
    return "gateway1"


async def test_one_of_an_older_version_comes_to_this_one(
    settings: Settings, clock: SetClock, run_command: Command, first_version: str, other_url: str, tmp_path: Path
) -> None:
    made = await run_command("backup", tmp_path / "old")
    assert made.status == 0, made.complained
    with zipfile.ZipFile(tmp_path / "old") as archive:
        assert json.loads(archive.read("manifest.json"))["revision"] == "0001", "a backup migrates nothing"
    restored = await run_command("restore", tmp_path / "old", DATABASE_URL=other_url)
    assert restored.status == 0, restored.complained
    async with run_gateway(settings.model_copy(update={"database_url": other_url}), clock) as gateway:
        assert (await gateway.http.get("/ping")).json()["instance_id"] == first_version
        await gateway.add_meter(PRM)
        who = await gateway.sign_in()
        [point] = (await gateway.get("/v1/usage-points", who))["items"]
        assert point["masked_number"].endswith(PRM[-4:])


async def test_every_column_has_a_place_in_a_backup(other_url: str) -> None:
    await upgrade_database(other_url)
    database = Database(other_url)
    async with database.engine.connect() as connection:
        tables = await connection.run_sync(rows.list_tables)
    await database.close()
    columns = [column for table in tables for column in table.columns]
    kinds = {column.type.python_type for column in columns if not isinstance(column.type, JSON)}
    assert kinds <= {str, int, bool, bytes, datetime, date, dict, float, Decimal}


@given(st.binary(max_size=200_000), st.data())
@examples(deadline=None, max_examples=30)
def test_a_sealed_file_is_read_anywhere_and_a_change_is_noticed(content: bytes, data: st.DataObject) -> None:
    content *= data.draw(st.integers(1, 3))
    keyring, file = Keyring.parse_keyring(Keyring.generate_key()), io.BytesIO()
    with SealedWriter(file, keyring) as writer:
        writer.write(content)
    start, length = data.draw(st.integers(0, len(content))), data.draw(st.integers(0, 100_000))
    reader = io.BufferedReader(SealedReader(file, keyring))
    reader.seek(start)
    assert reader.read(length) == content[start : start + length]
    sealed = bytearray(file.getvalue())
    if data.draw(st.booleans()):
        sealed = sealed[: data.draw(st.integers(40, len(sealed) - 1))]
    else:
        sealed[data.draw(st.integers(40, len(sealed) - 1))] ^= 1
    with pytest.raises(UndecipherableError):
        io.BufferedReader(SealedReader(io.BytesIO(bytes(sealed)), keyring)).read()
