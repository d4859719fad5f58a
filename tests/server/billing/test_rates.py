"""Prices to come: those that are certain, from the one in force on, up to the first that is not."""

from datetime import date, timedelta

from gateway.billing.periods.periods import Period
from gateway.billing.periods.rates import list_rates
from gateway.billing.periods.service import PeriodsService
from tests.server.billing.homes import StoredHome
from tests.server.conftest import NOW
from tests.server.paris import midnight

HOUR = timedelta(hours=1)


def period(hours: int, price: float | None, *, certain: bool = True) -> Period:
    return Period(NOW + hours * HOUR, NOW + (hours + 1) * HOUR, "hp", off_peak=False, price=price, certain=certain)


def test_what_is_over_is_left_out_and_nothing_follows_what_is_not_certain() -> None:
    periods = [period(-1, 0.1), period(0, 0.2), period(1, 0.3), period(2, 0.4, certain=False), period(3, 0.5)]
    rates = list(list_rates(periods, NOW))
    assert [(rate.start, rate.end, rate.value) for rate in rates] == [
        (NOW, NOW + HOUR, 0.2),
        (NOW + HOUR, NOW + 2 * HOUR, 0.3),
    ]
    assert list(list_rates([period(0, None), period(1, 0.3)], NOW)) == []


async def test_prices_end_on_the_day_newer_ones_are_due(home: StoredHome) -> None:
    """Regulated prices change on 1 February and 1 August; nobody has told those of February 2027 yet."""
    due = midnight(date(2027, 2, 1))
    for now, ends in ((due - timedelta(days=3), [due]), (due, [])):
        home.clock.set(now)
        service = PeriodsService(home.database, home.clock, home.keyring)
        found = await service.find_periods(home.account_id, home.point_id, None, None)
        assert [rate.end for rate in list_rates(found.items, now, found.prices_outdated)] == ends
