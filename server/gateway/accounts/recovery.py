"""Password changes: by a code from a mail if the old password is forgotten, or with the old password."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import addresses, outbox, repository, sessions
from gateway.accounts.log_in import LogInAttempt, authenticate, check_password_unchanged
from gateway.accounts.models import Account, Purpose
from gateway.accounts.parts import AccountParts
from gateway.accounts.secrets import hash_secret
from gateway.accounts.service import revoke_all
from gateway.accounts.sign_up import build_invalid_code_problem, check_address, check_password_length, hash_new_password
from gateway.audit.service import record_event
from gateway.limits import origins
from gateway.limits import service as limits
from gateway.limits.service import RateLimit, RateLimitStatus
from gateway.mail.models import MailKind
from gateway.problems import not_found
from gateway.store import Store

_RESETS = RateLimit("password_reset", 20, timedelta(hours=1))


@dataclass(frozen=True, repr=False)
class ForgottenPassword:
    """The input of a reset request: an address, and the client address that the request comes from."""

    email: str
    client: str | None
    captcha_token: str | None


async def request_reset(parts: AccountParts, request: ForgottenPassword) -> RateLimitStatus:
    """Have a mail sent if the address has an account, and never reveal whether it has one.

    Raises problems: 403, 422, 429, 503.
    """
    email = addresses.normalize_email(check_address(request.email))
    async with parts.database.write() as session:
        subject = origins.hash_client(parts.instance, request.client)
        limit_status = await limits.hit(session, _RESETS, subject, parts.clock.now())
    await parts.captcha.check_token(request.captcha_token, "password_reset", request.client)
    async with parts.database.write() as session:
        now = parts.clock.now()
        account = await repository.find_account_by_email(session, email)
        account_id = account.id if account is not None and account.deactivated_at is None else None
        await outbox.enqueue_mail(session, account_id, MailKind.RESET_PASSWORD, now)
        record_event(session, now, "password_reset_asked", account_id)
    return limit_status


async def confirm_reset(parts: AccountParts, code: str, password: str) -> None:
    """Set a new password with a code from a mail. All sessions and tokens end. Raises problems: 400, 422, 503."""
    async with parts.database.read() as session:
        found = await repository.find_mail_code(session, hash_secret(code), {Purpose.RESET_PASSWORD}, parts.clock.now())
        account = await repository.get_account(session, found.account_id) if found else None
    if account is None:
        raise build_invalid_code_problem()
    hashed = await hash_new_password(parts.passwords, password, account.email)
    async with parts.database.write() as session:
        now = parts.clock.now()
        current = await repository.lock_account(session, account.id)
        found = await repository.find_mail_code(session, hash_secret(code), {Purpose.RESET_PASSWORD}, now)
        if found is None or current is None:
            raise build_invalid_code_problem()
        await give_account_to_owner(session, parts.store, current, hashed, now)
        await outbox.enqueue_mail(session, current.id, MailKind.PASSWORD_CHANGED, now)
        record_event(session, now, "password_reset", current.id)


async def change_password(
    parts: AccountParts, account: Account, old: str, new: str, client: str | None, browser: str | None = None
) -> str:
    """Set a new password with the old one; all sessions and tokens end. Return the token for this browser's new cookie.

    Raises problems: 401, 403, 404, 422, 429, 503.
    """
    check_password_length(new)
    authenticated = await authenticate(parts, LogInAttempt(account.email, old, client))
    hashed = await hash_new_password(parts.passwords, new, account.email)
    async with parts.database.write() as session:
        now = parts.clock.now()
        current = await repository.lock_account(session, account.id)
        if current is None:
            raise not_found()
        check_password_unchanged(current, authenticated)
        await replace_password(session, parts.store, current, hashed)
        await outbox.enqueue_mail(session, current.id, MailKind.PASSWORD_CHANGED, now)
        record_event(session, now, "password_changed", current.id)
        return sessions.open_session(session, parts.settings, current, now, browser)


async def give_account_to_owner(
    session: AsyncSession, store: Store, account: Account, hashed: str, now: datetime
) -> None:
    """Set a new password, and mark the account verified and active, for somebody who proved to own its address."""
    await replace_password(session, store, account, hashed)
    if account.verified_at is None:
        # a stranger may have signed up with this address: delete the credentials they created
        await repository.delete_api_clients(session, account.id)
    account.verified_at = account.verified_at or now
    account.activated_at = account.activated_at or now


async def replace_password(session: AsyncSession, store: Store, account: Account, hashed: str) -> None:
    """Replace the password hash; delete the account's mail codes, and end its sessions and access tokens."""
    account.password_hash = hashed
    await repository.delete_codes(session, account.id)
    await revoke_all(session, store, account)
