"""Proof that a gateway knows an API client, for a client that discovers its gateway at a new address.

Both know the SHA-256 of the client's secret, which is all that the gateway stores of it. The gateway signs the client's
random nonce and the address that the client is about to use, and only if that address is its own. So neither an old
proof nor one that an attacker relays from the real gateway is valid for another address.
"""

import hmac
from collections.abc import Iterable
from hashlib import sha256
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


def sign_proof(key: bytes, *, instance_id: str, client_id: str, nonce: str, address: str) -> str:
    """Return the proof for one nonce and address, in hexadecimal; `key` is the SHA-256 of the client's secret."""
    message = f"MyElectricalData proof 1\n{instance_id}\n{client_id}\n{nonce}\n{address}"
    return hmac.new(key, message.encode(), sha256).hexdigest()


def is_own_address(address: str, backend_url: str, hosts: Iterable[str]) -> bool:
    """Return whether `address` is BACKEND_URL, or BACKEND_URL with one of the announced `hosts` as its host."""
    backend, asked = _split_url(backend_url), _split_url(address)
    if backend is None or asked is None:
        return False
    scheme, host, port, path = backend
    return asked in {(scheme, each, port, path) for each in (host, *hosts)}


def _split_url(url: str) -> tuple[str, str, int, str] | None:
    """Return scheme, host, port and path of a base URL; None if it is not one."""
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None or parts.username is not None or parts.query or parts.fragment:
        return None
    return parts.scheme, parts.hostname, port, parts.path.rstrip("/")
