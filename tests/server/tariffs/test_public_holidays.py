"""Public holidays, and times that hold by them."""

from datetime import date, timedelta

import holidays
import pytest

from gateway.tariffs.off_peak import OffPeakPeriod, list_slots_on
from gateway.tariffs.public_holidays import HolidayRegion, list_public_holidays

MOSELLE = "57"
WHOLE_DAY, NIGHT = [(0, 1440)], [(0, 360), (1320, 1440)]
CHRISTMAS_2026, BOXING_DAY_2028, SUNDAY = date(2026, 12, 25), date(2028, 12, 26), date(2026, 11, 29)


@pytest.mark.parametrize(
    ("region", "subdiv"), [(HolidayRegion.MAINLAND, None), (HolidayRegion.ALSACE_MOSELLE, MOSELLE)]
)
def test_they_are_those_of_the_library_since_2008(region: HolidayRegion, subdiv: str | None) -> None:
    for year in range(2008, 2100):
        known = holidays.country_holidays("FR", subdiv=subdiv, years=year)
        assert list_public_holidays(year, region) == set(known), year


@pytest.mark.parametrize(
    ("rule", "on_holiday", "on_sunday"),
    [("by_weekday", [], WHOLE_DAY), ("included", WHOLE_DAY, WHOLE_DAY), ("excluded", [], WHOLE_DAY)],
)
def test_times_of_the_week_end(rule: str, on_holiday: list[object], on_sunday: list[object]) -> None:
    period = OffPeakPeriod.model_validate({"weekdays": [5, 6], "public_holidays": rule, "slots": [["00:00", "24:00"]]})
    assert list_slots_on([period], CHRISTMAS_2026) == on_holiday
    assert list_slots_on([period], CHRISTMAS_2026 - timedelta(days=1)) == []
    assert list_slots_on([period], SUNDAY) == on_sunday


def test_a_holiday_of_alsace_is_an_ordinary_day_elsewhere() -> None:
    period = OffPeakPeriod.model_validate(
        {"weekdays": [], "public_holidays": "included", "slots": [["22:00", "06:00"]]}
    )
    assert list_slots_on([period], BOXING_DAY_2028) == []
    assert list_slots_on([period], BOXING_DAY_2028, HolidayRegion.ALSACE_MOSELLE) == NIGHT
