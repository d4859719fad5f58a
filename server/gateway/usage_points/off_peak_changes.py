"""When Enedis is asked for the off-peak hours alone, and what follows from its answer.

One API has them, so only that one is called: on the day that Enedis names for a change; on 1 April and 1 November,
when seasonal hours change; and, while Enedis announces other hours without their day, each day for 45 days. A supplier
gives a month's notice, so nearly all changes come within that time. Later the pauses grow to a week: the whole contract
is read that often anyway.

Example: hours without a day, first seen on 10 November. Enedis is asked each day until 25 December, then on 27, 29
and 31 December, on 3, 6, 10 and 15 January, and from 21 January on each week.
"""

from datetime import datetime, timedelta
from zlib import crc32

from gateway.kit import paris
from gateway.tariffs.off_peak import find_next_season
from gateway.tariffs.off_peak_dates import apply_enedis_text, is_announced, parse_announcement
from gateway.usage_points.contract import Contract
from gateway.usage_points.models import UsagePoint
from gateway.usage_points.stored_settings import read_off_peak, store_off_peak

_SPREAD_SECONDS = 20 * 3600
_DAILY_FOR, _GROWS_EVERY, _LONGEST_PAUSE = 45, 5, 7
"""In days."""


def get_next_look(point_id: str, contract: Contract, now: datetime) -> datetime | None:
    """Return when off-peak hours may next have changed, on that very day, so that the whole of it is billed by them.

    None for a meter without off-peak hours. Usage points are spread over the day: 10,000 make 500 looks an hour.
    """
    if not contract.off_peak:
        return None
    wait = timedelta(seconds=crc32(point_id.encode()) % _SPREAD_SECONDS)
    today = paris.day_of(now - wait)
    day = find_next_season(today)
    if is_announced(contract.off_peak, contract.future_off_peak):
        announcement = parse_announcement(contract.future_off_peak or "")
        if announcement is None:
            day = min(day, today + _compute_pause(contract.announced_at or now, now))
        elif announcement.day > today:
            day = min(day, announcement.day)
    return paris.midnight(day) + wait


def note_off_peak(point: UsagePoint, answered: Contract, now: datetime) -> None:
    """Store what Enedis answered about a contract; changed off-peak hours begin today, or on the announced day."""
    before = point.contract
    contract = before.merge(answered)
    if contract.future_off_peak != before.future_off_peak or before.announced_at is None:
        contract = contract.model_copy(update={"announced_at": now if contract.future_off_peak else None})
    point.contract = contract
    point.off_peak_at = get_next_look(point.id, contract, now)
    dated = apply_enedis_text(read_off_peak(point), answered.off_peak, paris.day_of(now), answered.future_off_peak)
    store_off_peak(point, dated)


def _compute_pause(announced_at: datetime, now: datetime) -> timedelta:
    """Return the pause between two looks for a change whose day is not known, by how long it is announced."""
    late = (paris.day_of(now) - paris.day_of(announced_at)).days - _DAILY_FOR
    return timedelta(days=1 if late < 0 else min(2 + late // _GROWS_EVERY, _LONGEST_PAUSE))
