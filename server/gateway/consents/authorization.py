"""The steps of a consent: requested, at Enedis, returned with a number, checked with Enedis, granted or refused.

The number with which Enedis sends the browser back can be guessed, so it proves nothing by itself. A consent is granted
only if the state in the callback was created here and is used for the first time, within a day and in the browser with
its cookie, and if `claims.evaluate_claim` accepts what Enedis says about the number.

Example: at 10:00 the consent is requested (PENDING). At 10:01 the start page creates a state. At 10:03 Enedis sends the
browser back with that state and a number, and the first check is due. The service is not open yet, so it is checked
again after 4, 8, 18 and 30 seconds, then after 2, 4, 8 … minutes. Once it is open, the consent is GRANTED. If it never
opens, the consent is REFUSED (not_opened) after a day.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts.models import Account
from gateway.accounts.secrets import hash_secret
from gateway.audit.service import record_event
from gateway.consents import repository
from gateway.consents.claims import RETRYABLE, ClaimOutcome
from gateway.consents.models import Consent, ConsentState, ConsentStatus
from gateway.instance import Instance
from gateway.kit import paris
from gateway.kit.backoff import compute_backoff
from gateway.kit.crypto import Keyring
from gateway.limits import service as limits
from gateway.limits.service import RateLimit
from gateway.usage_points import service as usage_points

LIFETIME = timedelta(hours=24)
"""How long a request and its states are valid, long enough to create an account at Enedis."""
DURATION = "P3Y"
"""The requested duration of the consent: three years, the most that Enedis grants."""
ATTEMPTS = (timedelta(), *(timedelta(seconds=seconds) for seconds in (4, 8, 18, 30)))
"""Pauses before each check while Enedis has not opened the service yet: a minute in all."""
_LATER, _LATEST = timedelta(minutes=2), timedelta(hours=4)
"""After that minute the pauses double from 2 minutes up to 4 hours, until the request expires."""
CHECKS_OF_ACCOUNT = RateLimit("consent_checks", 30, timedelta(hours=1))
CHECKS_OF_ALL = RateLimit("consent_checks_all", 200, timedelta(hours=1))
"""Limits of checks that did not grant a consent. Guesses must not use up the 1000 calls an hour that Enedis allows."""
_CONSENTS = RateLimit("consents", 10, timedelta(hours=1))
_FAILURES = RateLimit("consent_failures", 10, timedelta(hours=1))
_MOST_STATES = 20
_MOST_UNUSED = 5
_BROWSER = re.compile(r"[\w-]{43}", re.ASCII)
_INT64 = 2**63


OPEN = frozenset(ClaimOutcome) - {
    ClaimOutcome.GRANTED,
    ClaimOutcome.PENDING,
    ClaimOutcome.EXPIRED,
    ClaimOutcome.TOO_OFTEN,
}
"""Outcomes after which the start page still leads to Enedis. Only after RETRYABLE ones is the user sent there."""


@dataclass(frozen=True)
class AuthorizationAttempt:
    """The state for the URL at Enedis, and the secret for the browser's cookie."""

    state: str
    browser: str


@dataclass(frozen=True)
class CallbackResult:
    """The outcome after a callback, the consent if it is known, and whether to check with Enedis now (`is_new`)."""

    outcome: ClaimOutcome
    consent: Consent | None = None
    is_new: bool = False


async def request_consent(
    session: AsyncSession, account: Account, prm: str, *, keyring: Keyring, instance: Instance, now: datetime
) -> Consent:
    """Create an account's request to read a meter. Raises a 429 problem after 10 requests in an hour."""
    await limits.hit(session, _CONSENTS, account.id, now)
    consent_id = secrets.token_hex(16)
    consent = Consent(
        id=consent_id,
        account_id=account.id,
        point_id=usage_points.compute_point_id(instance, account.id, prm),
        prm_hash=usage_points.hash_number(instance, prm),
        prm_sealed=usage_points.seal_number(keyring, account, prm, consent_id),
        created_at=now,
        expires_at=now + LIFETIME,
        status=ConsentStatus.PENDING,
        reason=None,
        authorisation=None,
        asked_on=None,
        returned_at=None,
        check_at=None,
        checks=0,
        other_browser_on=None,
    )
    session.add(consent)
    record_event(session, now, "consent_asked", account.id, consent=consent_id)
    return consent


def get_outcome(consent: Consent, now: datetime) -> ClaimOutcome:
    """Return the current outcome of a consent, which is the reason if it failed."""
    if consent.status is ConsentStatus.GRANTED:
        return ClaimOutcome.GRANTED
    if consent.status is ConsentStatus.PENDING and consent.authorisation is None and consent.expires_at <= now:
        return ClaimOutcome.EXPIRED
    return ClaimOutcome(consent.reason) if consent.reason else ClaimOutcome.PENDING


def get_status(consent: Consent, now: datetime) -> ConsentStatus:
    """Return the status of a consent, which is EXPIRED for a request that was not completed in time."""
    return ConsentStatus.EXPIRED if get_outcome(consent, now) is ClaimOutcome.EXPIRED else consent.status


def may_retry(consent: Consent, now: datetime) -> bool:
    """Return whether the user can still be granted a refused consent, by going to Enedis again."""
    return get_outcome(consent, now) in RETRYABLE and now < consent.expires_at


async def start_authorization(
    session: AsyncSession, consent: Consent, browser: str | None, now: datetime
) -> AuthorizationAttempt | None:
    """Create a state bound to the browser; None after too many failures or attempts.

    `browser` is the secret in its cookie, which is used again if it is well-formed. Only the newest 5 unused states of
    a consent stay valid.
    """
    made = await repository.count_states(session, consent.id)
    if made >= _MOST_STATES or await limits.is_reached(session, _FAILURES, consent.account_id, now):
        return None
    await repository.retire_states(session, consent.id, _MOST_UNUSED - 1, now)
    known = browser if browser and _BROWSER.fullmatch(browser) else None
    attempt = AuthorizationAttempt(secrets.token_urlsafe(32), known or secrets.token_urlsafe(32))
    session.add(
        ConsentState(
            state_hash=hash_secret(attempt.state),
            consent_id=consent.id,
            browser_hash=hash_secret(attempt.browser),
            created_at=now,
            used_at=None,
        )
    )
    return attempt


def build_enedis_url(authorize_url: str, client_id: str, state: str) -> str:
    """Return the URL of the page at Enedis on which the user gives consent."""
    query = {"client_id": client_id, "state": state, "duration": DURATION, "response_type": "code"}
    return f"{authorize_url}?{urlencode(query)}"


async def handle_callback(
    session: AsyncSession, state: str, browser: str | None, authorisation: str | None, error: str | None, now: datetime
) -> CallbackResult:
    """Mark the state of a callback from Enedis as used and check the rest.

    `is_new` is set in the result if the number must now be checked with Enedis.
    """
    row = await repository.mark_state_used(session, hash_secret(state), now)
    if row is None:
        return await _repeat_outcome(session, state, browser, now)
    consent = await repository.lock_consent(session, row.consent_id)
    if consent is None:
        return CallbackResult(ClaimOutcome.UNKNOWN)
    number = _parse_authorization_id(authorisation or "")
    failure = await _find_failure(session, consent, row, browser, number, error, now)
    if failure is not None:
        if consent.status is ConsentStatus.GRANTED or consent.check_at is not None:
            await _count_failure(session, consent, failure, now)  # grants and checks in progress stay
        else:
            await refuse_consent(session, consent, failure, now)
        return CallbackResult(failure, consent)
    if consent.status is ConsentStatus.GRANTED:
        return CallbackResult(ClaimOutcome.GRANTED, consent)
    consent.status, consent.reason = ConsentStatus.PENDING, None
    consent.authorisation, consent.asked_on = number, paris.day_of(row.created_at)
    consent.checks, consent.check_at, consent.returned_at = 0, now, now
    return CallbackResult(ClaimOutcome.PENDING, consent, is_new=True)


async def _find_failure(
    session: AsyncSession,
    consent: Consent,
    state: ConsentState,
    browser: str | None,
    number: int | None,
    error: str | None,
    now: datetime,
) -> ClaimOutcome | None:
    """Return what is wrong with a callback; None if nothing is."""
    if state.created_at + LIFETIME <= now or consent.expires_at <= now:
        return ClaimOutcome.EXPIRED
    if state.browser_hash != hash_secret(browser or ""):
        consent.other_browser_on = paris.day_of(now)
        return ClaimOutcome.OTHER_BROWSER
    if error is not None:
        return ClaimOutcome.REFUSED_AT_ENEDIS
    if number is None:
        return ClaimOutcome.UNKNOWN
    if await limits.is_reached(session, _FAILURES, consent.account_id, now):
        return ClaimOutcome.TOO_OFTEN
    if consent.check_at is not None and consent.authorisation != number:
        return ClaimOutcome.UNKNOWN  # a second number during the check of the first one is a guess
    return None


async def _repeat_outcome(session: AsyncSession, state: str, browser: str | None, now: datetime) -> CallbackResult:
    """Return the outcome of a used state if the same browser sends it again; UNKNOWN for any other browser."""
    used = await repository.find_state(session, hash_secret(state))
    if used is not None and used.browser_hash == hash_secret(browser or ""):
        consent = await repository.find_consent(session, used.consent_id)
        if consent is not None:
            return CallbackResult(get_outcome(consent, now), consent)
    return CallbackResult(ClaimOutcome.UNKNOWN)


async def begin_check(session: AsyncSession, consent: Consent, now: datetime) -> bool:
    """Claim the next check, and set when the one after it is due.

    Returns False if the check is not due, is claimed by another process, or a limit is reached.
    """
    if consent.status is not ConsentStatus.PENDING or consent.check_at is None or consent.check_at > now:
        return False
    budgets = ((CHECKS_OF_ACCOUNT, consent.account_id), (CHECKS_OF_ALL, "all"))
    for limit, who in budgets:
        if await limits.is_reached(session, limit, who, now):
            consent.check_at = limits.get_window_end(limit, now)
            return False
    for limit, who in budgets:
        await limits.count_event(session, limit, who, now)
    consent.checks += 1
    pause = ATTEMPTS[consent.checks] if consent.checks < len(ATTEMPTS) else _compute_late_pause(consent.checks)
    consent.check_at = now + pause if now >= consent.expires_at else min(now + pause, consent.expires_at)
    return True


def _compute_late_pause(checks: int) -> timedelta:
    return compute_backoff(_LATER, _LATEST, checks - len(ATTEMPTS) + 1)


async def record_decision(
    session: AsyncSession, consent: Consent, outcome: ClaimOutcome, now: datetime
) -> ClaimOutcome:
    """Record the outcome of a check, and return the outcome of the consent after it.

    In the first minute only GRANTED and CONTESTED are final. NOT_OPENED is final once the request has expired.
    """
    if outcome is ClaimOutcome.GRANTED:
        consent.status, consent.reason, consent.check_at = ConsentStatus.GRANTED, None, None
        for limit, who in ((CHECKS_OF_ACCOUNT, consent.account_id), (CHECKS_OF_ALL, "all")):
            await limits.undo_hit(session, limit, who, now)
        record_event(
            session, now, "consent_granted", consent.account_id, consent=consent.id, usage_point=consent.point_id
        )
        return outcome
    is_early = consent.checks < len(ATTEMPTS)
    if outcome is not ClaimOutcome.CONTESTED and (
        is_early or (outcome is ClaimOutcome.NOT_OPENED and now < consent.expires_at)
    ):
        return ClaimOutcome.PENDING
    await refuse_consent(session, consent, outcome, now)
    return outcome


def postpone_check(consent: Consent, until: datetime) -> ClaimOutcome:
    """Postpone a check to `until` because Enedis did not answer; this is not counted as a failure.

    Refuses the consent as UPSTREAM_DOWN if it expires before. Returns the outcome.
    """
    consent.checks -= 1
    if until < consent.expires_at:
        consent.check_at = until
        return ClaimOutcome.PENDING
    consent.status, consent.reason, consent.check_at = ConsentStatus.REFUSED, ClaimOutcome.UPSTREAM_DOWN, None
    return ClaimOutcome.UPSTREAM_DOWN


async def refuse_consent(session: AsyncSession, consent: Consent, outcome: ClaimOutcome, now: datetime) -> None:
    """Refuse a consent with an outcome as reason, and count the failure for its account."""
    consent.status = ConsentStatus.EXPIRED if outcome is ClaimOutcome.EXPIRED else ConsentStatus.REFUSED
    consent.reason, consent.check_at = outcome, None
    await _count_failure(session, consent, outcome, now)


async def _count_failure(session: AsyncSession, consent: Consent, outcome: ClaimOutcome, now: datetime) -> None:
    await limits.count_event(session, _FAILURES, consent.account_id, now)
    record_event(session, now, "consent_failed", consent.account_id, consent=consent.id, reason=outcome)


def _parse_authorization_id(text: str) -> int | None:
    """Parse an `autorisation_id`, a positive signed 64-bit integer in ASCII digits; None if it is not one."""
    if not (text.isascii() and text.isdigit()) or len(text) > 19:
        return None
    number = int(text)
    return number if 0 < number < _INT64 else None
