"""Off-peak hours that Enedis announces are told while they differ from those in force."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.billing.days.billed_point import BilledPoint
from gateway.billing.notices import list_notices
from gateway.usage_points.contract import Contract
from tests.server.billing.homes import HP_HC, StoredHome, sqlite_url
from tests.server.conftest import NOW, SetClock

IN_FORCE, ANNOUNCED = "HC (22H30-6H30)", "HC (12H00-14H00;23H00-5H00)"
TOLD = NOW - timedelta(days=2)


@pytest.mark.parametrize(
    ("announced", "told"),
    [(ANNOUNCED, True), (None, False), (IN_FORCE, False), ("HC (22h30-06h30)", False)],
)
async def test_only_other_hours_are_announced(tmp_path: Path, announced: str | None, *, told: bool) -> None:
    contract = Contract(off_peak=IN_FORCE, future_off_peak=announced, told_at=TOLD)
    home = await StoredHome.create(sqlite_url(tmp_path), SetClock(NOW), tariffs=HP_HC, contract=contract)
    async with home.database.read() as session:
        opened = await BilledPoint.open_point(session, home.account_id, home.point_id, home.keyring)
    await home.database.close()
    found = [notice for notice in list_notices(opened, NOW) if notice.code == "off_peak_announced"]
    assert [(notice.text, notice.since) for notice in found] == ([(ANNOUNCED, TOLD)] if told else [])
