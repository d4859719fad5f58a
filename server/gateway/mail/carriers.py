"""Who carries mail: Mailgun, or nobody."""

from dataclasses import dataclass
from typing import Protocol

import structlog

from gateway.kit.http import Answer, UnreachableError, Upstream

log = structlog.get_logger()

_WILL_NOT = frozenset({400, 402, 413})
"""What Mailgun answers when the mail itself will never do; anything else may pass."""


@dataclass(frozen=True, repr=False)
class Letter:
    """A mail in words."""

    kind: str
    to: str
    subject: str
    text: str
    html: str


class MailError(Exception):
    """A mail was not taken; `is_final` says that it never will be. `reason` holds no address."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_final = is_final


class Carrier(Protocol):
    """Takes mail."""

    async def carry(self, letter: Letter, *, account_id: str) -> None:
        """Take a letter for good. Raises MailError."""
        ...


class Mailgun:
    """Mailgun's HTTP API, in either region."""

    def __init__(self, upstream: Upstream, api_key: str, domain: str, sender: str) -> None:
        self._upstream = upstream
        self._auth = ("api", api_key)
        self._path = f"/{domain}/messages"
        self._sender = sender

    async def sign_in(self) -> None:
        """Hand over a letter for nobody, to see whether the key and the domain are good. Raises MailError if not."""
        answer = await self._post({"from": self._sender, "o:testmode": "yes"})
        if answer.status != 400:  # how it refuses the letter once it has taken the rest
            raise MailError(str(answer.status))

    async def carry(self, letter: Letter, *, account_id: str) -> None:
        """Hand a letter over; its links are left as they are, and nobody is told who opened it."""
        form = {
            "from": self._sender,
            "to": letter.to,
            "subject": letter.subject,
            "text": letter.text,
            "html": letter.html,
            "o:tracking": "no",
            "o:tracking-clicks": "no",
            "o:tracking-opens": "no",
            "o:tag": letter.kind,
        }
        answer = await self._post(form)
        if answer.status != 200:
            raise MailError(str(answer.status), is_final=answer.status in _WILL_NOT)
        log.info("mail_sent", kind=letter.kind, account=account_id)

    async def _post(self, form: dict[str, str]) -> Answer:
        try:
            return await self._upstream.ask("POST", self._path, form=form, auth=self._auth)
        except UnreachableError as error:
            raise MailError("unreachable") from error


class NoCarrier:
    """For a gateway without mail: the log says that one would have gone."""

    async def carry(self, letter: Letter, *, account_id: str) -> None:
        """Say so, without its words."""
        log.info("mail_not_sent", kind=letter.kind, account=account_id, reason="MAILGUN_API_KEY is not set")
