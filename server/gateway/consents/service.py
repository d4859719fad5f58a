"""The steps of a consent: request, start, callback and outcome; and deletion of usage points."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import repository as accounts
from gateway.audit.service import record_event
from gateway.consents import authorization, repository
from gateway.consents.authorization import OPEN
from gateway.consents.claims import ClaimOutcome
from gateway.consents.models import Consent
from gateway.consents.upkeep import ConsentKeeper
from gateway.instance import Instance
from gateway.kit import paris
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.problems import ProblemError, not_found
from gateway.usage_points import repository as point_rows
from gateway.usage_points import service as usage_points
from gateway.usage_points.models import UsagePoint


async def delete_usage_point(session: AsyncSession, account_id: str, point_id: str, now: datetime) -> None:
    """Delete one of an account's usage points and all its readings. Raises the problem `not_found`."""
    await _delete_point(session, await usage_points.get_usage_point(session, account_id, point_id))
    record_event(session, now, "usage_point_deleted", account_id, usage_point=point_id)


async def delete_retained_point(session: AsyncSession, point: UsagePoint, now: datetime) -> None:
    """Delete a usage point and its readings because the retention time after its consent is over."""
    await _delete_point(session, point)
    record_event(session, now, "usage_point_deleted", point.account_id, usage_point=point.id, reason="retention")


async def get_own_consent(session: AsyncSession, account_id: str, consent_id: str) -> Consent:
    """Return one of an account's consents. Raises the problem `not_found`."""
    consent = await repository.find_consent(session, consent_id)
    if consent is None or consent.account_id != account_id:
        raise not_found()
    return consent


def remember_claim(session: AsyncSession, point: UsagePoint) -> None:
    """Record that the service of a usage point is claimed, before the usage point is deleted.

    Otherwise anybody who knows the number of a deleted meter could claim it with a guessed authorisation.
    """
    repository.add_claim(session, point.prm_hash, point.id, point.opened_on or paris.day_of(point.created_at))


async def _delete_point(session: AsyncSession, point: UsagePoint) -> None:
    remember_claim(session, point)
    await repository.delete_consents_of_point(session, point.id)
    await point_rows.delete_usage_point(session, point)


@dataclass(frozen=True, repr=False)
class AuthorizationStart:
    """The data of the start page: address, masked meter number, state, and the secret for the browser's cookie."""

    account: str
    meter: str
    state: str
    browser: str


class ConsentService:
    """The steps of a consent that users take."""

    def __init__(
        self, database: Database, clock: Clock, keyring: Keyring, instance: Instance, keeper: ConsentKeeper
    ) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring
        self._instance = instance
        self._keeper = keeper

    async def request_consent(self, account_id: str, number: str) -> Consent:
        """Create an account's request to read a meter. Raises problems: 422 for an invalid number, 429."""
        try:
            prm = usage_points.check_number(number)
        except usage_points.InvalidNumberError as error:
            raise ProblemError(422, "invalid_number", f"`prm`: {error}") from error
        async with self._database.write() as session:
            account = await accounts.get_account(session, account_id)
            return await authorization.request_consent(
                session, account, prm, keyring=self._keyring, instance=self._instance, now=self._clock.now()
            )

    async def get_consent(self, account_id: str, consent_id: str) -> Consent:
        """Return one of an account's consents. Raises the problem `not_found`."""
        async with self._database.read() as session:
            return await get_own_consent(session, account_id, consent_id)

    async def is_owner(self, account_id: str, consent_id: str) -> bool:
        """Return whether a consent belongs to an account."""
        async with self._database.read() as session:
            consent = await repository.find_consent(session, consent_id)
        return consent is not None and consent.account_id == account_id

    async def start_authorization(self, consent_id: str, browser: str | None) -> AuthorizationStart | ClaimOutcome:
        """Create a state bound to the browser, or return the outcome of the consent if that is not possible.

        `browser` is the secret in the browser's cookie, if it has one; it is used again.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            consent = await repository.find_consent(session, consent_id)
            if consent is None:
                return ClaimOutcome.UNKNOWN
            outcome = authorization.get_outcome(consent, now)
            if outcome not in OPEN and (outcome is not ClaimOutcome.PENDING or consent.authorisation is not None):
                return outcome
            if consent.expires_at <= now:
                return ClaimOutcome.EXPIRED
            attempt = await authorization.start_authorization(session, consent, browser, now)
            if attempt is None:
                return ClaimOutcome.TOO_OFTEN
            account = await usage_points.get_account(session, consent)
            opened = await usage_points.open_secrets(session, consent, self._keyring)
        return AuthorizationStart(account.address, usage_points.mask_number(opened.prm), attempt.state, attempt.browser)

    async def handle_callback(
        self, state: str, browser: str | None, number: str | None, error: str | None, patience: float
    ) -> tuple[ClaimOutcome, str | None]:
        """Handle the callback from Enedis and check its number there, waiting at most `patience` seconds.

        Returns the outcome, which is PENDING if the check takes longer, and the consent's id if it is known.
        """
        async with self._database.write() as session:
            back = await authorization.handle_callback(session, state, browser, number, error, self._clock.now())
        if back.consent is None:
            return back.outcome, None
        if not back.is_new:
            return back.outcome, back.consent.id
        check = asyncio.create_task(self._keeper.check_consent(back.consent.id))
        await asyncio.wait({check}, timeout=patience)
        return (check.result() if check.done() else ClaimOutcome.PENDING), back.consent.id

    async def may_retry(self, consent_id: str) -> bool:
        """Return whether the user can still be granted a refused consent, by going to Enedis again."""
        async with self._database.read() as session:
            consent = await repository.find_consent(session, consent_id)
        return consent is not None and authorization.may_retry(consent, self._clock.now())

    async def get_outcome(self, consent_id: str) -> tuple[ClaimOutcome, bool]:
        """Return the outcome of a consent, and whether the checks of the first minute are over."""
        async with self._database.read() as session:
            consent = await repository.find_consent(session, consent_id)
        if consent is None:
            return ClaimOutcome.UNKNOWN, False
        return authorization.get_outcome(consent, self._clock.now()), consent.checks >= len(authorization.ATTEMPTS)
