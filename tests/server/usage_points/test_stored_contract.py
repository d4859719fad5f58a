"""The contract of a usage point: what its stored form becomes."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from gateway.domain.direction import Direction
from gateway.metering.metered_point import list_directions
from gateway.usage_points.contract import Contract
from gateway.usage_points.models import UsagePoint
from tests.server.billing.homes import StoredHome, sqlite_url
from tests.server.conftest import SetClock


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[StoredHome]:
    made = await StoredHome.create(sqlite_url(tmp_path), SetClock())
    yield made
    await made.database.close()


FIRST_VERSION = {
    "segment": "C5",
    "power_kva": 6,
    "started_on": "2024-02-11",
    "consumption_activated_on": "2024-02-11",
    "production_activated_on": None,
    "off_peak": "HC (22H30-6H30)",
    "takes": True,
    "gives": False,
    "told_at": "2026-11-03T08:30:00Z",
}


async def stored_contract(home: StoredHome) -> dict[str, object]:
    async with home.database.read() as session:
        found = await session.scalar(text("SELECT contract FROM usage_points"))
    stored: dict[str, object] = json.loads(found) if isinstance(found, str) else found
    return stored


async def read_contract(home: StoredHome) -> Contract:
    async with home.database.read() as session:
        return (await session.get_one(UsagePoint, home.point_id)).contract


async def test_a_row_of_the_first_version_is_read_and_written_in_the_new_one(home: StoredHome) -> None:
    async with home.database.write() as session:
        await session.execute(
            text("UPDATE usage_points SET contract = :contract"), {"contract": json.dumps(FIRST_VERSION)}
        )
    contract = await read_contract(home)
    assert (contract.consumes, contract.produces) == (True, False)
    assert contract.activated_on(Direction.CONSUMPTION) == date(2024, 2, 11)
    assert contract.activated_on(Direction.PRODUCTION) is None
    assert contract.told_at == datetime(2026, 11, 3, 8, 30, tzinfo=UTC)

    changed = contract.merge(Contract(power_kva=9))
    await home.change_point(contract=changed)
    stored = await stored_contract(home)
    assert stored["version"] == 2
    assert (stored["consumes"], stored["produces"]) == (True, False)
    assert not {"takes", "gives"} & stored.keys()
    assert await read_contract(home) == changed


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ({"gives": True}, [Direction.PRODUCTION]),
        ({}, [Direction.CONSUMPTION]),
        ({"takes": True, "gives": True}, [*Direction]),
    ],
)
def test_the_ways_energy_goes_are_those_of_the_first_version(
    stored: dict[str, bool], expected: list[Direction]
) -> None:
    point = UsagePoint(contract=Contract.read_stored(stored), refusals={})
    assert list(list_directions(point)) == expected


def test_what_enedis_did_not_say_this_time_stays_and_what_it_withdrew_goes() -> None:
    before = Contract(power_kva=6, off_peak="HC (22H30-6H30)", segment="C5")
    after = before.merge(Contract(power_kva=9, off_peak=None))
    assert after == Contract(power_kva=9, segment="C5")


DAYS = st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(
    st.builds(
        Contract,
        power_kva=st.none() | st.integers(3, 36) | st.floats(3, 36),
        started_on=DAYS,
        production_activated_on=DAYS,
        off_peak=st.none() | st.text(),
        produces=st.none() | st.booleans(),
        told_at=st.none() | st.datetimes(timezones=st.just(UTC)),
    )
)
def test_any_contract_is_read_as_it_was_stored(contract: Contract) -> None:
    assert Contract.read_stored(json.loads(json.dumps(contract.store()))) == contract
