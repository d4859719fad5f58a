"""A client of the MyElectricalData gateway. It knows nothing of Home Assistant."""

from .account import FoundGateway, find_gateway, make_api_client, sign_up
from .address import candidate_addresses
from .client import GatewayClient, Response
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
    MalformedResponseError,
    NotAGatewayError,
    PlainHttpError,
    ProxyAuthenticationError,
    RateLimitedError,
    RequestRefusedError,
)
from .proof import knows_client

__all__ = [
    "AuthenticationFailedError",
    "CertificateRefusedError",
    "FoundGateway",
    "GatewayClient",
    "GatewayConnectionError",
    "GatewayError",
    "GatewayTooNewError",
    "GatewayTooOldError",
    "GatewayUnavailableError",
    "IncompatibleError",
    "InvalidAddressError",
    "MalformedResponseError",
    "NotAGatewayError",
    "PlainHttpError",
    "ProxyAuthenticationError",
    "RateLimitedError",
    "RequestRefusedError",
    "Response",
    "candidate_addresses",
    "find_gateway",
    "knows_client",
    "make_api_client",
    "sign_up",
]
