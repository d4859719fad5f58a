"""The notice for Base at 18 kVA and more, which ends on 1 February 2027, by date, power and option."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.billing.days.billed_point import BilledPoint
from gateway.billing.notices import list_notices
from gateway.usage_points.notices import Notice
from tests.server.billing.homes import StoredHome, sqlite_url
from tests.server.conftest import NOW, SetClock
from tests.server.paris import midnight

CLOSED, ENDS = date(2026, 2, 1), date(2027, 2, 1)


async def find_notices(folder: Path, on: date, **tariff: Any) -> list[Notice]:
    """Return what is said on a day about the end of Base."""
    now = midnight(on) + timedelta(hours=12)
    home = await StoredHome.create(sqlite_url(folder), SetClock(NOW), tariffs=[{"prices": "regulated"} | tariff])
    async with home.database.read() as session:
        opened = await BilledPoint.open_point(session, home.account_id, home.point_id, home.keyring)
    await home.database.close()
    return [notice for notice in list_notices(opened, now) if notice.code == "base_ends"]


@pytest.mark.parametrize(
    ("on", "told"),
    [
        (CLOSED - timedelta(days=1), False),
        (CLOSED, True),
        (date(2026, 11, 29), True),
        (ENDS - timedelta(days=1), True),
        (ENDS, True),
        (ENDS + timedelta(days=59), True),
        (ENDS + timedelta(days=60), False),
    ],
)
@pytest.mark.parametrize("power", [18, 36])
async def test_it_is_told_from_the_closing_until_two_months_after_the_end(
    tmp_path: Path, on: date, power: int, *, told: bool
) -> None:
    notices = await find_notices(tmp_path, on, option="base", power_kva=power)
    assert [(notice.since, notice.date) for notice in notices] == ([(midnight(CLOSED), ENDS)] if told else [])


@pytest.mark.parametrize(("option", "power"), [("base", 6), ("base", 15), ("hp_hc", 18), ("tempo", 18)])
async def test_nobody_else_is_told(tmp_path: Path, option: str, power: int) -> None:
    assert await find_notices(tmp_path, date(2026, 12, 1), option=option, power_kva=power) == []


async def test_who_has_changed_is_not_told(tmp_path: Path) -> None:
    """Base at 18 kVA until 1 December, off-peak hours since."""
    home = await StoredHome.create(
        sqlite_url(tmp_path),
        SetClock(NOW),
        tariffs=[
            {"option": "base", "power_kva": 18, "prices": "regulated"},
            {"option": "hp_hc", "power_kva": 18, "prices": "regulated", "valid_from": "2026-12-01"},
        ],
    )
    async with home.database.read() as session:
        opened = await BilledPoint.open_point(session, home.account_id, home.point_id, home.keyring)
    await home.database.close()
    told = {
        on: any(notice.code == "base_ends" for notice in list_notices(opened, midnight(on)))
        for on in (date(2026, 11, 30), date(2026, 12, 1))
    }
    assert told == {date(2026, 11, 30): True, date(2026, 12, 1): False}
