"""The operator's file of offers: taken if it is pinned or signed and newer, and otherwise refused."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from gateway.kit.database import Database
from gateway.settings import Settings
from gateway.tariffs.offer_updates import OfferUpdates
from gateway.tariffs.repository import load_offers
from tests.server.billing.homes import sqlite_url
from tests.server.conftest import SetClock
from tests.server.enedis.origins import ReceivedRequest, Reply, run_scripted
from tests.server.tables import create_tables

NOW = datetime(2026, 12, 1, tzinfo=UTC)
FILE = (Path(__file__).parents[3] / "docs" / "offers" / "ejp.json").read_bytes()
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
SECRET = "0123456789abcdef0123456789abcdef"


def publish_at(at: str, **changes: object) -> bytes:
    return json.dumps(json.loads(FILE) | {"published_at": at} | changes).encode()


def sign(body: bytes) -> bytes:
    return base64.b64encode(KEY.sign(body)) + b"\n"


@asynccontextmanager
async def serve(
    path: Path, script: Callable[[str], bytes | int], **trust: str
) -> AsyncIterator[tuple[OfferUpdates, Database]]:
    """An updater that asks a server whose answers, bodies or statuses, follow from the path asked for."""

    def reply(asked: ReceivedRequest) -> Reply:
        said = script(asked.line.split()[1])
        return Reply(said) if isinstance(said, int) else Reply(body=said)

    await create_tables(sqlite_url(path))
    database = Database(sqlite_url(path))
    async with run_scripted(reply) as server:
        settings = Settings.model_validate(
            {"secret_key": SECRET, "offers_url": f"{server.url}/offers.json?version=1", **trust}
        )
        yield OfferUpdates(database, SetClock(NOW), settings), database
    await database.close()


async def list_ids(database: Database) -> list[str]:
    async with database.read() as session:
        return [offer.id for offer in (await load_offers(session)).offers]


async def test_a_pinned_file_is_taken_and_no_other(tmp_path: Path) -> None:
    body = FILE
    async with serve(tmp_path, lambda _: body, offers_digest=hashlib.sha256(FILE).hexdigest()) as (updates, database):
        assert await updates.refresh_offers() == NOW + timedelta(days=1)
        assert await list_ids(database) == ["example-ejp"]
        body = publish_at("2026-12-01T00:00:00Z", offers=[])
        assert await updates.refresh_offers() < NOW + timedelta(days=1), "it is asked again the same day"
        assert await list_ids(database) == ["example-ejp"]


async def test_a_signed_file_follows_its_publisher_forwards_only(tmp_path: Path) -> None:
    files = {"body": publish_at("2026-11-01T00:00:00Z")}
    files["signature"] = sign(files["body"])

    def script(path: str) -> bytes:
        return files[{"/offers.json?version=1": "body", "/offers.json.sig?version=1": "signature"}[path]]

    async with serve(tmp_path, script, offers_public_key=PUBLIC) as (updates, database):
        await updates.refresh_offers()
        assert await list_ids(database) == ["example-ejp"]
        for body in (
            publish_at("2026-10-01T00:00:00Z", offers=[]),  # older
            publish_at("2026-11-01T00:00:00Z", offers=[]),  # of the same moment
            publish_at("2036-12-01T00:00:00Z", offers=[]),  # of a year that shuts out what comes later
            publish_at("2026-12-01T00:00:00Z", offers=[{}]),  # malformed
            b"\xff",
        ):
            files |= {"body": body, "signature": sign(body)}
            await updates.refresh_offers()
            assert await list_ids(database) == ["example-ejp"]
        newer = publish_at("2026-12-01T00:00:00Z", offers=[])
        for signature in (sign(FILE), b"no base64 !", b""):
            files |= {"body": newer, "signature": signature}
            await updates.refresh_offers()
            assert await list_ids(database) == ["example-ejp"]
        files["signature"] = sign(newer)
        await updates.refresh_offers()
        assert await list_ids(database) == []


@pytest.mark.parametrize("status", [404, 500, 302])
async def test_a_site_that_does_not_answer_changes_nothing(tmp_path: Path, status: int) -> None:
    async with serve(tmp_path, lambda _: status, offers_public_key=PUBLIC) as (updates, database):
        assert await updates.refresh_offers() == NOW + timedelta(hours=6)
        assert await list_ids(database) == []


@pytest.mark.parametrize(
    ("stated", "what"),
    [
        ({"offers_url": "http://example.org/offers.json", "offers_public_key": PUBLIC}, "OFFERS_URL must begin"),
        ({"offers_url": "https://example.org/offers.json"}, "OFFERS_DIGEST or OFFERS_PUBLIC_KEY"),
        ({"offers_url": "https://example.org/offers.json", "offers_public_key": "AAAA"}, "32 bytes as base64"),
    ],
)
def test_a_site_that_cannot_be_trusted_is_refused_at_the_start(stated: dict[str, str], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        Settings.model_validate({"secret_key": SECRET, **stated})
