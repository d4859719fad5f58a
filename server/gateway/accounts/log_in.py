"""Log-in and log-out.

A failed log-in takes the same time and gives the same answer whether the address is unknown or the password is wrong.
"""

from dataclasses import dataclass
from datetime import timedelta

from gateway.accounts import addresses, repository, sessions
from gateway.accounts.models import Account
from gateway.accounts.parts import AccountParts
from gateway.accounts.service import Caller, revoke_all
from gateway.audit.service import record_event
from gateway.limits import origins
from gateway.limits import service as limits
from gateway.limits.service import RateLimit
from gateway.problems import ProblemError, not_found

_FAILURES = RateLimit("log_in", 10, timedelta(minutes=10))
"""Per origin and account, so that a stranger's failures do not block the owner."""
_FAILURES_OF_ORIGIN = RateLimit("log_in_client", 100, timedelta(minutes=10))
_FAILURES_OF_ACCOUNT = RateLimit("log_in_account", 100, timedelta(hours=1))
"""Per account, for all origins together from which nobody has logged in to the account before."""
_CAPTCHA_AFTER = 5
_REFUSED_AFTER = 1.0


@dataclass(frozen=True, repr=False)
class LogInAttempt:
    """The credentials of a log-in attempt, and the client address it comes from."""

    email: str
    password: str
    client: str | None
    captcha_token: str | None = None


async def log_in(parts: AccountParts, attempt: LogInAttempt, browser: str | None = None) -> str:
    """Check credentials and open a session; return the token for its cookie. Raises the problems of `authenticate`."""
    account = await authenticate(parts, attempt)
    async with parts.database.write() as session:
        now = parts.clock.now()
        record_event(session, now, "logged_in", account.id)
        return sessions.open_session(session, parts.settings, account, now, browser)


async def log_out(parts: AccountParts, caller: Caller) -> None:
    """Delete the session of the caller's browser."""
    async with parts.database.write() as session:
        await repository.delete_session(session, caller.session_hash or b"")
        record_event(session, parts.clock.now(), "logged_out", caller.account_id)


async def log_out_session(parts: AccountParts, account_id: str, session_id: str) -> bytes:
    """Delete the session of an account with this public id; return its token hash. Raises the problem `not_found`."""
    async with parts.database.write() as session:
        for found in await repository.list_browser_sessions(session, account_id):
            if sessions.compute_public_id(found) == session_id:
                await repository.delete_session(session, found.token_hash)
                record_event(session, parts.clock.now(), "logged_out", account_id)
                return found.token_hash
    raise not_found()


async def log_out_everywhere(parts: AccountParts, account_id: str) -> None:
    """End all browser sessions and access tokens of an account. API clients keep their secrets."""
    async with parts.database.write() as session:
        current = await repository.lock_account(session, account_id)
        if current is not None:
            await revoke_all(session, parts.store, current)
            record_event(session, parts.clock.now(), "logged_out_everywhere", account_id)


async def authenticate(parts: AccountParts, attempt: LogInAttempt, *, pending: bool = False) -> Account:
    """Check an address and its password, and return the account.

    Accounts that are not active yet are accepted only if `pending`. Raises problems: 401, 403, 429, 503.

    Attempts are counted before the password is checked, and uncounted if it is right. So parallel requests cannot try
    more passwords than sequential ones.
    """
    email = addresses.normalize_email(attempt.email)
    address = origins.hash_email(parts.instance, email)
    origin = origins.hash_client(parts.instance, attempt.client)
    begun = parts.clock.now()
    try:
        async with parts.passwords.limit_concurrency(), parts.database.write() as session:
            account = await repository.find_account_by_email(session, email)
            is_familiar = await repository.is_familiar_origin(session, account.id if account else "", origin)
            hits = [(_FAILURES, f"{address}:{origin}"), (_FAILURES_OF_ORIGIN, origin)]
            counts = [(await limits.hit(session, limit, subject, begun)).count for limit, subject in hits]
            if is_familiar:
                # counted anyway, so that the time taken reveals nothing
                await limits.count_event(session, _FAILURES_OF_ACCOUNT, address, begun)
            else:
                counts.append((await limits.hit(session, _FAILURES_OF_ACCOUNT, address, begun)).count)
            hits.append((_FAILURES_OF_ACCOUNT, address))
    except ProblemError:
        # delay the refusal, so that clients that retry at once do not keep the gateway busy
        await parts.clock.sleep(_REFUSED_AFTER)
        raise
    if max([counts[0], *counts[2:]]) > _CAPTCHA_AFTER:
        await parts.captcha.check_token(attempt.captcha_token, "log_in", attempt.client)
    stored = account.password_hash if account else None
    async with parts.passwords.limit_concurrency():
        matches = await parts.passwords.verify_password(stored, attempt.password)
        outdated = matches and stored is not None and parts.passwords.is_outdated(stored)
        renewed = await parts.passwords.hash_password(attempt.password) if outdated else stored
    async with parts.database.write() as session:
        # queried for an unknown address too, so that the number of statements reveals nothing
        current = await repository.lock_account(session, account.id if account else "")
        known = current is not None and (pending or current.activated_at is not None)
        if current is None or not known or not matches or current.password_hash != stored:
            record_event(session, parts.clock.now(), "log_in_failed", account.id if account else None)
            refusal = _build_wrong_password_problem()
        elif current.deactivated_at is not None:
            record_event(session, parts.clock.now(), "log_in_refused", current.id)
            refusal = ProblemError(403, "account_inactive", "This account was deactivated by an administrator.")
        else:
            for limit, subject in hits:
                await limits.undo_hit(session, limit, subject, begun)
            if not is_familiar:
                await repository.add_familiar_origin(session, current.id, origin, begun)
            current.password_hash = renewed
            return current
    raise refusal


def check_password_unchanged(current: Account, authenticated: Account) -> None:
    """Raise a 401 problem if the password was replaced after `authenticate` accepted it.

    Hashing takes up to a second. If two requests change the password at once, the second one fails here.
    """
    if current.password_hash != authenticated.password_hash:
        raise _build_wrong_password_problem()


def _build_wrong_password_problem() -> ProblemError:
    return ProblemError(
        401,
        "invalid_credentials",
        "The email address or password is wrong, or the address has not been verified yet: check your inbox.",
    )
