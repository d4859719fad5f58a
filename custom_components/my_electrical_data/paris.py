"""Dates and clock times in Paris, which the gateway uses, whatever Home Assistant's time zone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
DAY = timedelta(days=1)


def paris_day(moment: datetime) -> date:
    """Return the date in Paris at `moment`."""
    return moment.astimezone(PARIS).date()


def find_next_midnight(moment: datetime) -> datetime:
    """Return when the next day of Paris begins."""
    return find_next_time(moment, time())


def find_next_time(moment: datetime, clock: time) -> datetime:
    """Return when the clock in Paris next shows `clock`."""
    local = moment.astimezone(PARIS)
    day = local.date() if local.time() < clock else local.date() + DAY
    return datetime.combine(day, clock, PARIS)
