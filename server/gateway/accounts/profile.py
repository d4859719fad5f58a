"""Changes that owners make to their accounts: the language, and the address, once the new one is verified."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import addresses, outbox, repository
from gateway.accounts.log_in import LogInAttempt, authenticate, check_password_unchanged
from gateway.accounts.models import Account, Purpose
from gateway.accounts.parts import AccountParts
from gateway.accounts.sign_up import check_address
from gateway.audit.service import record_event
from gateway.limits import origins
from gateway.limits import service as limits
from gateway.limits.service import RateLimit, RateLimitStatus
from gateway.mail.models import MailKind
from gateway.problems import ProblemError, not_found

_RESENDS = RateLimit("verify_email_resend", 20, timedelta(hours=1))


@dataclass(frozen=True, repr=False)
class AddressChange:
    """A new address, the account's password, and the client address that the request comes from."""

    email: str
    password: str
    client: str | None


async def get_account(parts: AccountParts, account_id: str) -> Account:
    """Return the current state of an account. Raises the problem `not_found`."""
    async with parts.database.read() as session:
        account = await repository.find_account(session, account_id)
    if account is None:
        raise not_found()
    return account


async def change_language(parts: AccountParts, account: Account, language: str) -> None:
    """Set the language of an account's mails. Raises the problem `not_found`."""
    async with parts.database.write() as session:
        (await _load_current(session, account)).language = language


async def request_address_change(parts: AccountParts, account: Account, change: AddressChange) -> None:
    """Queue a mail with a code to the new address, and a notice to the current one.

    The address changes once the code is confirmed (`sign_up.verify_email`). The result does not reveal whether the new
    address already has an account: only the mail to it does. Raises problems: 401, 403, 404, 409, 422, 429, 503.
    """
    if not parts.settings.sends_mail:
        raise ProblemError(409, "mail_needed", "This site sends no e-mail, so a new address cannot be verified.")
    address = check_address(change.email)
    authenticated = await authenticate(parts, LogInAttempt(account.email, change.password, change.client))
    async with parts.database.write() as session:
        now = parts.clock.now()
        current = await _load_current(session, account)
        check_password_unchanged(current, authenticated)
        current.pending_address = address
        await repository.delete_codes(session, current.id, Purpose.CHANGE_EMAIL)
        owner = await repository.find_account_by_email(session, addresses.normalize_email(address))
        if owner is None or owner.id == current.id:
            await outbox.enqueue_mail(session, current.id, MailKind.CHANGE_EMAIL, now)
        else:
            await outbox.enqueue_mail(session, owner.id, MailKind.ALREADY_SIGNED_UP, now)
        # to the current address, even if sent after the new one is verified: its owner may not have made the request
        await outbox.enqueue_mail(session, current.id, MailKind.EMAIL_CHANGE_ASKED, now, {"to": current.address})
        record_event(session, now, "email_change_asked", current.id)


async def resend_verification(
    parts: AccountParts, email: str, client: str | None, captcha_token: str | None
) -> RateLimitStatus:
    """Send the verification mail again if the address waits for it, and never reveal whether it does.

    Raises 403, 429, 503.
    """
    canonical = addresses.normalize_email(check_address(email))
    async with parts.database.write() as session:
        limit_status = await limits.hit(
            session, _RESENDS, origins.hash_client(parts.instance, client), parts.clock.now()
        )
    await parts.captcha.check_token(captcha_token, "verify_email_resend", client)
    async with parts.database.write() as session:
        account = await repository.find_account_by_email(session, canonical)
        waits = account is not None and account.verified_at is None and account.deactivated_at is None
        to = account.id if account is not None and waits else None
        await outbox.enqueue_mail(session, to, MailKind.VERIFY_EMAIL, parts.clock.now())
    return limit_status


async def _load_current(session: AsyncSession, account: Account) -> Account:
    current = await repository.lock_account(session, account.id)
    if current is None:
        raise not_found()
    return current
