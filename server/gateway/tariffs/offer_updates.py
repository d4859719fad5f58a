"""Fetches the operator's file of offers once a day; it is accepted only if it is pinned or signed, and newer."""

import base64
import hashlib
from datetime import datetime, timedelta
from hmac import compare_digest
from urllib.parse import urlsplit

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError

from gateway.kit.clock import Clock
from gateway.kit.database import Database
from gateway.kit.http import UnreachableError, Upstream
from gateway.settings import Settings
from gateway.tariffs.offers import PublishedAtError
from gateway.tariffs.repository import replace_offers

log = structlog.get_logger()

_EVERY = timedelta(days=1)
_AFTER_FAILURE = timedelta(hours=6)


class UntrustedOffersError(ValueError):
    """A file does not have the pinned digest, or is not signed by the key."""


class OfferUpdates:
    """Fetches OFFERS_URL, and its signature from the same address with `.sig` added to its path."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._settings = settings

    async def refresh_offers(self) -> datetime:
        """Fetch the file and store it if it is trusted and newer; return when to run next."""
        now = self._clock.now()
        if not self._settings.offers_url:
            return now + _EVERY
        try:
            text = await self._fetch_trusted()
            async with self._database.write() as session:
                await replace_offers(session, text, now)
        except (UnreachableError, UntrustedOffersError, PublishedAtError, ValidationError) as error:
            log.warning("offers_refused", reason=_describe_refusal(error))
            return now + _AFTER_FAILURE
        return now + _EVERY

    async def _fetch_trusted(self) -> str:
        url = urlsplit(self._settings.offers_url)
        upstream = Upstream(f"{url.scheme}://{url.netloc}")
        query = f"?{url.query}" if url.query else ""
        try:
            body = await _fetch(upstream, (url.path or "/") + query)
            if self._settings.offers_digest:
                found = hashlib.sha256(body).hexdigest()
                if not compare_digest(found, self._settings.offers_digest):
                    raise UntrustedOffersError("it does not have the digest of OFFERS_DIGEST")
            else:
                self._check_signature(body, await _fetch(upstream, f"{url.path}.sig{query}"))
        finally:
            await upstream.close()
        try:
            return body.decode()
        except UnicodeDecodeError:
            raise UntrustedOffersError("it is not UTF-8") from None

    def _check_signature(self, body: bytes, signature: bytes) -> None:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(self._settings.offers_public_key))
        try:
            key.verify(base64.b64decode(signature, validate=False), body)
        except (InvalidSignature, ValueError) as error:
            raise UntrustedOffersError("its signature is not that of OFFERS_PUBLIC_KEY") from error


async def _fetch(upstream: Upstream, path: str) -> bytes:
    response = await upstream.request("GET", path)
    if response.status != 200:
        raise UnreachableError(f"the answer is {response.status}")
    return response.body


def _describe_refusal(error: Exception) -> str:
    """Return the reason of a refusal, without content of the file."""
    if isinstance(error, ValidationError):
        places = {".".join(map(str, each["loc"])): each["type"] for each in error.errors(include_input=False)}
        return "; ".join(f"{place}: {kind}" for place, kind in list(places.items())[:5])
    return str(error)
