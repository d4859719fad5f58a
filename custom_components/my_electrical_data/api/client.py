"""The HTTP client of the gateway."""

import asyncio
import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from aiohttp import ClientConnectorCertificateError, ClientError, ClientResponse, ClientSession, ClientSSLError
from yarl import URL

from .decode import Decoder
from .errors import (
    AuthenticationFailedError,
    CertificateRefusedError,
    GatewayConnectionError,
    GatewayTooNewError,
    GatewayTooOldError,
    GatewayUnavailableError,
    MalformedAnswerError,
    NotAGatewayError,
    RateLimitedError,
    RequestRefusedError,
)
from .models import DailyReadings, Ecowatt, Hours, Ping, Tempo, Token, UsagePoints

GATEWAY_NAME = "MyElectricalData"
API_MAJOR, API_MINOR = 1, 0
PROBLEM_TYPE = "application/problem+json"

_TIMEOUT = 60.0  # well above the 20 s that the gateway may wait for Enedis
_RENEW_BEFORE = 60.0
_MAX_AGE = re.compile(r"max-age=(\d+)")
_API_VERSION = re.compile(r"(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class _Problem:
    code: str


_PING, _TOKEN, _PROBLEM = Decoder(Ping), Decoder(Token), Decoder(_Problem)
_USAGE_POINTS, _DAILY, _HOURS = Decoder(UsagePoints), Decoder(DailyReadings), Decoder(Hours)
_TEMPO, _ECOWATT = Decoder(Tempo), Decoder(Ecowatt)


@dataclass(frozen=True, slots=True)
class Answer[DataT]:
    """What the gateway said, and how many seconds it holds when the gateway knows."""

    data: DataT
    max_age: float | None = None


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: dict[str, str]
    body: bytes
    url: URL


class GatewayClient:
    """Talks to one gateway as one API client, in a session that its owner opens and closes."""

    def __init__(self, session: ClientSession, address: str, client_id: str, client_secret: str) -> None:
        """Take the base `address`, without a slash at the end, and the API client."""
        self.address = address
        self._session = session
        self._basic = b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._token: str | None = None
        self._token_ends = 0.0
        self._token_lock = asyncio.Lock()
        self._held: dict[str, tuple[str, Any]] = {}

    async def ping(self) -> Ping:
        """Ask who is there, and check that it can be talked to. Follows a redirection, and stays where it led."""
        reply = await self._send("GET", "/ping", allow_redirects=True)
        _raise_for_pressure(reply)
        try:
            ping = _PING(reply.body)
        except MalformedAnswerError as error:
            raise NotAGatewayError("something else answers") from error
        if reply.status != HTTPStatus.OK or ping.name != GATEWAY_NAME:
            raise NotAGatewayError("something else answers")
        _check_version(ping.api)
        self._stay_where_redirected(reply.url)
        return ping

    async def authenticate(self) -> None:
        """Get a token. Raises AuthenticationFailedError when the API client is unknown."""
        async with self._token_lock:
            await self._renew_token()

    async def usage_points(self) -> Answer[UsagePoints]:
        """Return the meters of the account."""
        return await self._get(_USAGE_POINTS, "/v1/usage-points")

    async def daily(self, usage_point_id: str, *, start: date, end: date) -> Answer[DailyReadings]:
        """Return the daily consumption of the days from `start` to before `end`."""
        query = {"direction": "consumption", "start": start.isoformat(), "end": end.isoformat()}
        return await self._get(_DAILY, f"/v1/usage-points/{usage_point_id}/daily", query)

    async def hours(self, usage_point_id: str, *, cursor: str | None) -> Answer[Hours]:
        """Return the hourly sums that changed since `cursor`; all of them without one."""
        query = {"cursor": cursor} if cursor else {}
        return await self._get(_HOURS, f"/v1/usage-points/{usage_point_id}/hours", query)

    async def tempo(self) -> Answer[Tempo]:
        """Return the Tempo colours."""
        return await self._get(_TEMPO, "/v1/tempo")

    async def ecowatt(self) -> Answer[Ecowatt]:
        """Return the Ecowatt signal."""
        return await self._get(_ECOWATT, "/v1/ecowatt")

    async def _get[DataT](
        self, decoder: Decoder[DataT], path: str, query: dict[str, str] | None = None
    ) -> Answer[DataT]:
        """Ask for `path`. What has no query is small and asked often: it is held, and asked for by its ETag."""
        held = self._held.get(path) if query is None else None
        conditional = {"If-None-Match": held[0]} if held else {}
        reply = await self._authorized(path, query or {}, conditional)
        if held and reply.status == HTTPStatus.NOT_MODIFIED:
            return Answer(held[1], _max_age(reply))
        _raise_for_status(reply)
        # Two years of hours are megabytes: read beside the event loop.
        data = await asyncio.to_thread(decoder, reply.body)
        if query is None and (etag := reply.headers.get("etag")):
            self._held[path] = (etag, data)
        return Answer(data, _max_age(reply))

    async def _authorized(self, path: str, query: dict[str, str], headers: dict[str, str]) -> _Reply:
        """Send with a valid token; a token refused before its end is renewed once."""
        refused: str | None = None
        while True:
            token = await self._valid_token(refused)
            reply = await self._send("GET", path, params=query, headers=headers | {"Authorization": f"Bearer {token}"})
            if reply.status != HTTPStatus.UNAUTHORIZED or refused:
                return reply
            refused = token

    async def _valid_token(self, refused: str | None) -> str:
        async with self._token_lock:
            too_late = asyncio.get_running_loop().time() >= self._token_ends
            if self._token is None or self._token == refused or too_late:
                return await self._renew_token()
            return self._token

    async def _renew_token(self) -> str:
        now = asyncio.get_running_loop().time()
        reply = await self._send(
            "POST",
            "/v1/oauth/token",
            data={"grant_type": "client_credentials"},
            headers={"Authorization": f"Basic {self._basic}"},
        )
        _raise_for_status(reply)
        token = _TOKEN(reply.body)
        self._token = token.access_token
        self._token_ends = now + token.expires_in - min(_RENEW_BEFORE, token.expires_in / 2)
        return self._token

    async def _send(self, method: str, path: str, *, allow_redirects: bool = False, **options: Any) -> _Reply:
        try:
            async with (
                asyncio.timeout(_TIMEOUT),
                self._session.request(
                    method, f"{self.address}{path}", allow_redirects=allow_redirects, **options
                ) as response,
            ):
                return await _read(response)
        except (ClientConnectorCertificateError, ClientSSLError) as error:
            raise CertificateRefusedError("the certificate is not trusted") from error
        except TimeoutError as error:
            raise GatewayConnectionError("no answer in time") from error
        except (ClientError, OSError) as error:
            raise GatewayConnectionError("no connection") from error

    def _stay_where_redirected(self, landed: URL) -> None:
        """Keep the address that answered, unless it would send secrets in clear that were meant for https."""
        if self.address.startswith("https:") and landed.scheme != "https":
            raise NotAGatewayError("redirected from https to http")
        self.address = str(landed.with_query(None)).removesuffix("/ping")


async def _read(response: ClientResponse) -> _Reply:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return _Reply(response.status, headers, await response.read(), response.url)


def _check_version(api: str) -> None:
    """Accept the same major, and a minor that is at least ours."""
    if not (version := _API_VERSION.fullmatch(api)):
        raise NotAGatewayError("no API version")
    major, minor = int(version[1]), int(version[2])
    if (major, minor) < (API_MAJOR, API_MINOR):
        raise GatewayTooOldError(api)
    if major > API_MAJOR:
        raise GatewayTooNewError(api)


def _raise_for_pressure(reply: _Reply) -> None:
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise RateLimitedError("asked too often", _retry_after(reply))
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise GatewayUnavailableError(f"the gateway answers {reply.status}", _retry_after(reply))


def _raise_for_status(reply: _Reply) -> None:
    _raise_for_pressure(reply)
    if reply.status == HTTPStatus.UNAUTHORIZED:
        raise AuthenticationFailedError("the API client is not accepted")
    if reply.status >= HTTPStatus.BAD_REQUEST:
        raise RequestRefusedError(reply.status, _problem_code(reply))
    if reply.status != HTTPStatus.OK:
        raise MalformedAnswerError(f"an answer of status {reply.status}")


def _problem_code(reply: _Reply) -> str:
    if not reply.headers.get("content-type", "").startswith(PROBLEM_TYPE):
        return "unknown"
    try:
        return _PROBLEM(reply.body).code
    except MalformedAnswerError:
        return "unknown"


def _retry_after(reply: _Reply) -> float | None:
    """Read Retry-After, seconds or a date (RFC 9110, 10.2.3). A date counts from the answer's own."""
    value = reply.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(reply.headers.get("date", ""))
    except TypeError, ValueError:
        return None
    return max(0.0, wait.total_seconds())


def _max_age(reply: _Reply) -> float | None:
    found = _MAX_AGE.search(reply.headers.get("cache-control", ""))
    return float(found[1]) if found else None
