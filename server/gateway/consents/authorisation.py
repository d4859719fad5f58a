"""Enedis' authorisation: from an account's wish to read a meter to Enedis' word that it may.

What comes back from Enedis through the browser is a number that anybody can guess: it proves nothing by itself. A
consent is granted only when
- the state is one we made, unused, and comes back in the browser that we gave it to, within a day;
- Enedis itself names the meter asked for among the services of that number;
- and, when another account has or had that meter, Enedis opened the service on or after the day the state was made, and
  later than the service of that account: a service is claimed once.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts.models import Account
from gateway.accounts.secrets import fingerprint
from gateway.audit.service import record
from gateway.consents import repository
from gateway.consents.models import Consent, ConsentState, ConsentStatus
from gateway.enedis.customer import Service
from gateway.instance import Instance
from gateway.kit import paris
from gateway.kit.crypto import Keyring
from gateway.limits import service as limits
from gateway.limits.service import Limit
from gateway.usage_points import service as usage_points
from gateway.usage_points.models import UsagePoint

LIFETIME = timedelta(hours=24)
"""People open accounts at Enedis in between."""
DURATION = "P3Y"
"""How long we ask to read: the longest that Enedis grants."""
ATTEMPTS = (timedelta(), *(timedelta(seconds=seconds) for seconds in (3, 5, 8, 12, 15, 17)))
"""Pauses between questions while Enedis has not opened the service yet: a minute in all."""
_CONSENTS = Limit("consents", 10, timedelta(hours=1))
_FAILURES = Limit("consent_failures", 10, timedelta(hours=1))
_MOST_STATES = 20
_MOST_UNUSED = 5
_COOKIE = re.compile(r"[\w-]{43}", re.ASCII)
_INT64 = 2**63


class Outcome(StrEnum):
    """Where a person stands; each has a page."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED_AT_ENEDIS = "refused_at_enedis"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    OTHER_BROWSER = "other_browser"
    WRONG_METER = "wrong_meter"
    HELD_BY_ANOTHER = "held_by_another"
    NOT_OPENED = "not_opened"
    UPSTREAM_DOWN = "upstream_down"
    TOO_OFTEN = "too_often"


OPEN = frozenset(Outcome) - {Outcome.GRANTED, Outcome.PENDING, Outcome.EXPIRED, Outcome.TOO_OFTEN}
"""After these a person may go to Enedis again."""


@dataclass(frozen=True)
class Way:
    """A way to Enedis: the state for its address, the secret for the browser's cookie."""

    state: str
    browser: str


@dataclass(frozen=True)
class Return:
    """A callback: where the person stands, which consent it is if that can be told, and whether to ask Enedis now."""

    outcome: Outcome
    consent: Consent | None = None
    is_new: bool = False


async def ask(
    session: AsyncSession, account: Account, prm: str, *, keyring: Keyring, instance: Instance, now: datetime
) -> Consent:
    """Note that an account wishes to read a meter. Raises a 429 problem after 10 an hour."""
    await limits.knock(session, _CONSENTS, account.id, now)
    consent_id = secrets.token_hex(16)
    consent = Consent(
        id=consent_id,
        account_id=account.id,
        point_id=usage_points.point_id(instance, account.id, prm),
        prm_sealed=usage_points.seal_number(keyring, account, prm, consent_id),
        created_at=now,
        expires_at=now + LIFETIME,
        status=ConsentStatus.PENDING,
        reason=None,
        authorisation=None,
        asked_on=None,
        check_at=None,
        checks=0,
        strayed_on=None,
    )
    session.add(consent)
    record(session, now, "consent_asked", account.id, consent=consent_id)
    return consent


def outcome_of(consent: Consent, now: datetime) -> Outcome:
    """Return where a consent stands."""
    if consent.status is ConsentStatus.GRANTED:
        return Outcome.GRANTED
    if consent.status is ConsentStatus.PENDING and consent.authorisation is None and consent.expires_at <= now:
        return Outcome.EXPIRED
    return Outcome(consent.reason) if consent.reason else Outcome.PENDING


def status_of(consent: Consent, now: datetime) -> ConsentStatus:
    """Return how far a consent has come: one that nobody gave in time has expired."""
    return ConsentStatus.EXPIRED if outcome_of(consent, now) is Outcome.EXPIRED else consent.status


async def set_out(session: AsyncSession, consent: Consent, browser: str | None, now: datetime) -> Way | None:
    """Make a state for one way to Enedis, bound to the browser that asks; None after too many failures or tries.

    A browser keeps the secret it has; of the ways begun and not ended only the last few stay open.
    """
    made = await repository.count_states(session, consent.id)
    if made >= _MOST_STATES or await limits.is_reached(session, _FAILURES, consent.account_id, now):
        return None
    await repository.retire_states(session, consent.id, _MOST_UNUSED - 1, now)
    known = browser if browser and _COOKIE.fullmatch(browser) else None
    way = Way(secrets.token_urlsafe(32), known or secrets.token_urlsafe(32))
    session.add(
        ConsentState(
            state_hash=fingerprint(way.state),
            consent_id=consent.id,
            browser_hash=fingerprint(way.browser),
            created_at=now,
            used_at=None,
        )
    )
    return way


def enedis_address(authorize_url: str, client_id: str, state: str) -> str:
    """Return Enedis' page that asks for the consent."""
    query = {"client_id": client_id, "state": state, "duration": DURATION, "response_type": "code"}
    return f"{authorize_url}?{urlencode(query)}"


async def come_back(
    session: AsyncSession, state: str, browser: str | None, authorisation: str | None, error: str | None, now: datetime
) -> Return:
    """Take what came back from Enedis; whatever it is, its state is used up. What is new is then to be checked."""
    row = await repository.use_state(session, fingerprint(state), now)
    if row is None:
        return await _come_back_again(session, state, browser, now)
    consent = await repository.consent_alone(session, row.consent_id)
    if consent is None:
        return Return(Outcome.UNKNOWN)
    number = _number(authorisation or "")
    failure = await _failure(session, consent, row, browser, number, error, now)
    if failure is not None:
        if consent.status is ConsentStatus.GRANTED or consent.check_at is not None:
            await _count(session, consent, failure, now)  # what was decided, or is being looked at, goes on
        else:
            await _fail(session, consent, failure, now)
        return Return(failure, consent)
    if consent.status is ConsentStatus.GRANTED:
        return Return(Outcome.GRANTED, consent)
    consent.status, consent.reason = ConsentStatus.PENDING, None
    consent.authorisation, consent.asked_on = number, paris.day_of(row.created_at)
    consent.checks, consent.check_at = 0, now
    return Return(Outcome.PENDING, consent, is_new=True)


async def _failure(
    session: AsyncSession,
    consent: Consent,
    state: ConsentState,
    browser: str | None,
    number: int | None,
    error: str | None,
    now: datetime,
) -> Outcome | None:
    """Return what is wrong with a way back, if anything is."""
    if state.created_at + LIFETIME <= now or consent.expires_at <= now:
        return Outcome.EXPIRED
    if state.browser_hash != fingerprint(browser or ""):
        consent.strayed_on = paris.day_of(now)
        return Outcome.OTHER_BROWSER
    if error is not None:
        return Outcome.REFUSED_AT_ENEDIS
    if number is None:
        return Outcome.UNKNOWN
    if await limits.is_reached(session, _FAILURES, consent.account_id, now):
        return Outcome.TOO_OFTEN
    if consent.check_at is not None and consent.authorisation != number:
        return Outcome.UNKNOWN  # one number at a time: a second one, while the first is looked at, is a guess
    return None


async def _come_back_again(session: AsyncSession, state: str, browser: str | None, now: datetime) -> Return:
    """Show whoever reloads the page where they stand; tell others nothing."""
    used = await repository.state(session, fingerprint(state))
    if used is not None and used.browser_hash == fingerprint(browser or ""):
        consent = await repository.consent(session, used.consent_id)
        if consent is not None:
            return Return(outcome_of(consent, now), consent)
    return Return(Outcome.UNKNOWN)


def begin_check(consent: Consent, now: datetime) -> bool:
    """Take it upon oneself to ask Enedis now; False when it is not due, or somebody else does."""
    if consent.status is not ConsentStatus.PENDING or consent.check_at is None or consent.check_at > now:
        return False
    consent.checks += 1
    consent.check_at = now + ATTEMPTS[min(consent.checks, len(ATTEMPTS) - 1)]
    return True


def judge(
    services: Sequence[Service], prm: str, others: Sequence[UsagePoint], asked_on: date, strayed_on: date | None
) -> Outcome:
    """Decide from what Enedis says that the authorisation opened, and from the other accounts that know the meter.

    A holder has one number for all meters: what is not there yet may still come, whatever is there already. After a way
    back in another browser, only a service of a later day counts: the one before may have been had by a trick.
    """
    ours = [service for service in services if service.point == prm and service.is_open]
    if not ours:
        shared = {service.point for service in services if service.is_open} - {prm}
        return Outcome.WRONG_METER if shared else Outcome.NOT_OPENED
    opened_on = max((service.starts_on for service in ours if service.starts_on), default=date.min)
    if strayed_on is not None and opened_on <= strayed_on:
        return Outcome.OTHER_BROWSER
    claimed = [other.opened_on or paris.day_of(other.created_at) for other in others]
    if claimed and (opened_on < asked_on or opened_on <= max(claimed)):
        return Outcome.HELD_BY_ANOTHER
    return Outcome.GRANTED


async def conclude(session: AsyncSession, consent: Consent, outcome: Outcome, now: datetime) -> Outcome:
    """Write the decision; while the minute is not over, only a yes is one."""
    if outcome is Outcome.GRANTED:
        consent.status, consent.reason, consent.check_at = ConsentStatus.GRANTED, None, None
        record(session, now, "consent_granted", consent.account_id, consent=consent.id, usage_point=consent.point_id)
        return outcome
    if consent.checks < len(ATTEMPTS):
        return Outcome.PENDING
    await _fail(session, consent, outcome, now)
    return outcome


def postpone(consent: Consent, until: datetime) -> Outcome:
    """Enedis did not answer: that is nobody's failure, and is asked again, for as long as the consent lives."""
    consent.checks -= 1
    if until < consent.expires_at:
        consent.check_at = until
        return Outcome.PENDING
    consent.status, consent.reason, consent.check_at = ConsentStatus.REFUSED, Outcome.UPSTREAM_DOWN, None
    return Outcome.UPSTREAM_DOWN


async def _fail(session: AsyncSession, consent: Consent, outcome: Outcome, now: datetime) -> None:
    consent.status = ConsentStatus.EXPIRED if outcome is Outcome.EXPIRED else ConsentStatus.REFUSED
    consent.reason, consent.check_at = outcome, None
    await _count(session, consent, outcome, now)


async def _count(session: AsyncSession, consent: Consent, outcome: Outcome, now: datetime) -> None:
    await limits.note(session, _FAILURES, consent.account_id, now)
    record(session, now, "consent_failed", consent.account_id, consent=consent.id, reason=outcome)


def _number(text: str) -> int | None:
    """Read an authorisation: a positive number of 64 bits, in plain digits."""
    if not (text.isascii() and text.isdigit()) or len(text) > 19:
        return None
    number = int(text)
    return number if 0 < number < _INT64 else None
