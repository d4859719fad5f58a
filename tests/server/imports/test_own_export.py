"""Whatever an archive holds, its export in either language makes the same archive elsewhere."""

import asyncio
import shutil
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.csv_export.service import CsvExporter
from gateway.csv_export.tables import Table
from gateway.csv_export.writing import Form, write_table
from gateway.domain.direction import Direction
from gateway.domain.readings import Peak, Quality, Reading
from gateway.imports.comparing import DayOutcome
from gateway.imports.service import ImportService
from gateway.kit import paris
from gateway.kit.crypto import Keyring
from gateway.metering.repository import Fact, save_facts
from gateway.metering.schedule import Feed, Kind, State
from gateway.migrations import upgrade_database
from tests.server.billing.homes import StoredHome, sqlite_url
from tests.server.conftest import SetClock
from tests.server.paris import midnight

DAYS = [date(2024, 3, 31), date(2024, 4, 1), date(2024, 10, 26), date(2024, 10, 27), date(2025, 12, 31)]
"""Both odd days and ordinary ones."""
TABLES = (Table.LOAD_CURVE, Table.DAILY, Table.MAX_POWER, Table.INDEX)


@st.composite
def curves(draw: st.DrawFn) -> dict[date, list[Reading]]:
    """Days with holes and steps of their own."""
    found = {}
    for day in draw(st.lists(st.sampled_from(DAYS), unique=True)):
        step = draw(st.sampled_from([10, 15, 30, 60]))
        places = draw(st.sets(st.integers(0, paris.minutes_in(day) // step - 1), min_size=1, max_size=60))
        found[day] = [
            Reading(midnight(day) + timedelta(minutes=step * place), step, draw(st.integers(0, 20_000)))
            for place in sorted(places)
        ]
    return found


amounts = st.dictionaries(st.sampled_from(DAYS), st.integers(0, 90_000))
moments = st.integers(0, 86_399).map(lambda seconds: midnight(date(2025, 12, 31)) + timedelta(seconds=seconds))
registers = st.dictionaries(
    st.sampled_from(DAYS), st.dictionaries(st.sampled_from(["total", "hp", "hc"]), st.integers(0, 10**9), min_size=1)
)


@given(
    used=curves(),
    gave=curves(),
    daily=amounts,
    index=registers,
    at=st.none() | moments,
    form=st.sampled_from(Form),
)
@example(used={}, gave={}, daily={}, index={}, at=None, form=Form.FRENCH)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_export_comes_back_as_the_same_archive(
    tmp_path: Path,
    used: dict[date, list[Reading]],
    gave: dict[date, list[Reading]],
    daily: dict[date, int],
    index: dict[date, dict[str, int]],
    at: datetime | None,
    form: Form,
) -> None:
    async def work() -> None:
        first, second = [await open_home(tmp_path) for _ in range(2)]
        await first.write_days(Kind.CURVE, used)
        await first.write_days(Kind.CURVE, gave, Direction.PRODUCTION)
        await first.write_days(Kind.DAILY, daily)
        await first.write_days(Kind.INDEX, index)
        await write_peak(first, Peak(6210, at))
        files = {table: await export(first, table, form) for table in TABLES}
        imports = ImportService(second.database, second.clock, second.keyring)
        for table, content in files.items():
            if len(content.splitlines()) > 1:
                shown = await imports.preview_file(
                    second.account_id, second.point_id, content, f"{table}.csv", Direction.CONSUMPTION
                )
                assert shown.report.rejected == []
                assert shown.report.days[DayOutcome.DIFFERS] == 0
                await imports.accept_file(second.account_id, second.point_id, shown.id)
        for table, content in files.items():
            again = (await export(second, table, form)).decode()
            assert without_quality(again) == without_quality(content.decode())
            assert str(Quality.MEASURED) not in again
        for home in (first, second):
            await home.database.close()

    asyncio.run(work())


NUMBERS = count()


async def open_home(path: Path) -> StoredHome:
    """A home in a copy of a database that was migrated once."""
    template, folder = path / "template", path / str(next(NUMBERS))
    if not template.exists():
        await upgrade_database(sqlite_url(template))
    shutil.copytree(template, folder)
    return await StoredHome.open(sqlite_url(folder), SetClock(), Keyring.parse_keyring(Keyring.generate_key()))


async def write_peak(home: StoredHome, peak: Peak) -> None:
    feed, day = Feed(home.point_id, Kind.MAX_POWER), date(2025, 12, 31)
    async with home.database.write() as session:
        facts = [Fact(day, State.COMPLETE, peak.pack())]
        await save_facts(session, feed, home.secrets, facts, home.clock.now())


async def export(home: StoredHome, table: Table, form: Form) -> bytes:
    exporter = CsvExporter(home.database, home.publisher)
    opened = await exporter.open_table(home.account_id, home.point_id, table, paris.EARLIEST, paris.LATEST)
    return b"".join([some async for some in write_table(opened, form)])


def without_quality(text: str) -> Sequence[str]:
    return [line.rsplit(";" if ";" in line else ",", 1)[0] for line in text.splitlines()]
