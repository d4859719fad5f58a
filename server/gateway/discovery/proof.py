"""Proof that a gateway knows an API client, for a client that hears of its gateway at a new address.

Both ends know the SHA-256 of the client's secret: the gateway keeps nothing else of it. The gateway signs the client's
random nonce together with the address that the client is about to use, and only if that address is one of its own. So
neither an old proof nor one that was obtained from the real gateway on the way proves anything for another address.
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
    """Tell whether `address` is BACKEND_URL, or the same with one of this machine's announced `hosts` in it."""
    backend, asked = _split_url(backend_url), _split_url(address)
    if backend is None or asked is None:
        return False
    scheme, host, port, path = backend
    return asked in {(scheme, each, port, path) for each in (host, *hosts)}


def _split_url(url: str) -> tuple[str, str, int, str] | None:
    """Return scheme, host, port and path of a base address; None for what is not one."""
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None or parts.username is not None or parts.query or parts.fragment:
        return None
    return parts.scheme, parts.hostname, port, parts.path.rstrip("/")
