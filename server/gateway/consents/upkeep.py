"""What consents need behind requests: services that open late."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import IntegrityError

from gateway.consents import authorisation, repository
from gateway.consents.authorisation import Outcome
from gateway.enedis.client import Enedis
from gateway.enedis.customer import Service
from gateway.enedis.errors import EnedisError
from gateway.instance import Instance
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring, UndecipherableError
from gateway.kit.database import Database
from gateway.store import StoreError
from gateway.usage_points import repository as point_rows
from gateway.usage_points import service as usage_points
from gateway.usage_points.upkeep import note_services

log = structlog.get_logger()

_A_ROUND = 20
_AFTER_FAILURE = timedelta(hours=6)
_AFTER_OUTAGE = timedelta(minutes=1)


class ConsentKeeper:
    """Asks Enedis what an authorisation opened."""

    def __init__(self, database: Database, enedis: Enedis, keyring: Keyring, instance: Instance, clock: Clock) -> None:
        self._database = database
        self._enedis = enedis
        self._keyring = keyring
        self._instance = instance
        self._clock = clock

    async def keep(self) -> datetime:
        """Check the consents that are due; return when there is more to do."""
        now = self._clock.now()
        async with self._database.read() as session:
            due = [consent.id for consent in await repository.consents_to_check(session, now, _A_ROUND)]
        for consent_id in due:
            try:
                await self.check(consent_id)
            except UndecipherableError:
                log.error("undecipherable_consent")  # noqa: TRY400 - its id is known to its browser only
                await self._postpone(consent_id, now + _AFTER_FAILURE)
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
            prm = (await usage_points.open_secrets(session, consent, self._keyring)).prm
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
            prm_hash = usage_points.hash_number(self._instance, prm)
            others = await point_rows.find_of_other_accounts(session, prm_hash, consent.account_id)
            strayed = await repository.last_strayed(session, consent.point_id)
            outcome = authorisation.judge(services, prm, others, consent.asked_on, strayed)
            outcome = await authorisation.conclude(session, consent, outcome, now)
            if outcome is Outcome.GRANTED:
                account = await usage_points.get_account(session, consent)
                point = await usage_points.add_usage_point(
                    session, account, prm, name=None, keyring=self._keyring, instance=self._instance, now=now
                )
                point.authorisation, point.opened_on = consent.authorisation, None
                note_services(point, prm, services)
        return outcome

    async def _postpone(self, consent_id: str, until: datetime | None) -> Outcome:
        now = self._clock.now()
        async with self._database.write() as session:
            consent = await repository.consent_alone(session, consent_id)
            if consent is None or consent.check_at is None:
                return Outcome.UNKNOWN if consent is None else authorisation.outcome_of(consent, now)
            return authorisation.postpone(consent, max(until or now, now + _AFTER_OUTAGE))
