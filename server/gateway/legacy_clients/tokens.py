"""The text of a token for older clients: a JWT whose `sub` lists meter numbers, which npm's `linky` reads.

Only the hash of the whole text is stored, and it is found by that: the signature proves nothing that the hash does not,
and a changed SECRET_KEY ends no token.
"""

import secrets

import jwt

from gateway.accounts.parts import AccountParts
from gateway.problems import ProblemError
from gateway.usage_points import repository, service
from gateway.usage_points.models import PointStatus


class JwtWriter:
    """Writes tokens with the numbers of the meters that an account has at that moment."""

    def __init__(self, parts: AccountParts) -> None:
        """Store the parts."""
        self._parts = parts

    async def write_token(self, account_id: str) -> str:
        """Return a new token. Raises a 409 problem if LEGACY_CLIENTS is off, or if the account has no meter."""
        if not self._parts.settings.legacy_clients:
            raise ProblemError(409, "legacy_clients_off", "This site does not serve older clients (LEGACY_CLIENTS).")
        async with self._parts.database.read() as session:
            points = [
                point
                for point in await repository.list_of_account(session, account_id)
                if point.status is PointStatus.GRANTED
            ]
            numbers = [(await service.open_secrets(session, point, self._parts.keyring)).prm for point in points]
        if not numbers:
            raise ProblemError(409, "no_meter", "Add a meter first: such a token lists the meters of the account.")
        claims = {"sub": numbers, "iat": self._parts.clock.now(), "jti": secrets.token_urlsafe(32)}
        return jwt.encode(claims, self._parts.settings.secret_key.get_secret_value(), "HS256")
