"""Sends requests to one address of a gateway and reads the responses, up to a limit."""

import asyncio
import re
import zlib
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from ssl import SSLError
from typing import Any

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientSSLError,
)
from yarl import URL

from .decode import Decoder
from .errors import (
    AuthenticationFailedError,
    CertificateRefusedError,
    GatewayConnectionError,
    GatewayTooNewError,
    GatewayTooOldError,
    GatewayUnavailableError,
    MalformedResponseError,
    NotAGatewayError,
    PlainHttpError,
    ProxyAuthenticationError,
    RateLimitedError,
    RequestRefusedError,
)
from .models import Ping

GATEWAY_NAME = "MyElectricalData"
API_MAJOR, API_MINOR = 1, 1
"""The version of the gateway's API that has every field of the models."""
PROBLEM_TYPE = "application/problem+json"

TIMEOUT = 60.0  # well above the 20 s that the gateway may wait for Enedis
_PING_BYTES = 16 * 1024
_ANSWER_BYTES = 4 * 1024 * 1024  # a thousand hours of thirty series are half a megabyte
_INFLATE_ANY = zlib.MAX_WBITS + 32  # gzip or zlib, by its header
_LONGEST_WAIT = 86400.0
_LONGEST_DETAIL = 500
_MAX_AGE = re.compile(r"max-age=(\d+)")
_API_VERSION = re.compile(r"(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class _Problem:
    code: str
    detail: str = ""


_PING, _PROBLEM = Decoder(Ping), Decoder(_Problem)


@dataclass(frozen=True, slots=True)
class RawResponse:
    """A response as it was received; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes
    url: URL

    @property
    def max_age(self) -> float | None:
        """For how many seconds it is valid, a day at most, if the gateway says so."""
        found = _MAX_AGE.search(self.headers.get("cache-control", ""))
        return min(float(found[1]), _LONGEST_WAIT) if found else None

    def raise_for_status(self) -> None:
        """Raise the error that this response stands for, if it is one."""
        self.raise_for_load()
        if self.status == HTTPStatus.UNAUTHORIZED:
            problem = self._problem_code()
            if problem == "unknown":
                raise ProxyAuthenticationError("a proxy asks for credentials of its own")
            raise AuthenticationFailedError("the credentials are not accepted", problem=problem)
        if self.status >= HTTPStatus.BAD_REQUEST:
            raise RequestRefusedError(self.status, self._problem_code(), self._problem_detail())
        if not HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES:
            raise MalformedResponseError(f"an answer of status {self.status}")

    def raise_for_load(self) -> None:
        """Raise RateLimitedError for 429 and GatewayUnavailableError for 5xx."""
        if self.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise RateLimitedError("asked too often", problem=self._problem_code(), retry_after=self._retry_after())
        if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise GatewayUnavailableError(
                f"the gateway answers {self.status}", problem=self._problem_code(), retry_after=self._retry_after()
            )

    def _problem_code(self) -> str:
        problem = self._read_problem()
        return problem.code if problem else "unknown"

    def _problem_detail(self) -> str:
        problem = self._read_problem()
        return problem.detail[:_LONGEST_DETAIL] if problem else ""

    def _read_problem(self) -> _Problem | None:
        if not self.headers.get("content-type", "").startswith(PROBLEM_TYPE):
            return None
        try:
            return _PROBLEM(self.body)
        except MalformedResponseError:
            return None

    def _retry_after(self) -> float | None:
        """Read Retry-After (RFC 9110, 10.2.3), a day at most. A date counts from the answer's own."""
        value = self.headers.get("retry-after", "").strip()
        if value.isascii() and value.isdecimal():
            return min(float(value), _LONGEST_WAIT)
        try:
            wait = parsedate_to_datetime(value) - parsedate_to_datetime(self.headers.get("date", ""))
        except TypeError, ValueError:
            return None
        return min(max(0.0, wait.total_seconds()), _LONGEST_WAIT)


class Transport:
    """Sends requests to one gateway. The session belongs to the caller."""

    def __init__(self, session: ClientSession, address: str) -> None:
        """Take the base `address`, without a trailing slash."""
        self.address = address
        self._session = session

    async def ping(self, *, allow_redirects: bool = True) -> Ping:
        """Request `/ping` and check name and API version. Follows a redirection, and stays where it led."""
        try:
            response = await self.send("GET", "/ping", allow_redirects=allow_redirects, most_bytes=_PING_BYTES)
            response.raise_for_load()
            if response.status == HTTPStatus.UNAUTHORIZED:  # a gateway asks nobody for credentials here
                raise ProxyAuthenticationError("a proxy asks for credentials of its own")
            ping = _PING(response.body)
        except MalformedResponseError as error:
            raise NotAGatewayError("something else answers") from error
        if response.status != HTTPStatus.OK or ping.name != GATEWAY_NAME:
            raise NotAGatewayError("something else answers")
        _check_version(ping.api)
        self._adopt_redirect_target(response.url)
        return ping

    async def send(
        self,
        method: str,
        path: str,
        *,
        allow_redirects: bool = False,
        most_bytes: int = _ANSWER_BYTES,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> RawResponse:
        """Send a request and return the response, whatever its status. Raises GatewayConnectionError.

        Raises MalformedResponseError for a body of more than `most_bytes`, compressed or inflated.
        """
        try:
            async with (
                asyncio.timeout(TIMEOUT),
                self._session.request(
                    method,
                    f"{self.address}{path}",
                    allow_redirects=allow_redirects,
                    auto_decompress=False,
                    headers={"Accept-Encoding": "gzip"} | (headers or {}),
                    **options,
                ) as response,
            ):
                return await _read_response(response, most_bytes)
        except (ClientConnectorCertificateError, ClientSSLError) as error:
            if _is_plain_http(error):
                raise PlainHttpError("the port does not speak https") from error
            raise CertificateRefusedError("the certificate is not trusted") from error
        except TimeoutError as error:
            raise GatewayConnectionError("no answer in time") from error
        except (ClientError, OSError) as error:
            raise GatewayConnectionError("no connection") from error

    def _adopt_redirect_target(self, landed: URL) -> None:
        """Adopt the address that responded, unless secrets meant for https would then be sent in clear."""
        if self.address.startswith("https:") and landed.scheme != "https":
            raise NotAGatewayError("redirected from https to http")
        self.address = str(landed.with_query(None)).removesuffix("/ping")


async def _read_response(response: ClientResponse, most_bytes: int) -> RawResponse:
    headers = {name.lower(): value for name, value in response.headers.items()}
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > most_bytes:
            raise MalformedResponseError(f"an answer of more than {most_bytes} bytes")
    encoding = headers.get("content-encoding", "identity").strip().lower()
    return RawResponse(response.status, headers, _inflate(bytes(body), encoding, most_bytes), response.url)


def _inflate(body: bytes, encoding: str, most_bytes: int) -> bytes:
    if encoding == "identity" or not body:
        return body
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise MalformedResponseError("an answer in an encoding that was not asked for")
    inflater = zlib.decompressobj(_INFLATE_ANY)
    try:
        inflated = inflater.decompress(body, most_bytes)
    except zlib.error as error:
        raise MalformedResponseError("an answer that cannot be inflated") from error
    if inflater.unconsumed_tail:
        raise MalformedResponseError(f"an answer of more than {most_bytes} bytes once inflated")
    return inflated


def _is_plain_http(error: Exception) -> bool:
    """Return whether the server did not answer the TLS handshake in TLS."""
    cause = error.os_error if isinstance(error, ClientConnectorError) else error
    return isinstance(cause, SSLError) and cause.reason in {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"}


def _check_version(api: str) -> None:
    """Check that the major version is the same and the minor version at least ours."""
    if not (version := _API_VERSION.fullmatch(api)):
        raise NotAGatewayError("no API version")
    major, minor = int(version[1]), int(version[2])
    if (major, minor) < (API_MAJOR, API_MINOR):
        raise GatewayTooOldError(api)
    if major > API_MAJOR:
        raise GatewayTooNewError(api)
