"""Bearer tokens: JWT HS256 by SECRET_KEY, for one purpose, void when the account's version moves on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import jwt

from gateway.kit.backoff import CLOCKS_DIFFER

LIFETIME = timedelta(minutes=15)
_ALGORITHM = "HS256"
_PURPOSE = "api"


class InvalidTokenError(Exception):
    """Not a token of this gateway, or one that has ended."""


@dataclass(frozen=True)
class Claims:
    """What a token says."""

    account_id: str
    client_id: str
    version: int


def issue_token(claims: Claims, *, key: str, issuer: str, now: datetime) -> str:
    """Sign a token that lives for LIFETIME."""
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
    """Check a token and return what it says. Raises InvalidTokenError."""
    claims, issued, expiry = _verify_token(token, key, issuer)
    if expiry <= now.timestamp():
        raise InvalidTokenError
    # one that a clock far ahead has issued would live for years
    if issued > (now + CLOCKS_DIFFER).timestamp():
        raise InvalidTokenError
    return claims


@lru_cache(maxsize=4096)
def _verify_token(token: str, key: str, issuer: str) -> tuple[Claims, float, float]:
    """Check a signature: a token is shown many times, and what it says does not change."""
    try:
        payload = jwt.decode(
            token,
            key,
            [_ALGORITHM],
            audience=_PURPOSE,
            issuer=issuer,
            # the time is judged by the gateway's own clock
            options={"require": ["exp", "iat", "sub"], "verify_exp": False, "verify_iat": False},
        )
        claims = Claims(str(payload["sub"]), str(payload["client_id"]), int(payload["ver"]))
        return claims, float(payload["iat"]), float(payload["exp"])
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as error:
        raise InvalidTokenError from error
