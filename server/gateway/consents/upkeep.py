"""What consents need behind requests: late services, and whether what was open still is."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import structlog

from gateway.audit.service import record
from gateway.consents import authorisation, repository, service
from gateway.consents.authorisation import Outcome
from gateway.consents.models import PointStatus, UsagePoint
from gateway.enedis.client import Enedis
from gateway.enedis.customer import Service
from gateway.enedis.errors import EnedisError, Meaning
from gateway.instance import Instance
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database

log = structlog.get_logger()

_A_ROUND = 20
_FRESH_FOR = timedelta(days=7)
_AFTER_FAILURE = timedelta(hours=6)


class ConsentKeeper:
    """Asks Enedis what is open."""

    def __init__(self, database: Database, enedis: Enedis, keyring: Keyring, instance: Instance, clock: Clock) -> None:
        """Prepare."""
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
            await self.check(consent_id)
        for point in stale:
            await self._refresh(point)
        async with self._database.read() as session:
            return await repository.next_check(session, now + paris.HOUR)

    async def check(self, consent_id: str) -> Outcome:
        """Ask Enedis what an authorisation opened, and decide."""
        async with self._database.read() as session:
            consent = await repository.consent(session, consent_id)
            if consent is None or consent.authorisation is None or consent.asked_on is None:
                return Outcome.UNKNOWN
            opened = await service.open_secrets(session, consent, self._keyring)
        services: list[Service] | None
        try:
            services = await self._enedis.services_of_authorisation(consent.account_id, consent.authorisation)
        except EnedisError as error:
            log.warning("consent_check_failed", reason=error.meaning, code=error.code)
            services = None
        now = self._clock.now()
        async with self._database.write() as session:
            current = await repository.consent(session, consent_id)
            if current is None or current.check_at is None or current.asked_on is None:
                return Outcome.UNKNOWN if current is None else authorisation.outcome_of(current, now)
            prm_hash = service.number_hash(self._instance, opened.prm)
            others = await repository.other_holders(session, prm_hash, current.account_id)
            outcome = Outcome.UPSTREAM_DOWN
            if services is not None:
                outcome = authorisation.judge(services, opened.prm, others, current.asked_on)
            outcome = await authorisation.conclude(session, current, outcome, now)
            if outcome is Outcome.GRANTED:
                for other in others:
                    service.end(other, PointStatus.MOVED, now)
                    record(session, now, "meter_moved", other.account_id, usage_point=other.id)
                account = await service.account_of(session, current)
                point = await service.add(
                    session, account, opened.prm, name=None, keyring=self._keyring, instance=self._instance, now=now
                )
                _note_services(point, opened.prm, services or [])
        return outcome

    async def _refresh(self, point: UsagePoint) -> None:
        """Ask what is open and what the contract says; what cannot be had now is asked again later."""
        async with self._database.read() as session:
            prm = (await service.open_secrets(session, point, self._keyring)).prm
        services: list[Service] | None = None
        contract: dict[str, Any] = {}
        again = self._clock.now() + _FRESH_FOR
        try:
            services = await self._enedis.services_of_point(point.account_id, prm)
            if any(found.point == prm and found.is_open for found in services):
                contract = await self._contract(point.account_id, prm)
        except EnedisError as error:
            log.warning("details_failed", usage_point=point.id, reason=error.meaning, code=error.code)
            again = error.retry_at or self._clock.now() + _AFTER_FAILURE
        now = self._clock.now()
        async with self._database.write() as session:
            current = await repository.find(session, point.account_id, point.id)
            if current is None:
                return
            current.details_at = again
            current.contract = {**current.contract, **contract}
            if services is not None and not _note_services(current, prm, services):
                service.end(current, PointStatus.ENDED, now)
                record(session, now, "consent_ended", current.account_id, usage_point=current.id)

    async def _contract(self, payer: str, prm: str) -> dict[str, Any]:
        """Gather what Enedis tells of a contract; an API that is not subscribed leaves its part unknown."""
        found: dict[str, Any] = {}
        for ask in (self._contracts, self._synthesis, self._metering):
            try:
                found |= await ask(payer, prm)
            except EnedisError as error:
                if error.meaning in {Meaning.QUOTA, Meaning.DOWN}:
                    raise
                log.info("detail_unavailable", reason=error.meaning, code=error.code)
        return found

    async def _contracts(self, payer: str, prm: str) -> dict[str, Any]:
        contracts = await self._enedis.contracts(payer, prm)
        taking = next((contract for contract in contracts if contract.subscribed_power_kva is not None), None)
        if taking is None:
            return {"gives": any(contract.segment == "P4" for contract in contracts)}
        return {
            "segment": taking.segment,
            "power_kva": taking.subscribed_power_kva,
            "distribution_tariff": taking.distribution_tariff,
            "started_on": _text(taking.contract_start),
            "gives": any(contract.segment == "P4" for contract in contracts),
        }

    async def _synthesis(self, payer: str, prm: str) -> dict[str, Any]:
        synthesis = await self._enedis.synthesis(payer, prm)
        return {
            "consumption_activated_on": _text(synthesis.consumption_activated_on),
            "production_activated_on": _text(synthesis.production_activated_on),
            "services_level": synthesis.services_level,
        }

    async def _metering(self, payer: str, prm: str) -> dict[str, Any]:
        metering = await self._enedis.metering(payer, prm)
        return {"off_peak": metering.off_peak}


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _note_services(point: UsagePoint, prm: str, services: Sequence[Service]) -> bool:
    """Keep which kinds of measures are open, and until when; return whether anything is."""
    ours = [found for found in services if found.point == prm and found.is_open]
    point.services = sorted({found.measure for found in ours if found.measure})
    point.consent_expires_on = max((found.ends_on for found in ours if found.ends_on), default=None)
    return bool(ours)
