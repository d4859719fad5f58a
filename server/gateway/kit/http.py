"""How the gateway speaks to others: one client a host, bounded in time and size, never redirected."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from time import perf_counter
from urllib.parse import urlsplit

import httpx2

from gateway import __version__

TIMEOUT = httpx2.Timeout(30, connect=10)
LONGEST = 60.0
"""Seconds for a whole answer: the limits above are for each of its pieces, which may come one byte at a time."""
MAX_BODY = 8 * 1024 * 1024


@cache
def make_ssl_context() -> ssl.SSLContext:
    """Trust the system's authorities, each read when it is first met; where it has none, a list of 2 MB."""
    folder = ssl.get_default_verify_paths().capath
    if folder and any(Path(folder).glob("*.0")):
        return ssl.create_default_context(capath=folder)
    return httpx2.create_ssl_context(trust_env=False)


class UnreachableError(Exception):
    """No usable answer came: connection refused, time-out, too long a body.

    `concerns_all`: no connection could be made, whatever is asked. Else it may be due to what was asked.
    """

    def __init__(self, what: str, *, concerns_all: bool = False) -> None:
        """Say what happened, without the URL."""
        super().__init__(what)
        self.concerns_all = concerns_all


@dataclass(frozen=True)
class HttpResponse:
    """What came back: the status, the body as bytes, and the headers in lower case."""

    status: int
    body: bytes
    headers: dict[str, str]


class Upstream:
    """A client that speaks to one origin only."""

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        observe: Callable[[str, float], None] = lambda *_: None,
    ) -> None:
        """Prepare, without connecting; `observe` is told each answer's status, or `unreachable`, and its seconds."""
        self._observe = observe
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("a base URL must start with https:// and name a host")
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
        """Ask once. Raises UnreachableError; its text never holds the URL, which may carry a meter number."""
        if not path.startswith("/"):
            raise ValueError("a path begins with a slash: what is asked is on this upstream's own origin")
        begun = perf_counter()
        try:
            async with (
                asyncio.timeout(LONGEST),
                self._client.stream(
                    method, path, params=params, headers=headers, data=form, auth=auth, json=json
                ) as response,
            ):
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > MAX_BODY:
                        raise UnreachableError("the answer is too long")
                self._observe(str(response.status_code), perf_counter() - begun)
                return HttpResponse(
                    response.status_code, bytes(body), {k.lower(): v for k, v in response.headers.items()}
                )
        except UnreachableError:
            self._observe("unreachable", perf_counter() - begun)
            raise
        except (httpx2.HTTPError, TimeoutError) as error:
            self._observe("unreachable", perf_counter() - begun)
            concerns_all = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
            raise UnreachableError(type(error).__name__, concerns_all=concerns_all) from None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
