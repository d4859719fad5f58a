"""Random homes, stored as the archive does.

They have holes, half days, days of which only the sum is known, tariffs and off-peak hours that change within a month
or only later, colours that nobody knows, production, and a first day that begins at noon or so; their days are around
both odd days, New Year and 29 February.
"""

import random
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from gateway.domain.direction import Direction
from gateway.domain.readings import Reading
from gateway.kit.crypto import Keyring
from gateway.metering.schedule import Kind, State
from gateway.usage_points import contract as contracts
from gateway.usage_points.models import PointStatus
from tests.server.billing import expected
from tests.server.billing.expected import DAY, Contract, Home, Known, OffPeak, list_clocks, list_days
from tests.server.billing.homes import StoredHome
from tests.server.conftest import SetClock
from tests.server.paris import midnight
from tests.server.tables import create_tables

SLOTS: list[tuple[tuple[str, str], ...]] = [
    (("22:30", "06:30"),),
    (("01:28", "06:58"), ("13:58", "16:28")),
    (("00:00", "02:15"), ("02:47", "08:32")),
]
SUMMER = frozenset(range(4, 11))
SHOWN = 60
"""How many days before today have readings, this year and a year before."""


def draw_curve(chance: random.Random, day: date) -> list[tuple[int, int, int]]:
    step, length = chance.choice([10, 15, 30, 30, 60]), len(list_clocks(day))
    power = chance.choice([0, 700, 4000])
    return [(offset, step, chance.randrange(power + 1)) for offset in range(0, length, step)]


def draw_day(chance: random.Random, day: date, *, is_old: bool) -> Known:
    curve = draw_curve(chance, day)
    cut = chance.randrange(1, len(curve))
    match chance.choices(["whole", "begun", "ended", "hole", "nothing", "sum"], [16, 1, 1, 1, 1, 2])[0]:
        case "begun":
            return Known(curve[:cut])
        case "ended":
            return Known(curve[cut:])
        case "hole":
            return Known([*curve[: cut - 1], *curve[cut:]] if len(curve) > 2 else curve)
        case "nothing":
            return Known()
        case "sum" if is_old:
            return Known(wh=chance.randrange(1, 40_000))
    return Known(curve)


def draw_home(chance: random.Random, today: date) -> Home:
    windows = [
        *list_days(expected.step_back_a_year(today) - SHOWN * DAY, expected.step_back_a_year(today)),
        *list_days(today - SHOWN * DAY, today),
    ]
    changes = sorted(chance.sample([*windows, today, today + 5 * DAY], chance.randrange(3)))
    production = [None, Fraction("0.1269"), Fraction("0.04")]
    agreed = [
        Contract(first, chance.choice(expected.REGULATED), chance.choice([6, 9]), chance.choice(production))
        for first in [date.min, *changes]
    ]
    off_peak = chance.choice(
        [
            [OffPeak(SLOTS[0])],
            [OffPeak(SLOTS[0], before=windows[-20]), OffPeak(SLOTS[1], first=windows[-20])],
            [OffPeak(SLOTS[2], months=SUMMER), OffPeak(SLOTS[1], months=frozenset(range(1, 13)) - SUMMER)],
            [OffPeak(SLOTS[1], months=SUMMER)],
        ]
    )
    nights = [day - DAY for day in windows]
    colors = {day: chance.choice(["blue", "white", "red"]) for day in {*nights, *windows} if chance.random() > 0.05}
    oldest_recent = today - 20 * DAY
    used = {day: draw_day(chance, day, is_old=day < oldest_recent) for day in windows}
    produces = chance.random() < 0.5
    gave = {day: draw_day(chance, day, is_old=False) for day in windows} if produces else {}
    since = chance.choice([date.min, date.min, *chance.sample(windows, 1)])
    for days in (used, gave):
        for day in [day for day in days if day < since]:
            del days[day]
        if since in days:
            days[since] = Known(days[since].curve[20:])  # it was put into service in the course of the day
    return Home(agreed, off_peak, colors, used, gave, produces, since)


async def store_home(home: Home, url: str, clock: SetClock, keyring: Keyring) -> None:
    """Write a home as the archive does; its consent has ended, so that no job asks for its days."""
    await create_tables(url)
    stored = await StoredHome.open(
        url,
        clock,
        keyring,
        tariffs=[_write_contract(one) for one in home.contracts],
        off_peak=[_write_off_peak(one) for one in home.off_peak],
        contract=contracts.Contract(
            consumes=True,
            produces=home.produces,
            consumption_activated_on=None if home.since == date.min else home.since,
        ),
    )
    await stored.change_point(status=PointStatus.ENDED, ended_at=clock.now() - timedelta(hours=2))
    await stored.write_colors(home.colors)
    for direction, days in ((Direction.CONSUMPTION, home.used), (Direction.PRODUCTION, home.gave)):
        for state in (State.COMPLETE, State.PARTIAL, State.ABSENT):
            curves = {day: _write_curve(day, known) for day, known in days.items() if _state_of(day, known) is state}
            await stored.write_days(Kind.CURVE, curves, direction, state=state)
        sums = {day: known.wh for day, known in days.items() if known.wh is not None}
        await stored.write_days(Kind.DAILY, sums, direction)
    await stored.database.close()


def _state_of(day: date, known: Known) -> State:
    length = sum(minutes for _, minutes, _ in known.curve)
    return State.COMPLETE if length == len(list_clocks(day)) else State.PARTIAL if length else State.ABSENT


def _write_curve(day: date, known: Known) -> list[Reading] | None:
    start = midnight(day)
    return [
        Reading(start + timedelta(minutes=offset), minutes, watts) for offset, minutes, watts in known.curve
    ] or None


def _write_contract(one: Contract) -> dict[str, Any]:
    first = {} if one.first == date.min else {"valid_from": one.first.isoformat()}
    production = {} if one.production is None else {"production_eur_per_kwh": float(one.production)}
    return {"option": one.option, "power_kva": one.kva, **first, **production}


def _write_off_peak(one: OffPeak) -> dict[str, Any]:
    season = {12: "all", 7: "summer", 5: "winter"}[len(one.months)]
    dates = {"valid_from": one.first} | {"valid_to": one.before}
    written = {name: day.isoformat() for name, day in dates.items() if day not in {date.min, date.max}}
    return {"slots": [list(slot) for slot in one.slots], "season": season, **written}
