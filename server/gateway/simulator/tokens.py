"""Client credentials and the opaque tokens they buy, at Enedis and at RTE alike."""

from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_urlsafe

from fastapi import Request


@dataclass
class Tokens:
    """One operator's application and the tokens given to it, each with its end on the simulator's clock."""

    client_id: str
    client_secret: str
    lifetime: timedelta
    given: dict[str, datetime] = field(default_factory=dict)

    def issue_token(self, now: datetime) -> str:
        """A new token; earlier ones stay good until their own end."""
        self.given = {token: end for token, end in self.given.items() if end > now}
        token = token_urlsafe(32)
        self.given[token] = now + self.lifetime
        return token

    def is_good(self, request: Request, now: datetime) -> bool:
        """Whether the request bears a token that is still good."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and self.given.get(token, now) > now


def parse_basic_credentials(request: Request) -> tuple[str, str] | None:
    """Client id and secret from a Basic header, if there is one that can be read."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except NotBase64, UnicodeDecodeError:
        return None
    return client_id, secret
