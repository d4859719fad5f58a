"""What can go wrong between a client and its gateway.

Each error carries a stable `code`: callers choose their words by it. `problem` is the gateway's own code, when it gave
one. Messages are for the log, in English, and hold nothing that was sent or received; `placeholders` fill in the words
of any language.
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
        """Take the gateway's `problem` code, and the seconds until it is worth asking again, as far as it said them."""
        super().__init__(message)
        self.problem = problem
        self.retry_after = retry_after
        self.placeholders = placeholders

    @property
    def is_away(self) -> bool:
        """Whether nothing can be had from the gateway, and not from one part of it only."""
        return False


class InvalidAddressError(GatewayError):
    """The text is no http or https address."""

    code = "invalid_url"


class GatewayConnectionError(GatewayError):
    """Nothing answered, or not in time."""

    code = "cannot_connect"
    is_away = True


class CertificateRefusedError(GatewayConnectionError):
    """The TLS certificate is not trusted, or TLS could not be agreed upon."""

    code = "certificate_refused"


class AuthenticationFailedError(GatewayError):
    """The gateway does not accept this API client, or this account."""

    code = "invalid_auth"


class PlainHttpError(GatewayConnectionError):
    """The port speaks http, and was asked by https."""

    code = "plain_http"


class ProxyAuthenticationError(GatewayConnectionError):
    """A proxy before the gateway asks for credentials of its own: nothing is known of ours."""

    code = "proxy_authentication"


class NotAGatewayError(GatewayError):
    """Something else answers at this address."""

    code = "not_a_gateway"


class IncompatibleError(GatewayError):
    """The gateway speaks a version of the API that this client does not."""

    def __init__(self, version: str) -> None:
        """Take the API `version` of the gateway, "major.minor"."""
        super().__init__(f"the gateway speaks API {version}", placeholders={"api": version})
        self.version = version


class GatewayTooOldError(IncompatibleError):
    """The gateway is older than this client needs."""

    code = "gateway_too_old"


class GatewayTooNewError(IncompatibleError):
    """The gateway has left this client behind."""

    code = "gateway_too_new"


class RateLimitedError(GatewayError):
    """Asked too often, or a quota is used up. `retry_after` is in seconds, when the gateway says it."""

    code = "rate_limited"


class GatewayUnavailableError(GatewayError):
    """The gateway, or Enedis or RTE behind it, cannot answer now. `retry_after` as in RateLimitedError."""

    code = "gateway_unavailable"

    @property
    @override
    def is_away(self) -> bool:
        """Also without a problem code: then a proxy answers in the place of a gateway that is down."""
        return self.problem in {"unknown", "database_down"}


class RequestRefusedError(GatewayError):
    """The gateway understood and said no. `problem` is its stable problem code."""

    code = "request_refused"

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(
            f"the gateway refused: {problem} ({status})",
            problem=problem,
            placeholders={"problem": problem, "status": str(status)},
        )
        self.status = status


class MalformedResponseError(GatewayError):
    """The answer is not what the API promises; the message names the field."""

    code = "malformed_response"
