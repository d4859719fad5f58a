"""Every answer that has figures, over HTTP, beside what a model counts minute by minute."""

import asyncio
import random
import secrets
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from gateway.kit.crypto import Keyring
from gateway.settings import EnedisEnvironment, Settings
from tests.server.billing import expected
from tests.server.billing.expected import DAY, list_clocks, list_days
from tests.server.billing.figure_checks import (
    Asked,
    check_comparison,
    check_export,
    check_habits,
    check_hourly_series,
    check_hours,
    check_periods,
    check_series,
    check_totals,
)
from tests.server.billing.homes import sqlite_url
from tests.server.billing.random_homes import SHOWN, draw_home, store_home
from tests.server.conftest import SetClock, run_gateway
from tests.server.paris import midnight

TODAYS = [date(2026, 4, 10), date(2026, 11, 3), date(2027, 1, 5), date(2028, 2, 29), date(2028, 3, 6)]
NOON = timedelta(hours=12)
TARIFFS_TO_COME = 2950
"""The seed of homes of which one has a tariff from today and one from later on, and two the first of `SLOTS` only."""


async def check_home(today: date, chance: random.Random) -> None:
    home, keyring, clock = draw_home(chance, today), Keyring.generate_key(), SetClock(midnight(today) + NOON)
    with tempfile.TemporaryDirectory() as folder:
        url = sqlite_url(Path(folder))
        await store_home(home, url, clock, Keyring.parse_keyring(keyring))
        nobody = "http://127.0.0.1:9"
        settings_ = Settings(
            database_url=url,
            encryption_keys=keyring,
            secret_key=secrets.token_urlsafe(32),
            enedis_environment=EnedisEnvironment.SIMULATOR,
            enedis_base_url=nobody,
            enedis_client_id="nobody",
            enedis_client_secret="nobody",
            rte_base_url=nobody,
            rte_open_data_url=nobody,
            user_daily_limit_no_cache=1000,
        )
        async with run_gateway(settings_, clock) as gateway:
            who = await gateway.sign_in()
            [point] = (await gateway.get("/v1/usage-points", who))["items"]
            asked = Asked(home, today, gateway, who, f"/v1/usage-points/{point['id']}")
            await check_hours(asked)
            await check_export(asked)
            for step in ("day", "week", "month", "year"):
                start = today - chance.randrange(1, SHOWN + 10) * DAY
                await check_series(asked, step, start, start + chance.randrange(1, 70) * DAY)
                begin = expected.split_days(step, list_days(today - 400 * DAY, today))[-1][0]
                await check_series(asked, step, begin, today + DAY)
            start = today - chance.randrange(8, SHOWN) * DAY
            await check_hourly_series(asked, start, start + 7 * DAY)
            await check_hourly_series(asked, *find_odd_days(today))
            await check_habits(asked, today - SHOWN * DAY, today)
            await check_comparison(asked)
            await check_totals(asked)
            await check_periods(asked, *find_odd_days(today))
            await check_periods(asked, today - 9 * DAY, today)


def find_odd_days(today: date) -> tuple[date, date]:
    """The last days with 23 or 25 hours, and the ones around them, this year or the year before."""
    odd = next(day for day in reversed(list_days(today - 400 * DAY, today)) if len(list_clocks(day)) != 1440)
    return odd - DAY, odd + 3 * DAY


@pytest.mark.parametrize("today", TODAYS, ids=str)
@given(seed=st.integers(0, 2**32))
@example(seed=TARIFFS_TO_COME)
@settings(max_examples=2, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_every_figure_is_as_counted_by_the_minute(today: date, seed: int) -> None:
    asyncio.run(check_home(today, random.Random(f"{today} {seed}")))
