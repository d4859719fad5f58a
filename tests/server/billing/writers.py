"""What other parts of a gateway write while answers are kept: files of readings, offers and regulated prices."""

import json
import random
from datetime import date, timedelta
from pathlib import Path

from gateway.domain.direction import Direction
from gateway.imports.service import ImportService
from gateway.metering.models import ImportStatus
from gateway.tariffs.models import RegulatedGrid
from gateway.tariffs.repository import replace_offers
from tests.server.billing.homes import StoredHome
from tests.server.imports import files

_OFFERS = json.loads((Path(__file__).parents[3] / "docs" / "offers" / "week-end.json").read_text())
BY_OFFER = [{"option": "custom", "offer": _OFFERS["offers"][0]["id"], "power_kva": 6}]


async def import_file(home: StoredHome, chance: random.Random, day: date) -> None:
    """Import a file with a part of a day, as its owner does; one in four stays a preview."""
    service = ImportService(home.database, home.clock, home.keyring)
    rows = files.half_hours(day, [chance.randrange(3000) for _ in range(chance.choice([10, 48]))])
    content = files.conso_downloader(rows)
    shown = await service.preview_file(home.account_id, home.point_id, content, "", Direction.CONSUMPTION)
    if chance.randrange(4):
        await service.accept_file(home.account_id, home.point_id, shown.id)


async def take_back_file(home: StoredHome, chance: random.Random) -> None:
    """Take back one of the files, if there is any."""
    service = ImportService(home.database, home.clock, home.keyring)
    found = await service.list_files(home.account_id, home.point_id)
    if accepted := [one for one in found if one.status is not ImportStatus.TAKEN_BACK]:
        await service.take_back_file(home.account_id, home.point_id, chance.choice(accepted).id)


async def publish_offers(home: StoredHome, chance: random.Random, number: int) -> None:
    """Store the `number`th file of offers, with another price."""
    published_at = home.clock.now().replace(year=2026, month=1, day=1) + timedelta(minutes=number)
    content = json.loads(json.dumps(_OFFERS)) | {"published_at": published_at.isoformat()}
    for version in content["offers"][0]["versions"]:
        for price in version["prices"]:
            price["eur_per_kwh"] = chance.randrange(1, 5000) / 10_000
    async with home.database.write() as session:
        await replace_offers(session, json.dumps(content), published_at)


async def add_grid(home: StoredHome, chance: random.Random, day: date) -> None:
    """Add a regulated price that is valid from a day on, by a clock that may be hours late."""
    row = RegulatedGrid(
        option="base",
        power_kva=6,
        valid_from=day,
        prices={"base": f"0.{chance.randrange(1000, 3000)}"},
        subscription_month="12.5",
        added_at=home.clock.now() - timedelta(hours=chance.randrange(48)),
    )
    async with home.database.write() as session:
        await session.merge(row)
