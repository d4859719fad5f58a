"""Fetches the open services and the contract of each usage point again every week."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zlib import crc32

import structlog

from gateway.audit.service import record_event
from gateway.enedis.client import Enedis
from gateway.enedis.customer import Service
from gateway.enedis.errors import EnedisError
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring, UndecipherableError
from gateway.kit.database import Database
from gateway.tariffs.off_peak import OffPeakPeriod, find_next_season
from gateway.tariffs.off_peak_dates import apply_enedis_text, is_announced, parse_announcement
from gateway.usage_points import details, repository, service
from gateway.usage_points.contract import Contract
from gateway.usage_points.models import PointStatus, UsagePoint
from gateway.usage_points.refusals import Refusals

log = structlog.get_logger()

_A_ROUND = 20
_FRESH_FOR = timedelta(days=7)
_AFTER_FAILURE = timedelta(hours=6)
_AFTER_DOUBT = timedelta(hours=1)
_SPREAD_SECONDS = 20 * 3600


class UsagePointKeeper:
    """Keeps the services and contracts of usage points up to date."""

    def __init__(self, database: Database, enedis: Enedis, keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._enedis = enedis
        self._keyring = keyring
        self._clock = clock

    async def refresh_due_points(self) -> datetime:
        """Refresh the usage points that are due; return when to run again."""
        now = self._clock.now()
        async with self._database.read() as session:
            stale = await repository.find_with_stale_details(session, now, _A_ROUND)
        for point in stale:
            try:
                await self.refresh_point(point)
            except UndecipherableError:
                log.exception("undecipherable", usage_point=point.id)
                async with self._database.write() as session:
                    await repository.schedule_details(session, point.id, now + _AFTER_FAILURE)
        async with self._database.read() as session:
            return await repository.find_next_details(session, now + paris.HOUR)

    async def refresh_point(self, point: UsagePoint) -> None:
        """Fetch the services and the contract of a usage point, and store them; schedule a retry after a failure."""
        async with self._database.read() as session:
            prm = (await service.open_secrets(session, point, self._keyring)).prm
        services: list[Service] | None = None
        contract = Contract()
        again = self._clock.now() + _FRESH_FOR
        try:
            # by the holder's own authorisation: another holder's authorisation of the same meter must not count
            if point.authorisation is None:
                services = await self._enedis.fetch_services_of_point(point.account_id, prm)
            else:
                services = await self._enedis.fetch_services_of_authorization(point.account_id, point.authorisation)
            if any(found.point == prm and found.is_open for found in services):
                ours = [found for found in services if found.point == prm and found.is_open]
                refused = Refusals.of(point).meter is not None
                contract, failure = await details.fetch_details(
                    self._enedis, point.account_id, prm, ours, is_refused=refused
                )
                if failure is None or contract.model_fields_set:
                    contract = contract.model_copy(update={"told_at": self._clock.now()})
                if failure:
                    again = failure.retry_at or self._clock.now() + _AFTER_FAILURE
        except EnedisError as error:
            log.warning("details_failed", usage_point=point.id, reason=error.reason, code=error.code)
            again = error.retry_at or self._clock.now() + _AFTER_FAILURE
        now = self._clock.now()
        async with self._database.write() as session:
            current = await repository.find_point(session, point.account_id, point.id, to_change=True)
            if current is None or (current.status, current.details_at) != (PointStatus.GRANTED, point.details_at):
                return  # it was shared again or moved in the meantime: the answer is outdated
            current.contract = current.contract.merge(contract)
            current.details_at = min(again, get_next_change(current.id, current.contract, now))
            _note_off_peak(current, contract, paris.day_of(now))
            if services is None or note_services(current, prm, services):
                current.doubted = current.doubted and services is None
            elif current.doubted:
                service.end_access(current, PointStatus.ENDED, now)
                record_event(session, now, "consent_ended", current.account_id, usage_point=current.id)
            else:
                current.doubted, current.details_at = True, now + _AFTER_DOUBT


def get_next_change(point_id: str, contract: Contract, now: datetime) -> datetime:
    """Return when off-peak hours may next have changed, on that very day, so that the whole of it is billed by them.

    That is the day that Enedis announces, each day while it announces other hours without theirs, else the beginning of
    summer or winter hours. Usage points are spread over the day: 10,000 make 500 looks an hour.
    """
    if not contract.off_peak:
        return now + timedelta(days=366)
    wait = timedelta(seconds=crc32(point_id.encode()) % _SPREAD_SECONDS)
    today = paris.day_of(now - wait)
    day = find_next_season(today)
    if is_announced(contract.off_peak, contract.future_off_peak):
        announcement = parse_announcement(contract.future_off_peak or "")
        if announcement is None:
            day = today + paris.DAY
        elif announcement.day > today:
            day = min(day, announcement.day)
    return paris.midnight(day) + wait


def _note_off_peak(point: UsagePoint, contract: Contract, today: date) -> None:
    """Store the off-peak hours from Enedis; changed ones begin today, or on the announced day."""
    before = [OffPeakPeriod.model_validate(period) for period in point.off_peak]
    periods = apply_enedis_text(before, contract.off_peak, today, contract.future_off_peak)
    point.off_peak = [period.model_dump(mode="json") for period in periods]


def note_services(point: UsagePoint, prm: str, services: Sequence[Service]) -> bool:
    """Store the open services of a usage point and their dates; return whether there are any."""
    ours = [found for found in services if found.point == prm and found.is_open]
    if ours:
        point.services = sorted({found.measure for found in ours if found.measure})
        # the first known date is kept: a service that began later may belong to a new holder without an account here
        began = max((found.starts_on for found in ours if found.starts_on), default=None)
        point.opened_on = point.opened_on or began
        point.consent_expires_on = max((found.ends_on for found in ours if found.ends_on), default=None)
    return bool(ours)
