"""Queue of mails: added in the transaction that causes them, sent by a job, and retried with growing pauses."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from urllib.parse import quote

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts import repository as accounts
from gateway.accounts.models import Account, MailCode, Purpose
from gateway.accounts.secrets import hash_secret, make_mail_code
from gateway.kit.backoff import compute_backoff
from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.limits import service as limits
from gateway.limits.service import RateLimit
from gateway.mail import repository
from gateway.mail.models import MailKind, OutboxMail
from gateway.mail.senders import MailError, MailSender
from gateway.mail.texts import Signature, compose_mail
from gateway.settings import Settings

log = structlog.get_logger()

GIVE_UP_AFTER = timedelta(days=3)
_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
_A_ROUND = 20
_LONGEST_WAIT = timedelta(hours=1)
_TO_ONE_ACCOUNT = RateLimit("mail", 5, timedelta(hours=1))
"""Per account and kind of mail that a stranger can cause, so that strangers cannot flood a mailbox."""
_CAUSED_BY_STRANGERS = frozenset(
    {MailKind.VERIFY_EMAIL, MailKind.RESET_PASSWORD, MailKind.ALREADY_SIGNED_UP, MailKind.CHANGE_EMAIL}
)
"""The other kinds are security notices, which are not limited."""
_OF_CODE = {
    MailKind.VERIFY_EMAIL: (Purpose.VERIFY_EMAIL, timedelta(days=2), "/accounts/verify-email"),
    MailKind.CHANGE_EMAIL: (Purpose.CHANGE_EMAIL, timedelta(days=2), "/accounts/verify-email"),
    MailKind.RESET_PASSWORD: (Purpose.RESET_PASSWORD, timedelta(hours=1), "/accounts/reset-password"),
}


async def enqueue_mail(
    session: AsyncSession,
    account_id: str | None,
    kind: MailKind,
    now: datetime,
    details: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Queue a mail in the transaction that causes it.

    A mail without an account, or above the limit, is queued too and dropped later, so that an unknown address causes
    the same work as a known one.
    """
    if kind in _CAUSED_BY_STRANGERS:
        to = f"{account_id or 'nobody'}:{kind}"
        if await limits.is_reached(session, _TO_ONE_ACCOUNT, to, now) and account_id is not None:
            log.warning("mail_held_back", kind=kind, account=account_id)
            account_id = None
        await limits.count_event(session, _TO_ONE_ACCOUNT, to, now)
    session.add(
        OutboxMail(
            account_id=account_id,
            kind=kind,
            details=dict(details),
            created_at=now,
            next_at=now,
            attempts=0,
            last_error=None,
        )
    )


class OutboxWorker:
    """Sends the queued mails."""

    def __init__(self, database: Database, sender: MailSender, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._sender = sender
        self._settings = settings
        self._clock = clock
        self._signature = Signature(settings.site_name, settings.site_operator)

    async def send_due_mails(self) -> datetime:
        """Send up to 20 due mails; return when to call again, within an hour."""
        now = self._clock.now()
        async with self._database.read() as session:
            due = await repository.list_due(session, now, _A_ROUND)
        for queued in due:
            await self._send_mail(queued)
        async with self._database.read() as session:
            return await repository.find_next_due(session, self._clock.now() + _LONGEST_WAIT)

    async def _send_mail(self, queued: OutboxMail) -> None:
        now = self._clock.now()
        again_at = now + compute_backoff(_PAUSE, _LONGEST_PAUSE, queued.attempts + 1)
        async with self._database.write() as session:
            claimed = await repository.claim_attempt(session, queued.id, now, again_at)
            if claimed is None:
                return
            account = await accounts.find_account(session, queued.account_id) if queued.account_id else None
            to = _find_recipient(account, queued) if account else None
            if account is None or to is None:
                await repository.delete_mail(session, queued.id)
                return
            link = _build_link(session, self._settings, account, queued.kind, now)
        mail = compose_mail(queued.kind, account.language, to, link, self._signature, queued.details)
        try:
            await self._sender.send(mail, account_id=account.id)
        except MailError as error:
            gives_up = error.is_final or now - queued.created_at >= GIVE_UP_AFTER
            log.warning("mail_failed", kind=queued.kind, account=account.id, reason=error.reason, gives_up=gives_up)
            async with self._database.write() as session:
                if gives_up:
                    await repository.delete_mail(session, queued.id)
                else:
                    await repository.note_error(session, queued.id, error.reason)
            return
        async with self._database.write() as session:
            await repository.delete_mail(session, queued.id)


def _find_recipient(account: Account, queued: OutboxMail) -> str | None:
    if queued.kind is MailKind.CHANGE_EMAIL:
        return account.pending_address
    return queued.details.get("to", account.address)


def _build_link(session: AsyncSession, settings: Settings, account: Account, kind: MailKind, now: datetime) -> str:
    """Return the link of a mail; create and add a code for the kinds that need one.

    The code is in the fragment (after #), which browsers do not send to servers, so that it appears in no log.
    """
    front = settings.frontend_url
    if kind not in _OF_CODE:
        return front or settings.backend_url
    purpose, lifetime, path = _OF_CODE[kind]
    code = make_mail_code()
    session.add(
        MailCode(code_hash=hash_secret(code), account_id=account.id, purpose=purpose, expires_at=now + lifetime)
    )
    base = front + path.removeprefix("/accounts") if front else settings.backend_url + path
    return f"{base}#code={quote(code)}"
