"""A client of the MyElectricalData gateway. It knows nothing of Home Assistant."""

from .address import candidate_addresses
from .client import Answer, GatewayClient
from .errors import (
    AuthenticationFailedError,
    CertificateRefusedError,
    GatewayConnectionError,
    GatewayError,
    GatewayTooNewError,
    GatewayTooOldError,
    GatewayUnavailableError,
    IncompatibleError,
    InvalidAddressError,
    MalformedAnswerError,
    NotAGatewayError,
    RateLimitedError,
    RequestRefusedError,
)

__all__ = [
    "Answer",
    "AuthenticationFailedError",
    "CertificateRefusedError",
    "GatewayClient",
    "GatewayConnectionError",
    "GatewayError",
    "GatewayTooNewError",
    "GatewayTooOldError",
    "GatewayUnavailableError",
    "IncompatibleError",
    "InvalidAddressError",
    "MalformedAnswerError",
    "NotAGatewayError",
    "RateLimitedError",
    "RequestRefusedError",
    "candidate_addresses",
]
