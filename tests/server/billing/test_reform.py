"""A meter that the off-peak reform moves on 1 December, and again to its summer hours on 1 April."""

import json
import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from gateway.kit import paris
from gateway.kit.failures import Failures
from gateway.tariffs.buckets import Rules
from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.options import Option
from gateway.tariffs.prices import load_packaged_prices
from gateway.tariffs.tariff import Tariff
from gateway.usage_points.contract import Contract as EnedisContract
from gateway.usage_points.off_peak_changes import get_next_look
from gateway.usage_points.upkeep import UsagePointKeeper
from tests.server.billing.counted import count_figures, to_exact_amounts
from tests.server.billing.homes import HP_HC
from tests.server.billing.naive import Contract, Home, Slots, compute_bill
from tests.server.billing.test_bill import assert_agreement, list_prices, random_curve, to_intervals
from tests.server.enedis.origins import Reply, open_client
from tests.server.metering.stand_in import ScriptedHome
from tests.server.metering.stand_in import scripted_home as scripted_home  # noqa: PLC0414 - a fixture
from tests.server.paris import midnight
from tests.server.usage_points.test_customer_answers import USUAL, update_customer

OLD, WINTER, SUMMER = "HC (22H00-6H00)", "HC (0H56-6H56;14H26-16H26)", "HC (1H32-6H32;11H02-14H02)"
REFORM, SPRING = date(2026, 12, 1), date(2027, 4, 1)
SLOTS = {
    OLD: [("22:00", "06:00")],
    WINTER: [("00:56", "06:56"), ("14:26", "16:26")],
    SUMMER: [("01:32", "06:32"), ("11:02", "14:02")],
}
OF_THE_REFORM = [
    Slots(SLOTS[OLD], before=REFORM),
    Slots(SLOTS[WINTER], first=REFORM, before=SPRING),
    Slots(SLOTS[SUMMER], first=SPRING),
]


async def live_until(asked: ScriptedHome, until: date, timetable: dict[date, dict[str, Any]]) -> Counter[str]:
    """Ask whenever the gateway would, from today until a day; return how often each API was called."""
    calls: Counter[str] = Counter()
    clock = asked.home.clock

    def respond(line: str) -> Reply:
        relay = timetable[max(day for day in timetable if day <= paris.day_of(clock.now()))]
        [(api, body)] = [(api, body) for api, body in (USUAL | {"comptage": {"relais": relay}}).items() if api in line]
        calls[api] += 1
        return Reply(body=json.dumps(body).encode())

    asked.respond = respond
    async with open_client(asked.origin.url, store=asked.store) as (enedis, _):
        keeper = UsagePointKeeper(asked.home.database, enedis, asked.home.keyring, clock)
        while clock.now() < midnight(until):
            await keeper.refresh_due_points(Failures(pytest.fail))
            point = await asked.load_point()
            clock.set(min(at for at in (point.details_at, point.off_peak_at) if at is not None))
    asked.respond = None
    return calls


async def check_every_hour(asked: ScriptedHome, changes: list[date]) -> None:
    """Compare the bill around each change with one made minute by minute."""
    periods = [OffPeakPeriod.model_validate(period) for period in (await asked.load_point()).off_peak]
    rules = Rules([Tariff(option=Option.HP_HC, power_kva=9)], periods, {}, load_packaged_prices())
    home = Home([Contract(date.min, "hp_hc", list_prices("hp_hc"))], OF_THE_REFORM, {})
    for day in changes:
        start, end = midnight(day - timedelta(days=2)), midnight(day + timedelta(days=2))
        readings = random_curve(start, end, [30, 10, 60], random.Random(str(day)))
        assert_agreement(to_exact_amounts(count_figures(rules, readings)), compute_bill(home, to_intervals(readings)))


async def test_each_season_is_switched_on_its_day_when_enedis_names_no_date(scripted_home: ScriptedHome) -> None:
    await scripted_home.home.change_point(tariffs=HP_HC)
    calls = await live_until(
        scripted_home,
        date(2027, 4, 9),
        {
            date(2026, 11, 1): {"plageHeuresCreuses": OLD},
            date(2026, 11, 10): {"plageHeuresCreuses": OLD, "futuresPlagesHeuresCreuses": WINTER},
            REFORM: {"plageHeuresCreuses": WINTER},
            SPRING: {"plageHeuresCreuses": SUMMER},
        },
    )
    periods = (await scripted_home.load_point()).off_peak
    assert [(one["valid_from"], one["valid_to"]) for one in periods] == [
        (None, "2026-12-01"),
        ("2026-12-01", "2027-04-01"),
        ("2027-04-01", None),
    ]
    await check_every_hour(scripted_home, [REFORM, date(2027, 3, 28), SPRING])
    weeks = calls["situation_contrat"]
    assert weeks <= 24, "the contract is asked each week, whatever is announced"
    assert calls["comptage"] <= weeks + 23, "its hours also each day from the announcement to the change"


async def test_a_day_that_enedis_names_is_known_ahead(scripted_home: ScriptedHome) -> None:
    await scripted_home.home.change_point(tariffs=HP_HC)
    future = {"libelle": WINTER, "dateDebut": "2026-12-01"}
    relay = {"plageHeuresCreuses": OLD, "futuresPlagesHeuresCreuses": future}
    await update_customer(scripted_home, comptage={"relais": relay})
    periods = (await scripted_home.load_point()).off_peak
    assert [(one["valid_from"], one["valid_to"]) for one in periods] == [(None, "2026-12-01"), ("2026-12-01", None)]
    await check_every_hour(scripted_home, [REFORM])


async def test_a_day_that_enedis_names_is_asked_for_once_and_holds_if_enedis_is_late(
    scripted_home: ScriptedHome,
) -> None:
    await scripted_home.home.change_point(tariffs=HP_HC)
    announced = {"plageHeuresCreuses": OLD, "futuresPlagesHeuresCreuses": f"{WINTER} à partir du 01/12/2026"}
    late = REFORM + timedelta(days=3)
    calls = await live_until(scripted_home, late, {date(2026, 11, 1): announced})
    assert (calls["situation_contrat"], calls["comptage"]) == (5, 6), "each week, and the hours alone on the day"
    calls = await live_until(scripted_home, late + timedelta(days=60), {late: {"plageHeuresCreuses": WINTER}})
    assert calls["comptage"] <= 10, "each week"
    await check_every_hour(scripted_home, [REFORM])


async def test_an_announcement_without_a_day_costs_one_call_a_day_and_then_less(scripted_home: ScriptedHome) -> None:
    """Announced on 3 November and never in force: each day until 18 December, then at pauses that grow to a week."""
    await scripted_home.home.change_point(tariffs=HP_HC)
    relay = {"plageHeuresCreuses": OLD, "futuresPlagesHeuresCreuses": WINTER}
    months = [date(2026, 12, 3), date(2027, 1, 3), date(2027, 2, 3), date(2027, 3, 3), date(2027, 3, 31)]
    calls = [await live_until(scripted_home, month, {date(2026, 11, 1): relay}) for month in months]
    alone = [each["comptage"] - each["situation_contrat"] for each in calls]
    assert 25 <= alone[0] <= 30
    assert alone == sorted(alone, reverse=True)
    assert alone[-1] <= 4
    others = {"subscribed_services", "situation_contrat", "synth_contrat"}
    assert all(each[api] <= 5 for each in calls for api in others), "nobody else is asked more than each week"


@pytest.mark.parametrize(
    ("status", "body", "earliest", "latest"),
    [
        (503, {}, timedelta(), timedelta(hours=6)),
        (401, {"code": "900901", "message": "Invalid Credentials"}, timedelta(), timedelta(hours=6)),
        (400, {"code": "invalid_request"}, timedelta(days=1), timedelta(days=1)),
        (403, {"code": "900908", "message": "Resource forbidden"}, timedelta(days=1), timedelta(days=1)),
        (403, {"error": "ADAM-ERR0155"}, timedelta(days=90), timedelta(days=150)),
    ],
)
async def test_a_failed_look_is_tried_again_and_changes_nothing(
    scripted_home: ScriptedHome, status: int, body: dict[str, str], earliest: timedelta, latest: timedelta
) -> None:
    await scripted_home.home.change_point(tariffs=HP_HC)
    await live_until(scripted_home, date(2026, 11, 5), {date(2026, 11, 1): {"plageHeuresCreuses": OLD}})
    before = await scripted_home.load_point()
    scripted_home.respond = lambda _line: Reply(status, json.dumps(body).encode())
    async with open_client(scripted_home.origin.url, store=scripted_home.store) as (enedis, _):
        home = scripted_home.home
        await UsagePointKeeper(home.database, enedis, home.keyring, home.clock).refresh_off_peak(before)
    after = await scripted_home.load_point()
    assert (after.off_peak, after.contract, after.details_at) == (before.off_peak, before.contract, before.details_at)
    assert after.off_peak_at
    assert earliest <= after.off_peak_at - scripted_home.home.clock.now() <= latest


async def test_a_refresh_that_could_not_read_off_peak_hours_is_made_again_soon(scripted_home: ScriptedHome) -> None:
    await scripted_home.home.change_point(tariffs=HP_HC)
    await live_until(scripted_home, date(2026, 11, 5), {date(2026, 11, 1): {"plageHeuresCreuses": OLD}})

    def respond(line: str) -> Reply:
        if "comptage" in line:
            return Reply(401, json.dumps({"code": "900901", "message": "Invalid Credentials"}).encode())
        return Reply(body=json.dumps(next(body for api, body in USUAL.items() if api in line)).encode())

    scripted_home.respond = respond
    home = scripted_home.home
    async with open_client(scripted_home.origin.url, store=scripted_home.store) as (enedis, _):
        keeper = UsagePointKeeper(home.database, enedis, home.keyring, home.clock)
        await keeper.refresh_point(await scripted_home.load_point())
    assert (await scripted_home.load_point()).details_at - home.clock.now() <= timedelta(hours=6)


@pytest.mark.parametrize("future", [None, WINTER, f"{WINTER} à partir du 01/04/2027"])
def test_ten_thousand_meters_are_asked_on_the_day_500_an_hour(future: str | None) -> None:
    contract = EnedisContract(off_peak=OLD, future_off_peak=future)
    now = midnight(SPRING - timedelta(days=1)) + timedelta(hours=23)
    looks = [look for number in range(10_000) if (look := get_next_look(str(number), contract, now))]
    day = SPRING if future != WINTER else paris.day_of(now)
    assert {paris.day_of(look) for look in looks} <= {day, SPRING}
    by_hour = Counter((paris.day_of(look), look.hour) for look in looks)
    assert max(by_hour.values()) < 600


def test_a_look_before_its_time_does_not_take_the_place_of_the_look_on_the_day() -> None:
    contract = EnedisContract(off_peak=OLD)
    look = get_next_look("1", contract, midnight(SPRING))
    assert look
    assert paris.day_of(look) == SPRING
    assert get_next_look("1", contract, look - timedelta(seconds=1)) == look
    following = get_next_look("1", contract, look)
    assert following
    assert paris.day_of(following) == date(2027, 11, 1)


def test_hours_announced_without_a_day_are_looked_for_daily_for_45_days_and_then_less_often() -> None:
    announced = midnight(date(2026, 11, 10)) + timedelta(hours=12)
    contract = EnedisContract(off_peak=OLD, future_off_peak=WINTER, announced_at=announced)
    look, days = announced, []
    while look < midnight(date(2027, 2, 1)):
        found = get_next_look("1", contract, look)
        assert found
        look = found
        days.append(paris.day_of(look))
    christmas = days.index(date(2026, 12, 25))
    assert days[: christmas + 1] == [date(2026, 11, 11) + timedelta(days=number) for number in range(45)]
    later = [(day.month, day.day) for day in days[christmas + 1 :]]
    assert later == [(12, 27), (12, 29), (12, 31), (1, 3), (1, 6), (1, 10), (1, 15), (1, 21), (1, 28), (2, 4)]


@pytest.mark.parametrize("written", [f"HC été (1H32-6H32;11H02-14H02) hiver ({WINTER[4:-1]})"])
async def test_both_seasons_in_one_text_need_no_second_asking(scripted_home: ScriptedHome, written: str) -> None:
    await scripted_home.home.change_point(tariffs=HP_HC)
    await live_until(
        scripted_home,
        date(2026, 12, 3),
        {
            date(2026, 11, 1): {"plageHeuresCreuses": OLD},
            date(2026, 11, 20): {"plageHeuresCreuses": OLD, "futuresPlagesHeuresCreuses": written},
            REFORM: {"plageHeuresCreuses": written},
        },
    )
    await check_every_hour(scripted_home, [REFORM, SPRING])
