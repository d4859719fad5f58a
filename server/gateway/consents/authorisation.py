"""Enedis' authorisation: from an account's wish to read a meter to Enedis' word that it may.

What comes back from Enedis through the browser is a number that anybody can guess: it proves nothing by itself. A
consent is granted only when
- the state is one we made, unused, and comes back in the browser that we gave it to, within a day;
- Enedis itself names the meter asked for among the services of that number;
- and, when another account holds that meter, Enedis opened the service on or after the day the state was made.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts.models import Account
from gateway.audit.service import record
from gateway.consents import repository, service
from gateway.consents.models import Consent, ConsentState, ConsentStatus, UsagePoint
from gateway.enedis.customer import Service
from gateway.instance import Instance
from gateway.kit import paris
from gateway.kit.crypto import Keyring
from gateway.limits import service as limits
from gateway.limits.service import Limit
from gateway.problems import ProblemError

LIFETIME = timedelta(hours=24)
"""People open accounts at Enedis in between."""
DURATION = "P3Y"
"""How long we ask to read: the longest that Enedis grants."""
ATTEMPTS = (timedelta(), *(timedelta(seconds=seconds) for seconds in (3, 5, 8, 12, 15, 17)))
"""Pauses between questions while Enedis has not opened the service yet: a minute in all."""
_CONSENTS = Limit("consents", 10, timedelta(hours=1))
_FAILURES = Limit("consent_failures", 10, timedelta(hours=1))
_MOST_STATES = 20
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


@dataclass(frozen=True)
class Way:
    """A way to Enedis: the state for its address, the secret for the browser's cookie."""

    state: str
    browser: str


@dataclass(frozen=True)
class Return:
    """A callback: whose consent it is, if that can be told, and where the person stands."""

    outcome: Outcome
    consent: Consent | None = None


async def ask(
    session: AsyncSession, account: Account, prm: str, *, keyring: Keyring, instance: Instance, now: datetime
) -> Consent:
    """Note that an account wishes to read a meter. Raises a 429 problem after 10 an hour."""
    await limits.knock(session, _CONSENTS, account.id, now)
    consent_id = secrets.token_hex(16)
    consent = Consent(
        id=consent_id,
        account_id=account.id,
        point_id=service.point_id(instance, account.id, prm),
        prm_sealed=service.seal_number(keyring, account, prm, consent_id),
        created_at=now,
        expires_at=now + LIFETIME,
        status=ConsentStatus.PENDING,
        reason=None,
        authorisation=None,
        asked_on=None,
        check_at=None,
        checks=0,
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


async def set_out(session: AsyncSession, consent: Consent, browser: str | None, now: datetime) -> Way:
    """Make a state for one way to Enedis, bound to the browser that asks; a browser keeps the secret it has."""
    await limits.check(session, _FAILURES, consent.account_id, now)
    if await repository.count_states(session, consent.id) >= _MOST_STATES:
        raise ProblemError(429, "too_many_attempts", "This link was opened too often; ask for a new one.")
    way = Way(secrets.token_urlsafe(32), browser or secrets.token_urlsafe(32))
    session.add(
        ConsentState(
            state_hash=_fingerprint(way.state),
            consent_id=consent.id,
            browser_hash=_fingerprint(way.browser),
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
    """Take what came back from Enedis; whatever it is, its state is used up. A pending return awaits `judge`."""
    row = await repository.use_state(session, _fingerprint(state), now)
    if row is None:
        return await _come_back_again(session, state, browser, now)
    consent = await repository.consent(session, row.consent_id)
    if consent is None or consent.status is ConsentStatus.GRANTED:
        return Return(Outcome.UNKNOWN if consent is None else Outcome.GRANTED, consent)
    if row.created_at + LIFETIME <= now or consent.expires_at <= now:
        await _fail(session, consent, Outcome.EXPIRED, now)
    elif row.browser_hash != _fingerprint(browser or ""):
        await _fail(session, consent, Outcome.OTHER_BROWSER, now)
    elif error is not None or authorisation is None:
        await _fail(session, consent, Outcome.REFUSED_AT_ENEDIS, now)
    elif (number := _number(authorisation)) is None:
        await _fail(session, consent, Outcome.UNKNOWN, now)
    else:
        consent.status, consent.reason = ConsentStatus.PENDING, None
        consent.authorisation, consent.asked_on = number, paris.day_of(row.created_at)
        consent.checks, consent.check_at = 0, now
        return Return(Outcome.PENDING, consent)
    return Return(Outcome(consent.reason or Outcome.UNKNOWN), consent)


async def _come_back_again(session: AsyncSession, state: str, browser: str | None, now: datetime) -> Return:
    """Show whoever reloads the page where they stand; tell others nothing."""
    used = await repository.state(session, _fingerprint(state))
    if used is not None and used.browser_hash == _fingerprint(browser or ""):
        consent = await repository.consent(session, used.consent_id)
        if consent is not None:
            return Return(outcome_of(consent, now), consent)
    record(session, now, "consent_unknown_state", None)
    return Return(Outcome.UNKNOWN)


def judge(services: Sequence[Service], prm: str, others: Sequence[UsagePoint], asked_on: date) -> Outcome:
    """Decide from what Enedis says that the authorisation opened, and from the other accounts that hold the meter.

    A holder has one number for all meters: what is not there yet may still come, whatever is there already.
    """
    ours = [service for service in services if service.point == prm and service.is_open]
    if not ours:
        shared = {service.point for service in services if service.is_open} - {prm}
        return Outcome.WRONG_METER if shared else Outcome.NOT_OPENED
    fresh = any(service.starts_on is not None and service.starts_on >= asked_on for service in ours)
    return Outcome.HELD_BY_ANOTHER if others and not fresh else Outcome.GRANTED


async def conclude(session: AsyncSession, consent: Consent, outcome: Outcome, now: datetime) -> Outcome:
    """Write the decision, or, while the minute is not over, when to look again."""
    consent.checks += 1
    if outcome is not Outcome.GRANTED and consent.checks < len(ATTEMPTS):
        consent.check_at = now + ATTEMPTS[consent.checks]
        return Outcome.PENDING
    if outcome is Outcome.GRANTED:
        consent.status, consent.reason, consent.check_at = ConsentStatus.GRANTED, None, None
        record(session, now, "consent_granted", consent.account_id, consent=consent.id, usage_point=consent.point_id)
    else:
        await _fail(session, consent, outcome, now)
    return outcome


async def _fail(session: AsyncSession, consent: Consent, outcome: Outcome, now: datetime) -> None:
    consent.status = ConsentStatus.EXPIRED if outcome is Outcome.EXPIRED else ConsentStatus.REFUSED
    consent.reason, consent.check_at = outcome, None
    await limits.note(session, _FAILURES, consent.account_id, now)
    record(session, now, "consent_failed", consent.account_id, consent=consent.id, reason=outcome)


def _fingerprint(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _number(text: str) -> int | None:
    """Read an authorisation: a positive number of 64 bits, in plain digits."""
    if not (text.isascii() and text.isdigit()) or len(text) > 19:
        return None
    number = int(text)
    return number if 0 < number < _INT64 else None
