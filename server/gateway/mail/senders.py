"""Senders of mail: Mailgun, or none."""

from dataclasses import dataclass
from typing import Protocol

import structlog

from gateway.kit.http import HttpResponse, UnreachableError, Upstream

log = structlog.get_logger()

_WILL_NOT = frozenset({400, 402, 413})
"""Statuses by which Mailgun rejects a mail for good. Other errors may be temporary."""


@dataclass(frozen=True, repr=False)
class Mail:
    """A complete mail with its recipient, subject and bodies."""

    kind: str
    to: str
    subject: str
    text: str
    html: str


class MailError(Exception):
    """A mail was not accepted; if `is_final`, retrying is useless. `reason` contains no address."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_final = is_final


class MailSender(Protocol):
    """Sends mail."""

    async def send(self, mail: Mail, *, account_id: str) -> None:
        """Send a mail. Raises MailError if it was not accepted."""
        ...


class Mailgun:
    """Mailgun's HTTP API, in either region."""

    def __init__(self, upstream: Upstream, api_key: str, domain: str, sender: str) -> None:
        self._upstream = upstream
        self._auth = ("api", api_key)
        self._path = f"/{domain}/messages"
        self._sender = sender

    async def check_credentials(self) -> None:
        """Post a mail without recipient, to see whether key and domain are accepted. Raises MailError if not."""
        answer = await self._post_form({"from": self._sender, "o:testmode": "yes"})
        if answer.status != 400:  # the answer to a mail without recipient once key and domain were accepted
            raise MailError(str(answer.status))

    async def send(self, mail: Mail, *, account_id: str) -> None:
        """Send a mail without Mailgun's tracking of clicks and opens. Raises MailError."""
        form = {
            "from": self._sender,
            "to": mail.to,
            "subject": mail.subject,
            "text": mail.text,
            "html": mail.html,
            "o:tracking": "no",
            "o:tracking-clicks": "no",
            "o:tracking-opens": "no",
            "o:tag": mail.kind,
        }
        answer = await self._post_form(form)
        if answer.status != 200:
            raise MailError(str(answer.status), is_final=answer.status in _WILL_NOT)
        log.info("mail_sent", kind=mail.kind, account=account_id)

    async def _post_form(self, form: dict[str, str]) -> HttpResponse:
        try:
            return await self._upstream.request("POST", self._path, form=form, auth=self._auth)
        except UnreachableError as error:
            raise MailError("unreachable") from error


class NoMailSender:
    """For a gateway without mail: logs that a mail would have been sent."""

    async def send(self, mail: Mail, *, account_id: str) -> None:
        """Log the kind of the mail, without its text."""
        log.info("mail_not_sent", kind=mail.kind, account=account_id, reason="MAILGUN_API_KEY is not set")
