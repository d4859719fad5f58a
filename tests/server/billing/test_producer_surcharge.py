"""The producer's yearly surcharge on the subscription, tax included, by month."""

from datetime import date
from decimal import Decimal

import pytest

from gateway.tariffs.producer_surcharge import get_monthly_surcharge


@pytest.mark.parametrize(
    ("day", "a_year"),
    [
        (date(2023, 7, 31), "0"),
        (date(2023, 8, 1), "9.3684"),
        (date(2025, 1, 31), "9.3684"),
        (date(2025, 2, 1), "10.2546"),
        (date(2025, 7, 31), "10.2546"),
        (date(2025, 8, 1), "11.52"),
        (date(2026, 11, 1), "11.52"),
    ],
)
def test_it_follows_the_grids_and_the_rate_of_tax(day: date, a_year: str) -> None:
    assert get_monthly_surcharge(day) * 12 == pytest.approx(Decimal(a_year))
