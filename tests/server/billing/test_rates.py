"""Prices to come: those that are certain, from the one in force on, up to the first that is not."""

from datetime import timedelta

from gateway.billing.periods.periods import Period
from gateway.billing.periods.rates import list_rates
from tests.server.conftest import NOW

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
