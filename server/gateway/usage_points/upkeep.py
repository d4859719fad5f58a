"""Fetches services and contract of each usage point every week, and off-peak hours when they may change."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import assert_never

import structlog

from gateway.audit.service import record_event
from gateway.enedis.client import Enedis
from gateway.enedis.customer import SubscribedService
from gateway.enedis.errors import EnedisError, ErrorReason
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.kit.failures import Failures
from gateway.usage_points import details, repository, service
from gateway.usage_points.contract import Contract
from gateway.usage_points.models import PointStatus, UsagePoint
from gateway.usage_points.off_peak_changes import note_off_peak
from gateway.usage_points.refusals import Refusals

log = structlog.get_logger()

_A_ROUND = 20
_FRESH_FOR = timedelta(days=7)
_AFTER_FAILURE = timedelta(hours=6)
_AFTER_DOUBT = timedelta(hours=1)


class UsagePointKeeper:
    """Keeps the services and contracts of usage points up to date."""

    def __init__(self, database: Database, enedis: Enedis, keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._enedis = enedis
        self._keyring = keyring
        self._clock = clock

    async def refresh_due_points(self, failures: Failures) -> datetime:
        """Refresh the usage points that are due; return when to run again."""
        now = self._clock.now()
        async with self._database.read() as session:
            stale = await repository.find_with_stale_details(session, now, _A_ROUND)
            changing = await repository.find_with_due_off_peak(session, now, _A_ROUND)
        for refresh, points in ((self.refresh_point, stale), (self.refresh_off_peak, changing)):
            for point in points:
                with failures.contain("usage_points", usage_point=point.id):
                    await refresh(point)
                    continue
                async with self._database.write() as session:
                    await repository.schedule_details(session, point.id, now + _AFTER_FAILURE)
        async with self._database.read() as session:
            return await repository.find_next_details(session, now + paris.HOUR)

    async def refresh_point(self, point: UsagePoint) -> None:
        """Fetch the services and the contract of a usage point, and store them; schedule a retry after a failure."""
        async with self._database.read() as session:
            prm = (await service.open_secrets(session, point, self._keyring)).prm
        services: list[SubscribedService] | None = None
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
            note_off_peak(current, contract, now)
            current.details_at = again
            if services is None or note_services(current, prm, services):
                current.doubted = current.doubted and services is None
            elif current.doubted:
                service.end_access(current, PointStatus.ENDED, now)
                record_event(session, now, "consent_ended", current.account_id, usage_point=current.id)
            else:
                current.doubted, current.details_at = True, now + _AFTER_DOUBT

    async def refresh_off_peak(self, point: UsagePoint) -> None:
        """Fetch the off-peak hours of a usage point from the one API that tells them, and store them."""
        async with self._database.read() as session:
            prm = (await service.open_secrets(session, point, self._keyring)).prm
        told, again = Contract(), None
        try:
            told = await details.fetch_metering(self._enedis, point.account_id, prm)
        except EnedisError as error:
            log.warning("off_peak_failed", usage_point=point.id, reason=error.reason, code=error.code)
            if pause := _get_off_peak_pause(error.reason):
                again = error.retry_at or self._clock.now() + pause
        now = self._clock.now()
        async with self._database.write() as session:
            current = await repository.find_point(session, point.account_id, point.id, to_change=True)
            if current is None or (current.status, current.off_peak_at) != (PointStatus.GRANTED, point.off_peak_at):
                return  # it was shared again, or its whole contract was read in the meantime
            note_off_peak(current, told, now)
            current.off_peak_at = again or current.off_peak_at


def _get_off_peak_pause(reason: ErrorReason) -> timedelta | None:
    """Return after how long off-peak hours are fetched again; None if Enedis refused because of the usage point."""
    match reason:
        case ErrorReason.QUOTA | ErrorReason.DOWN | ErrorReason.UNAUTHORIZED:
            return _AFTER_FAILURE
        case ErrorReason.OUR_FAULT | ErrorReason.TOO_LONG | ErrorReason.NOT_SUBSCRIBED:
            # no circuit stops these for all meters together
            return paris.DAY
        case (
            ErrorReason.ABSENT
            | ErrorReason.NOT_PUBLISHED
            | ErrorReason.BEFORE_ACTIVATION
            | ErrorReason.HISTORY_LIMIT
            | ErrorReason.WRONG_DIRECTION
            | ErrorReason.NOT_HOLDER
            | ErrorReason.NO_CONSENT
            | ErrorReason.METER_REFUSED
            | ErrorReason.NOTHING_OPEN
        ):
            return None
        case _:
            assert_never(reason)


def note_services(point: UsagePoint, prm: str, services: Sequence[SubscribedService]) -> bool:
    """Store the open services of a usage point and their dates; return whether there are any."""
    ours = [found for found in services if found.point == prm and found.is_open]
    if ours:
        point.services = sorted({found.measure for found in ours if found.measure})
        # the first known date is kept: a service that began later may belong to a new holder without an account here
        began = max((found.starts_on for found in ours if found.starts_on), default=None)
        point.opened_on = point.opened_on or began
        point.consent_expires_on = max((found.ends_on for found in ours if found.ends_on), default=None)
    return bool(ours)
