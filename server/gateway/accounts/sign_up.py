"""Sign-up, and verification of the address.

Verification needs the code from the mail and the password. With the code alone, the owner of an address who follows the
link of a stranger's sign-up would activate an account whose password the stranger knows.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import addresses, outbox, passwords, repository
from gateway.accounts.log_in import LogInAttempt, authenticate, check_password_unchanged
from gateway.accounts.models import Account, Purpose
from gateway.accounts.parts import AccountParts
from gateway.accounts.passwords import Passwords
from gateway.accounts.secrets import hash_secret
from gateway.accounts.service import build_account
from gateway.audit.service import record_event
from gateway.limits import origins
from gateway.limits import service as limits
from gateway.limits.service import RateLimit, RateLimitStatus
from gateway.mail.models import MailKind
from gateway.problems import ProblemError

NEVER_ACTIVATED_FOR = timedelta(days=7)
"""How long a sign-up may stay unverified before its account is deleted."""
_VERIFIES = frozenset({Purpose.VERIFY_EMAIL, Purpose.CHANGE_EMAIL})
_SIGN_UPS = RateLimit("sign_up", 20, timedelta(hours=1))


@dataclass(frozen=True, repr=False)
class SignUp:
    """The input of a sign-up; `language` is that of its mails, `client` the address it comes from."""

    email: str
    password: str
    language: str
    client: str | None
    captcha_token: str | None


async def sign_up(parts: AccountParts, request: SignUp) -> RateLimitStatus:
    """Create an account and queue its mail; return the status of the rate limit.

    The result is the same if the address already has an account: only the mail tells its owner.
    Raises problems: 403, 422, 429, 503.
    """
    address = check_address(request.email)
    check_password_length(request.password)
    async with parts.database.write() as session:
        subject = origins.hash_client(parts.instance, request.client)
        limit_status = await limits.hit(session, _SIGN_UPS, subject, parts.clock.now())
    await parts.captcha.check_token(request.captcha_token, "sign_up", request.client)
    hashed = await hash_new_password(parts.passwords, request.password, address)
    try:
        async with parts.database.write() as session:
            await _register_account(session, parts, address, hashed, request.language)
    except IntegrityError:
        pass  # another request created the account at the same moment, and queued its mail
    return limit_status


async def _register_account(
    session: AsyncSession, parts: AccountParts, address: str, hashed: str, language: str
) -> None:
    now = parts.clock.now()
    found = await repository.find_account_by_email(session, addresses.normalize_email(address))
    # locked: who signs up anew at the moment of a verification must not put a password into an active account
    account = await repository.lock_account(session, found.id if found else "")
    kind = MailKind.VERIFY_EMAIL
    if account is None:
        account = build_account(parts.keyring, address, language, now)
        account.password_hash = hashed
        account.activated_at = None if parts.settings.require_email_verification else now
        session.add(account)
        await session.flush()
        record_event(session, now, "signed_up", account.id)
    elif account.activated_at is None:
        account.password_hash, account.language = hashed, language
    elif account.verified_at is not None:
        kind = MailKind.ALREADY_SIGNED_UP
    await outbox.enqueue_mail(session, account.id, kind, now)


async def verify_email(parts: AccountParts, code: str, password: str, client: str | None) -> None:
    """Verify the address of an account, or its new one, with the code from the mail and the account's password.

    Raises problems: 400, 401, 403, 429, 503.
    """
    async with parts.database.read() as session:
        found = await repository.find_mail_code(session, hash_secret(code), _VERIFIES, parts.clock.now())
        account = await repository.get_account(session, found.account_id) if found else None
    if account is None:
        raise build_invalid_code_problem()
    authenticated = await authenticate(parts, LogInAttempt(account.email, password, client), pending=True)
    async with parts.database.write() as session:
        now = parts.clock.now()
        current = await repository.lock_account(session, account.id)
        found = await repository.find_mail_code(session, hash_secret(code), _VERIFIES, now)
        if current is None or found is None:
            raise build_invalid_code_problem()
        check_password_unchanged(current, authenticated)
        if found.purpose is Purpose.CHANGE_EMAIL:
            await _take_new_address(session, current)
            record_event(session, now, "email_changed", current.id)
        await repository.delete_codes(session, current.id)
        current.verified_at = current.verified_at or now
        current.activated_at = current.activated_at or now
        record_event(session, now, "email_verified", current.id)


async def _take_new_address(session: AsyncSession, account: Account) -> None:
    """Replace the address with the verified one. Raises a 400 problem if that has another account by now."""
    address = account.pending_address or ""
    owner = await repository.find_account_by_email(session, addresses.normalize_email(address))
    if not address or (owner is not None and owner.id != account.id):
        raise build_invalid_code_problem()
    account.email, account.address, account.pending_address = addresses.normalize_email(address), address, None


def build_invalid_code_problem() -> ProblemError:
    """Return the 400 problem for a code that is unknown, used or expired."""
    return ProblemError(400, "invalid_code", "This code is wrong or has expired. Request a new e-mail.")


def check_address(text: str) -> str:
    """Return an email address as its owner writes it. Raises a 422 problem if it is not valid."""
    try:
        return addresses.validate_address(text)
    except addresses.InvalidAddressError as error:
        raise ProblemError(422, "invalid_email", f"`email`: {error}.") from error


def check_password_length(password: str) -> None:
    """Raise a 422 problem if the password is too short or too long."""
    try:
        passwords.check_length(password)
    except passwords.WeakPasswordError as error:
        raise _build_weak_password_problem(error) from error


async def hash_new_password(hasher: Passwords, password: str, address: str) -> str:
    """Check a new password and return its hash. Raises problems: 422, 503.

    Runs in the hashing thread, in its turn, and takes a good part of a second: callers apply a rate limit before.
    """
    check_password_length(password)
    try:
        async with hasher.limit_concurrency():
            return await hasher.check_and_hash(password, address)
    except passwords.WeakPasswordError as error:
        raise _build_weak_password_problem(error) from error


def _build_weak_password_problem(error: passwords.WeakPasswordError) -> ProblemError:
    return ProblemError(422, "weak_password", f"`password`: {error}.")
