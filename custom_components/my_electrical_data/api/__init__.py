"""A client of the MyElectricalData gateway. It knows nothing of Home Assistant."""

from .account import Found, find_gateway, make_api_client, sign_up
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
    PlainHttpError,
    ProxyAuthenticationError,
    RateLimitedError,
    RequestRefusedError,
)
from .proof import knows_client

__all__ = [
    "Answer",
    "AuthenticationFailedError",
    "CertificateRefusedError",
    "Found",
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
    "PlainHttpError",
    "ProxyAuthenticationError",
    "RateLimitedError",
    "RequestRefusedError",
    "candidate_addresses",
    "find_gateway",
    "knows_client",
    "make_api_client",
    "sign_up",
]
