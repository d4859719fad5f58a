"""What can go wrong between a client and its gateway.

Each error has a stable `code`, by which callers choose a translation; `placeholders` fill it in. `problem` is the
gateway's own problem code, if it sent one. Messages are in English, for the log, and contain nothing sent or received.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, override

_NONE: Mapping[str, str] = MappingProxyType({})


class GatewayError(Exception):
    """Base of all errors of this client."""

    code: ClassVar[str] = "unknown"

    def __init__(
        self,
        message: str,
        *,
        problem: str = "unknown",
        retry_after: float | None = None,
        placeholders: Mapping[str, str] = _NONE,
    ) -> None:
        """Take the gateway's `problem` code and the seconds to wait before a retry, if it sent them."""
        super().__init__(message)
        self.problem = problem
        self.retry_after = retry_after
        self.placeholders = placeholders

    @property
    def is_gateway_down(self) -> bool:
        """Whether the whole gateway is unavailable, and not only a part of it."""
        return False


class InvalidAddressError(GatewayError):
    """The text is not an http or https address."""

    code = "invalid_url"


class GatewayConnectionError(GatewayError):
    """There was no response, or not in time."""

    code = "cannot_connect"
    is_gateway_down = True


class CertificateRefusedError(GatewayConnectionError):
    """The TLS certificate is not trusted, or the TLS handshake failed."""

    code = "certificate_refused"


class AuthenticationFailedError(GatewayError):
    """The gateway does not accept this API client, or this account."""

    code = "invalid_auth"


class PlainHttpError(GatewayConnectionError):
    """The address says https, but the port speaks plain http."""

    code = "plain_http"


class ProxyAuthenticationError(GatewayConnectionError):
    """A proxy in front of the gateway asks for its own credentials. This says nothing about the API client."""

    code = "proxy_authentication"


class NotAGatewayError(GatewayError):
    """Something other than a gateway answers at this address."""

    code = "not_a_gateway"


class IncompatibleError(GatewayError):
    """The gateway's API version is not supported by this client."""

    def __init__(self, version: str) -> None:
        """Take the API `version` of the gateway, "major.minor"."""
        super().__init__(f"the gateway speaks API {version}", placeholders={"api": version})
        self.version = version


class GatewayTooOldError(IncompatibleError):
    """The gateway is older than this client needs."""

    code = "gateway_too_old"


class GatewayTooNewError(IncompatibleError):
    """The gateway is newer than this client supports."""

    code = "gateway_too_new"


class RateLimitedError(GatewayError):
    """Too many requests, or a quota is used up. `retry_after` is in seconds, if the gateway says so."""

    code = "rate_limited"


class GatewayUnavailableError(GatewayError):
    """The gateway, or Enedis or RTE behind it, cannot answer now. `retry_after` as in RateLimitedError."""

    code = "gateway_unavailable"

    @property
    @override
    def is_gateway_down(self) -> bool:
        """True also without a problem code: then a proxy answers for a gateway that is down."""
        return self.problem in {"unknown", "database_down"}


class RequestRefusedError(GatewayError):
    """The gateway refused the request. `problem` is its stable problem code."""

    code = "request_refused"

    def __init__(self, status: int, problem: str, detail: str = "") -> None:
        """Take the gateway's explanation as `detail`: for the person who sent the request, never for the log."""
        super().__init__(
            f"the gateway refused: {problem} ({status})",
            problem=problem,
            placeholders={"problem": problem, "status": str(status)},
        )
        self.status = status
        self.detail = detail


class MalformedResponseError(GatewayError):
    """The response is not what the API promises; the message names the field."""

    code = "malformed_response"
