"""Secrets at rest: a ring of keys, authenticated encryption, keyed hashes.

AES-256-GCM with a random nonce of 96 bits. A ciphertext is bound to a context (table, column, row), so that
it cannot be moved elsewhere; a wrapped one names its key.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
KEY_BYTES = 32


class UndecipherableError(Exception):
    """No key of the ring opens this, or it was altered or moved."""


def new_key() -> bytes:
    """Make a key of 256 bits."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, plaintext: bytes, context: str) -> bytes:
    """Encrypt: nonce and ciphertext."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, context.encode())


def unseal(key: bytes, sealed: bytes, context: str) -> bytes:
    """Decrypt what `seal` made. Raises UndecipherableError."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise UndecipherableError(context) from error


def compute_keyed_hash(key: bytes, purpose: str, text: str) -> bytes:
    """Hash a text so that only the holder of the key can tell what it was (HMAC-SHA256)."""
    return hmac.digest(key, f"{purpose}\0{text}".encode(), hashlib.sha256)


@dataclass(frozen=True, repr=False)
class Keyring:
    """The keys of ENCRYPTION_KEYS by name, newest first: the first one encrypts, all decrypt."""

    keys: dict[str, bytes]

    @classmethod
    def parse_keyring(cls, text: str) -> Keyring:
        """Read `name:base64,name:base64`. Raises ValueError with what to change, never with the keys."""
        keys: dict[str, bytes] = {}
        for part in text.split(","):
            name, separator, encoded = part.strip().partition(":")
            try:
                key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
            except ValueError:
                key = b""
            if not separator or not name.isalnum() or len(key) != KEY_BYTES:
                message = "ENCRYPTION_KEYS must be NAME:KEY, with KEY 32 random bytes in base64; several with commas"
                raise ValueError(message)
            if name in keys:
                raise ValueError("ENCRYPTION_KEYS must give each key a name of its own; two have the same")
            keys[name] = key
        return cls(keys)

    @staticmethod
    def generate_key(name: str = "k1") -> str:
        """Make the text of a ring of one key."""
        return f"{name}:" + base64.urlsafe_b64encode(new_key()).decode().rstrip("=")

    @property
    def newest_name(self) -> str:
        """The name of the key that encrypts."""
        return next(iter(self.keys))

    @property
    def newest_prefix(self) -> bytes:
        """What everything that the newest key wraps begins with: its name and a zero byte."""
        return self.newest_name.encode() + b"\0"

    def wrap(self, plaintext: bytes, context: str) -> bytes:
        """Encrypt with the newest key: its mark, nonce and ciphertext."""
        return self.newest_prefix + seal(self.keys[self.newest_name], plaintext, context)

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Decrypt what `wrap` made, whichever key it names. Raises UndecipherableError."""
        name, _, sealed = wrapped.partition(b"\0")
        key = self.keys.get(name.decode(errors="replace"))
        if key is None:
            raise UndecipherableError(context)
        return unseal(key, sealed, context)
