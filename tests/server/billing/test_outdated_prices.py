"""Prices that may be outdated are flagged."""

from datetime import date

from tests.server.billing.answered import load_comparison, load_periods, load_totals, write_curve
from tests.server.billing.homes import StoredHome


async def test_old_prices_are_flagged_in_every_answer_that_uses_them(home: StoredHome) -> None:
    await home.change_point(tariffs=[{"option": "base", "power_kva": 15}])
    await write_curve(home, date(2026, 9, 4))
    for found in (await load_periods(home), await load_totals(home), await load_comparison(home)):
        assert found["prices_outdated"] == "2026-08-01"
    assert (await load_periods(home, date(2026, 7, 1), date(2026, 7, 5)))["prices_outdated"] is None


async def test_old_prices_of_an_option_that_is_compared_are_flagged(home: StoredHome) -> None:
    """Ones own prices are nobody's to call old; those of the regulated options at 15 kVA are of February."""
    own = {"prices": [{"bucket": "base", "eur_per_kwh": 0.2}], "subscription_eur_per_month": 20}
    await home.change_point(tariffs=[{"option": "base", "power_kva": 15} | own])
    await write_curve(home, date(2026, 9, 4))
    assert (await load_totals(home))["prices_outdated"] is None
    assert (await load_comparison(home))["prices_outdated"] == "2026-08-01"
