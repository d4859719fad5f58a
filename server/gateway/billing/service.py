"""The hours of a usage point, for whoever holds a cursor into them.

Days are compared with what was last published of them, by fingerprint; those that differ enter a new revision. A cursor
names an epoch and a revision: what has a later revision is new to its holder, whatever made it change.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.billing import repository
from gateway.billing.buckets import Buckets
from gateway.billing.hours import Amounts, Hour, fingerprint, hours_of, running_sums
from gateway.billing.offpeak import OffPeakPeriod
from gateway.billing.tariffs import Tariff
from gateway.consents import service as points
from gateway.consents.models import UsagePoint
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.metering import repository as metering
from gateway.metering.ledger import Feed, Kind, expected_at
from gateway.tempo import repository as tempo

_FIRST_FILL = timedelta(seconds=10)
"""How soon to come back while the first 60 days are being fetched."""


@dataclass(frozen=True)
class Published:
    """The rows from the first that is new to the holder of a cursor."""

    epoch: str
    cursor: str
    series: list[str]
    rows: list[tuple[Hour, Amounts]]
    next_change: datetime


class Hours:
    """Publishes the hours of usage points."""

    def __init__(self, database: Database, clock: Clock, keyring: Keyring) -> None:
        """Prepare."""
        self._database = database
        self._clock = clock
        self._keyring = keyring

    async def since(self, account_id: str, point_id: str, cursor: str | None) -> Published:
        """Return what changed since `cursor`; everything when it is not one of this epoch."""
        while True:
            async with self._database.read() as session:
                point = await points.get(session, account_id, point_id)
                before = await repository.published(session, point.id)
                by_day = await self._hours(session, point, min(before, default=None))
            fingerprints = {day: fingerprint(hours) for day, hours in by_day.items()}
            changed = {
                day: digest
                for day, digest in fingerprints.items()
                if day not in before or before[day].fingerprint != digest
            }
            if not changed:
                break
            async with self._database.write() as session:
                await repository.publish(session, point.id, changed, point.revision)
        held = _held(cursor, point)
        news = [day for day in by_day if before[day].revision > held]
        hours = [hour for day in sorted(by_day) for hour in by_day[day]]
        keys = sorted({key for hour in hours for key in hour.amounts})
        rows = list(zip(hours, running_sums(hours, keys), strict=True))
        first = paris.midnight(min(news)) if news else None
        return Published(
            epoch=point.epoch,
            cursor=f"{point.epoch}.{point.revision}",
            series=keys,
            rows=[row for row in rows if first is not None and row[0].start >= first],
            next_change=max(point.next_work_at, self._clock.now() + _FIRST_FILL),
        )

    async def _hours(self, session: AsyncSession, point: UsagePoint, start: date | None) -> dict[date, list[Hour]]:
        """Return the hours known of each day from the published start, empty days left out."""
        feed, today = Feed(point.id, Kind.CURVE), paris.day_of(self._clock.now())
        if start is None:
            start = point.wanted_from
            asked = await metering.ledger(session, feed, start, today)
            if any(day not in asked and expected_at(day) <= self._clock.now() for day in paris.days(start, today)):
                return {}  # published once the first fill is done, so that its sums are written once
        opened = await points.open_secrets(session, point, self._keyring)
        curves = await metering.curve(session, feed, opened, start, today)
        buckets = Buckets(
            [Tariff.model_validate(tariff) for tariff in point.tariffs],
            [OffPeakPeriod.model_validate(period) for period in point.off_peak],
            await tempo.colors(session, start - paris.DAY, today + paris.DAY),
        )
        by_day = {day: hours_of(day, readings, buckets) for day, readings in curves.items()}
        return {day: hours for day, hours in by_day.items() if hours}


def _held(cursor: str | None, point: UsagePoint) -> int:
    """Return the revision that the holder of a cursor has; 0, before the first, for one that cannot be understood."""
    epoch, _, text = (cursor or "").partition(".")
    revision = int(text) if epoch == point.epoch and text.isdecimal() else 0
    return revision if revision <= point.revision else 0
