"""Checks consents with Enedis until they are decided."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.consents import authorization, claims, repository
from gateway.consents.claims import ClaimOutcome
from gateway.consents.models import Consent, ConsentStatus
from gateway.enedis.client import Enedis
from gateway.enedis.customer import SubscribedService
from gateway.enedis.errors import EnedisError
from gateway.instance import Instance
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.kit.failures import Failures
from gateway.store import StoreError
from gateway.usage_points import repository as point_rows
from gateway.usage_points import service as usage_points
from gateway.usage_points.models import PointStatus
from gateway.usage_points.upkeep import note_services

log = structlog.get_logger()

_A_ROUND = 20
_AFTER_FAILURE = timedelta(hours=6)
_AFTER_OUTAGE = timedelta(minutes=1)


class ConsentKeeper:
    """Asks Enedis which services an authorisation opened, and decides on consents."""

    def __init__(self, database: Database, enedis: Enedis, keyring: Keyring, instance: Instance, clock: Clock) -> None:
        self._database = database
        self._enedis = enedis
        self._keyring = keyring
        self._instance = instance
        self._clock = clock

    async def check_due_consents(self, failures: Failures) -> datetime:
        """Check up to 20 consents that are due; return when to call again, within an hour."""
        now = self._clock.now()
        async with self._database.read() as session:
            due = [consent.id for consent in await repository.list_consents_to_check(session, now, _A_ROUND)]
        for consent_id in due:
            with failures.contain("consents"):  # the id is secret
                await self.check_consent(consent_id)
                continue
            await self._postpone_failed_check(consent_id)
        async with self._database.read() as session:
            # after a second at least: callbacks are checking the consents that are due now
            return max(await repository.find_next_check(session, now + paris.HOUR), now + timedelta(seconds=1))

    async def check_consent(self, consent_id: str) -> ClaimOutcome:
        """Ask Enedis what an authorisation opened, if a check is due, and return the outcome of the consent."""
        now = self._clock.now()
        async with self._database.write() as session:
            consent = await repository.lock_consent(session, consent_id)
            if consent is None:
                return ClaimOutcome.UNKNOWN
            if consent.authorisation is None or not await authorization.begin_check(session, consent, now):
                return authorization.get_outcome(consent, now)
            prm = (await usage_points.open_secrets(session, consent, self._keyring)).prm
        try:
            services = await self._enedis.fetch_services_of_authorization(consent.account_id, consent.authorisation)
        except EnedisError as error:
            log.warning("consent_check_failed", reason=error.reason, code=error.code)
            return await self._postpone_consent(consent_id, error.retry_at)
        except StoreError:
            return await self._postpone_consent(consent_id, None)
        try:
            return await self._decide_consent(consent_id, prm, services)
        except IntegrityError:
            # another account was granted the same meter at the same moment; the next check will find it
            log.warning("consent_contested")
            return ClaimOutcome.PENDING

    async def _decide_consent(self, consent_id: str, prm: str, services: Sequence[SubscribedService]) -> ClaimOutcome:
        now = self._clock.now()
        prm_hash = usage_points.hash_number(self._instance, prm)
        async with self._database.write() as session:
            all_of_meter = await repository.lock_consents_of_meter(session, prm_hash)
            consent = await repository.lock_consent(session, consent_id)
            if consent is None or consent.check_at is None or consent.asked_on is None:
                return ClaimOutcome.UNKNOWN if consent is None else authorization.get_outcome(consent, now)
            facts = await self._collect_facts(session, consent, consent.asked_on, prm_hash)
            outcome = claims.evaluate_claim(services, prm, facts)
            opened = claims.find_opening_day(services, prm)
            if outcome is ClaimOutcome.GRANTED and not facts.is_reader and opened is not None:
                rivals = [other for other in all_of_meter if _is_rival(other, consent, now)]
                claimants = claims.find_claimants(consent, rivals)
                if claimants:
                    outcome = ClaimOutcome.CONTESTED
                    repository.add_claim(session, prm_hash, None, opened)
                    for claimant in claimants:
                        await authorization.refuse_consent(session, claimant, outcome, now)
                elif await claims.wait_for_rivals(session, consent, rivals, now):
                    return ClaimOutcome.PENDING
            outcome = await authorization.record_decision(session, consent, outcome, now)
            if outcome is ClaimOutcome.GRANTED:
                account = await usage_points.get_account(session, consent)
                point = await usage_points.add_usage_point(
                    session, account, prm, name=None, keyring=self._keyring, instance=self._instance, now=now
                )
                point.authorisation, point.opened_on = consent.authorisation, None
                note_services(point, prm, services)
        return outcome

    async def _collect_facts(
        self, session: AsyncSession, consent: Consent, asked_on: date, prm_hash: bytes
    ) -> claims.ClaimFacts:
        others = await point_rows.find_points_of_other_accounts(session, prm_hash, consent.account_id)
        own = await point_rows.find_point(session, consent.account_id, consent.point_id)
        return claims.ClaimFacts(
            asked_on=asked_on,
            other_browser_on=await repository.find_last_other_browser_day(session, consent.point_id),
            claimed_on=[
                *(other.opened_on or paris.day_of(other.created_at) for other in others),
                *await repository.list_claimed_days(session, prm_hash, consent.point_id),
            ],
            is_reader=own is not None
            and own.status is PointStatus.GRANTED
            and own.authorisation == consent.authorisation,
        )

    async def _postpone_failed_check(self, consent_id: str) -> None:
        """Postpone a consent whose check failed unexpectedly before it set when the next one is due."""
        now = self._clock.now()
        async with self._database.write() as session:
            consent = await repository.lock_consent(session, consent_id)
            if consent is not None and consent.check_at is not None and consent.check_at <= now:
                consent.check_at = now + _AFTER_FAILURE

    async def _postpone_consent(self, consent_id: str, until: datetime | None) -> ClaimOutcome:
        now = self._clock.now()
        async with self._database.write() as session:
            consent = await repository.lock_consent(session, consent_id)
            if consent is None or consent.check_at is None:
                return ClaimOutcome.UNKNOWN if consent is None else authorization.get_outcome(consent, now)
            return authorization.postpone_check(consent, max(until or now, now + _AFTER_OUTAGE))


def _is_rival(other: Consent, consent: Consent, now: datetime) -> bool:
    """Return whether another consent is of another account and still pending. Both are for the same meter."""
    is_open = other.status is ConsentStatus.PENDING and other.expires_at > now
    return is_open and other.account_id != consent.account_id
