"""Access tokens of API clients: JWTs signed with SECRET_KEY (HS256), invalid once the token version increases."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import jwt

from gateway.kit.backoff import CLOCKS_DIFFER

LIFETIME = timedelta(minutes=15)
_ALGORITHM = "HS256"
_PURPOSE = "api"


class InvalidTokenError(Exception):
    """The token is not of this gateway, has expired or was revoked."""


@dataclass(frozen=True)
class Claims:
    """The contents of a token: account, API client, and the token version at the time of issue."""

    account_id: str
    client_id: str
    version: int


def issue_token(claims: Claims, *, key: str, issuer: str, now: datetime) -> str:
    """Return a signed token that expires after LIFETIME."""
    payload = {
        "iss": issuer,
        "aud": _PURPOSE,
        "sub": claims.account_id,
        "client_id": claims.client_id,
        "ver": claims.version,
        "iat": now,
        "exp": now + LIFETIME,
    }
    return jwt.encode(payload, key, _ALGORITHM)


def read_token(token: str, *, key: str, issuer: str, now: datetime) -> Claims:
    """Check the signature and times of a token, and return its claims. Raises InvalidTokenError."""
    claims, issued, expiry = _verify_token(token, key, issuer)
    if expiry <= now.timestamp():
        raise InvalidTokenError
    # issued by a clock that was far ahead: it would be valid for years
    if issued > (now + CLOCKS_DIFFER).timestamp():
        raise InvalidTokenError
    return claims


@lru_cache(maxsize=4096)
def _verify_token(token: str, key: str, issuer: str) -> tuple[Claims, float, float]:
    """Check a signature; return the claims, and the times of issue and expiry as Unix timestamps.

    Cached, because a client sends the same token many times.
    """
    try:
        payload = jwt.decode(
            token,
            key,
            [_ALGORITHM],
            audience=_PURPOSE,
            issuer=issuer,
            # `read_token` checks the times with the gateway's own clock
            options={"require": ["exp", "iat", "sub"], "verify_exp": False, "verify_iat": False},
        )
        claims = Claims(str(payload["sub"]), str(payload["client_id"]), int(payload["ver"]))
        return claims, float(payload["iat"]), float(payload["exp"])
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as error:
        raise InvalidTokenError from error
