"""What consents need behind requests: late services, and whether what was open still is."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError

from gateway.audit.service import record
from gateway.consents import authorisation, details, repository, service
from gateway.consents.authorisation import Outcome
from gateway.consents.models import PointStatus, UsagePoint
from gateway.enedis.client import Enedis
from gateway.enedis.customer import Service
from gateway.enedis.errors import EnedisError
from gateway.instance import Instance
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring, UndecipherableError
from gateway.kit.database import Database
from gateway.store import StoreError
from gateway.tariffs.off_peak import OffPeakPeriod
from gateway.tariffs.off_peak_dates import renewed

log = structlog.get_logger()

_A_ROUND = 20
_FRESH_FOR = timedelta(days=7)
_AFTER_FAILURE = timedelta(hours=6)
_AFTER_DOUBT = timedelta(hours=1)
_AFTER_OUTAGE = timedelta(minutes=1)


class ConsentKeeper:
    """Asks Enedis what is open."""

    def __init__(self, database: Database, enedis: Enedis, keyring: Keyring, instance: Instance, clock: Clock) -> None:
        self._database = database
        self._enedis = enedis
        self._keyring = keyring
        self._instance = instance
        self._clock = clock

    async def keep(self) -> datetime:
        """Do what is due; return when there is more to do."""
        now = self._clock.now()
        async with self._database.read() as session:
            consents = [consent.id for consent in await repository.consents_to_check(session, now, _A_ROUND)]
            stale = await repository.with_stale_details(session, now, _A_ROUND)
        for consent_id in consents:
            try:
                await self.check(consent_id)
            except UndecipherableError:
                log.error("undecipherable_consent")  # noqa: TRY400 - its id is known to its browser only
                await self._postpone(consent_id, now + _AFTER_FAILURE)
        for point in stale:
            try:
                await self.refresh(point)
            except UndecipherableError:
                log.exception("undecipherable", usage_point=point.id)
                async with self._database.write() as session:
                    await repository.details_due(session, point.id, now + _AFTER_FAILURE)
        async with self._database.read() as session:
            return await repository.next_check(session, now + paris.HOUR)

    async def check(self, consent_id: str) -> Outcome:
        """Ask Enedis what an authorisation opened, if that is due, and decide."""
        now = self._clock.now()
        async with self._database.write() as session:
            consent = await repository.consent_alone(session, consent_id)
            if consent is None:
                return Outcome.UNKNOWN
            if not authorisation.begin_check(consent, now) or consent.authorisation is None:
                return authorisation.outcome_of(consent, now)
            prm = (await service.open_secrets(session, consent, self._keyring)).prm
        try:
            services = await self._enedis.services_of_authorisation(consent.account_id, consent.authorisation)
        except EnedisError as error:
            log.warning("consent_check_failed", reason=error.reason, code=error.code)
            return await self._postpone(consent_id, error.retry_at)
        except StoreError:
            return await self._postpone(consent_id, None)
        try:
            return await self._decide(consent_id, prm, services)
        except IntegrityError:
            # another account was granted the same meter at this very moment: it is there at the next look
            log.warning("consent_contested")
            return Outcome.PENDING

    async def _decide(self, consent_id: str, prm: str, services: Sequence[Service]) -> Outcome:
        now = self._clock.now()
        async with self._database.write() as session:
            consent = await repository.consent_alone(session, consent_id)
            if consent is None or consent.check_at is None or consent.asked_on is None:
                return Outcome.UNKNOWN if consent is None else authorisation.outcome_of(consent, now)
            prm_hash = service.number_hash(self._instance, prm)
            others = await repository.others_with(session, prm_hash, consent.account_id)
            strayed = await repository.last_strayed(session, consent.point_id)
            outcome = authorisation.judge(services, prm, others, consent.asked_on, strayed)
            outcome = await authorisation.conclude(session, consent, outcome, now)
            if outcome is Outcome.GRANTED:
                account = await service.account_of(session, consent)
                point = await service.add(
                    session, account, prm, name=None, keyring=self._keyring, instance=self._instance, now=now
                )
                point.authorisation, point.opened_on = consent.authorisation, None
                _note_services(point, prm, services)
        return outcome

    async def _postpone(self, consent_id: str, until: datetime | None) -> Outcome:
        now = self._clock.now()
        async with self._database.write() as session:
            consent = await repository.consent_alone(session, consent_id)
            if consent is None or consent.check_at is None:
                return Outcome.UNKNOWN if consent is None else authorisation.outcome_of(consent, now)
            return authorisation.postpone(consent, max(until or now, now + _AFTER_OUTAGE))

    async def refresh(self, point: UsagePoint) -> None:
        """Ask what is open and what the contract says; what cannot be had now is asked again later."""
        async with self._database.read() as session:
            prm = (await service.open_secrets(session, point, self._keyring)).prm
        services: list[Service] | None = None
        contract: dict[str, Any] = {}
        again = self._clock.now() + _FRESH_FOR
        try:
            # by the holder's own number: another holder's share of the same meter is not theirs
            if point.authorisation is None:
                services = await self._enedis.services_of_point(point.account_id, prm)
            else:
                services = await self._enedis.services_of_authorisation(point.account_id, point.authorisation)
            if any(found.point == prm and found.is_open for found in services):
                contract = await details.ask(self._enedis, point.account_id, prm)
                contract["told_at"] = paris.iso(self._clock.now())
        except EnedisError as error:
            log.warning("details_failed", usage_point=point.id, reason=error.reason, code=error.code)
            again = error.retry_at or self._clock.now() + _AFTER_FAILURE
        now = self._clock.now()
        async with self._database.write() as session:
            current = await repository.find(session, point.account_id, point.id, to_change=True)
            if current is None or (current.status, current.details_at) != (PointStatus.GRANTED, point.details_at):
                return  # shared anew or moved meanwhile: what was asked is of before
            current.details_at = again
            current.contract = {**current.contract, **contract}
            _note_off_peak(current, contract.get("off_peak"), paris.day_of(now))
            if services is None or _note_services(current, prm, services):
                current.doubted = current.doubted and services is None
            elif current.doubted:
                service.end(current, PointStatus.ENDED, now)
                record(session, now, "consent_ended", current.account_id, usage_point=current.id)
            else:
                current.doubted, current.details_at = True, now + _AFTER_DOUBT


def _note_off_peak(point: UsagePoint, text: str | None, today: date) -> None:
    """Keep the off-peak hours that Enedis tells; other ones than before begin today."""
    periods = renewed([OffPeakPeriod.model_validate(period) for period in point.off_peak], text, today)
    point.off_peak = [period.model_dump(mode="json") for period in periods]


def _note_services(point: UsagePoint, prm: str, services: Sequence[Service]) -> bool:
    """Keep which kinds of measures are open, since and until when; return whether anything is."""
    ours = [found for found in services if found.point == prm and found.is_open]
    if ours:
        point.services = sorted({found.measure for found in ours if found.measure})
        # once known it stays: a service that began later may be another holder's, who has not come to us yet
        began = max((found.starts_on for found in ours if found.starts_on), default=None)
        point.opened_on = point.opened_on or began
        point.consent_expires_on = max((found.ends_on for found in ours if found.ends_on), default=None)
    return bool(ours)
