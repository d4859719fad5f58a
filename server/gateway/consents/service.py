"""Consents of an account, the way of their holder to Enedis and back, and the end of a usage point."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import repository as accounts
from gateway.audit.service import record
from gateway.consents import authorisation, repository
from gateway.consents.authorisation import OPEN, Outcome
from gateway.consents.models import Consent
from gateway.consents.upkeep import ConsentKeeper
from gateway.instance import Instance
from gateway.kit.clock import Clock
from gateway.kit.crypto import Keyring
from gateway.kit.database import Database
from gateway.problems import ProblemError, not_found
from gateway.usage_points import repository as point_rows
from gateway.usage_points import service as usage_points
from gateway.usage_points.models import UsagePoint


async def delete_usage_point(session: AsyncSession, account_id: str, point_id: str, now: datetime) -> None:
    """Forget one of an account's usage points and all that was read of it. Raises the problem `not_found`."""
    await _delete(session, await usage_points.get_usage_point(session, account_id, point_id))
    record(session, now, "usage_point_deleted", account_id, usage_point=point_id)


async def delete_outlived(session: AsyncSession, point: UsagePoint, now: datetime) -> None:
    """Forget a usage point whose archive was kept for its time after its consent, as its owner would."""
    await _delete(session, point)
    record(session, now, "usage_point_deleted", point.account_id, usage_point=point.id, reason="retention")


async def own_consent(session: AsyncSession, account_id: str, consent_id: str) -> Consent:
    """Return one of an account's consents. Raises the problem `not_found`."""
    consent = await repository.consent(session, consent_id)
    if consent is None or consent.account_id != account_id:
        raise not_found()
    return consent


async def _delete(session: AsyncSession, point: UsagePoint) -> None:
    await repository.delete_of_point(session, point.id)
    await point_rows.delete_usage_point(session, point)


@dataclass(frozen=True, repr=False)
class Departure:
    """A person about to go to Enedis: whose account receives which meter, masked; the state and the cookie's secret."""

    account: str
    meter: str
    state: str
    browser: str


class ConsentService:
    """What people do with a consent: request it, go to Enedis, come back, see how it stands."""

    def __init__(
        self, database: Database, clock: Clock, keyring: Keyring, instance: Instance, keeper: ConsentKeeper
    ) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring
        self._instance = instance
        self._keeper = keeper

    async def request(self, account_id: str, number: str) -> Consent:
        """Note that an account wants to read a meter. Raises problems: 422 for a number that is none, 429."""
        try:
            prm = usage_points.check_number(number)
        except usage_points.InvalidNumberError as error:
            raise ProblemError(422, "invalid_number", f"`prm`: {error}") from error
        async with self._database.write() as session:
            account = await accounts.account(session, account_id)
            return await authorisation.ask(
                session, account, prm, keyring=self._keyring, instance=self._instance, now=self._clock.now()
            )

    async def get(self, account_id: str, consent_id: str) -> Consent:
        """Return one of an account's consents. Raises the problem `not_found`."""
        async with self._database.read() as session:
            return await own_consent(session, account_id, consent_id)

    async def depart(self, consent_id: str, browser: str | None) -> Departure | Outcome:
        """Make a state for the way to Enedis, bound to the browser; return where the consent stands if there is none.

        `browser` is the secret that the browser's cookie holds, if it has one: it keeps it.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            consent = await repository.consent(session, consent_id)
            if consent is None:
                return Outcome.UNKNOWN
            outcome = authorisation.outcome_of(consent, now)
            if outcome not in OPEN and (outcome is not Outcome.PENDING or consent.authorisation is not None):
                return outcome
            if consent.expires_at <= now:
                return Outcome.EXPIRED
            way = await authorisation.set_out(session, consent, browser, now)
            if way is None:
                return Outcome.TOO_OFTEN
            account = await usage_points.get_account(session, consent)
            opened = await usage_points.open_secrets(session, consent, self._keyring)
        return Departure(account.address, usage_points.mask_number(opened.prm), way.state, way.browser)

    async def come_back(
        self, state: str, browser: str | None, number: str | None, error: str | None, patience: float
    ) -> tuple[Outcome, str | None]:
        """Take what Enedis sent back, and ask Enedis what it opened; wait `patience` seconds for that answer.

        Returns where the consent stands, and its id where it is known.
        """
        async with self._database.write() as session:
            back = await authorisation.come_back(session, state, browser, number, error, self._clock.now())
        if back.consent is None:
            return back.outcome, None
        if not back.is_new:
            return back.outcome, back.consent.id
        check = asyncio.create_task(self._keeper.check(back.consent.id))
        await asyncio.wait({check}, timeout=patience)
        return (check.result() if check.done() else Outcome.PENDING), back.consent.id

    async def outcome(self, consent_id: str) -> Outcome:
        """Return where a consent stands."""
        async with self._database.read() as session:
            consent = await repository.consent(session, consent_id)
        return Outcome.UNKNOWN if consent is None else authorisation.outcome_of(consent, self._clock.now())
