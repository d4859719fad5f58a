"""HTTP clients of the gateway: one client per host, with limits for time and size, without redirects."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import httpx2

from gateway import __version__
from gateway.kit.tracing import note_call, trace_call

TIMEOUT = httpx2.Timeout(30, connect=10)
LONGEST = 60.0
"""Seconds for a whole response: TIMEOUT applies to each piece of it, and pieces may be single bytes."""
MAX_BODY = 8 * 1024 * 1024


@cache
def make_ssl_context() -> ssl.SSLContext:
    """Return a context that trusts the system's authorities, loaded on demand; without any, those of httpx2 (2 MB)."""
    folder = ssl.get_default_verify_paths().capath
    if folder and any(Path(folder).glob("*.0")):
        return ssl.create_default_context(capath=folder)
    return httpx2.create_ssl_context(trust_env=False)


class UnreachableError(Exception):
    """No usable response: the connection was refused, the request timed out, or the body was too long.

    `concerns_all`: no connection could be made, so any request would fail. Otherwise this request may be the cause.
    """

    def __init__(self, what: str, *, concerns_all: bool = False) -> None:
        """Store what happened; `what` must not contain the URL."""
        super().__init__(what)
        self.concerns_all = concerns_all


@dataclass(frozen=True)
class HttpResponse:
    """A response: the status, the body as bytes, and the headers with lower-case names."""

    status: int
    body: bytes
    headers: dict[str, str]


class Upstream:
    """An HTTP client for one origin."""

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        observe: Callable[[str, float], None] = lambda *_: None,
    ) -> None:
        """Build the client without connecting; `observe` receives each status, or `unreachable`, and the seconds."""
        self._observe = observe
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("a base URL must start with https:// and name a host")
        self._host = parts.hostname
        self._client = httpx2.AsyncClient(
            base_url=base_url.rstrip("/"),
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": f"MyElectricalData-gateway/{__version__}", "Accept": "application/json"},
            transport=transport,
            verify=make_ssl_context(),
        )

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        form: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        json: object = None,
    ) -> HttpResponse:
        """Send one request. Raises UnreachableError without the URL, which may contain a meter number."""
        if not path.startswith("/"):
            raise ValueError("a path begins with a slash: what is asked is on this upstream's own origin")
        begun = perf_counter()
        with trace_call(method, self._host) as span:
            try:
                response = await self._receive(
                    method, path, params=params, headers=headers, data=form, auth=auth, json=json
                )
            except UnreachableError:
                self._observe("unreachable", perf_counter() - begun)
                note_call(span, "unreachable")
                raise
            self._observe(str(response.status), perf_counter() - begun)
            note_call(span, str(response.status))
            return response

    async def _receive(self, method: str, path: str, **options: Any) -> HttpResponse:
        try:
            async with asyncio.timeout(LONGEST), self._client.stream(method, path, **options) as response:
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > MAX_BODY:
                        raise UnreachableError("the answer is too long")
                return HttpResponse(
                    response.status_code, bytes(body), {k.lower(): v for k, v in response.headers.items()}
                )
        except (httpx2.HTTPError, TimeoutError) as error:
            concerns_all = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
            raise UnreachableError(type(error).__name__, concerns_all=concerns_all) from None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
