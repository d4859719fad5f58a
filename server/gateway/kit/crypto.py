"""Encryption at rest: a keyring, authenticated encryption, and keyed hashes.

AES-256-GCM with a random nonce of 96 bits. A ciphertext is bound to a context (table, column, row), so that
it cannot be moved elsewhere; a wrapped one contains the name of its key.
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
    """No key of the keyring decrypts this, or it was altered or moved."""


def generate_random_key() -> bytes:
    """Return a new random key of 256 bits."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, plaintext: bytes, context: str) -> bytes:
    """Encrypt `plaintext`; return the nonce followed by the ciphertext."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, context.encode())


def unseal(key: bytes, sealed: bytes, context: str) -> bytes:
    """Decrypt what `seal` returned. Raises UndecipherableError."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise UndecipherableError(_get_purpose(context)) from error


def _get_purpose(context: str) -> str:
    """Return what a context is for, and not whose it is: the id of a consent is secret, and errors are logged."""
    return context.partition(":")[0]


def compute_keyed_hash(key: bytes, purpose: str, text: str) -> bytes:
    """Return the HMAC-SHA256 of a text and its purpose: without the key, the text cannot be guessed from it."""
    return hmac.digest(key, f"{purpose}\0{text}".encode(), hashlib.sha256)


@dataclass(frozen=True, repr=False)
class Keyring:
    """The keys of ENCRYPTION_KEYS by name, newest first: the first one encrypts, all decrypt."""

    keys: dict[str, bytes]

    @classmethod
    def parse_keyring(cls, text: str) -> Keyring:
        """Parse `name:base64,name:base64`. Raises ValueError that says what to change and never contains the keys."""
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
        """Return the text of a keyring with one new key."""
        return f"{name}:" + base64.urlsafe_b64encode(generate_random_key()).decode().rstrip("=")

    @property
    def newest_name(self) -> str:
        """The name of the key that encrypts."""
        return next(iter(self.keys))

    @property
    def newest_prefix(self) -> bytes:
        """The first bytes of everything that the newest key wraps: its name and a zero byte."""
        return self.newest_name.encode() + b"\0"

    def wrap(self, plaintext: bytes, context: str) -> bytes:
        """Encrypt with the newest key; return its prefix, the nonce and the ciphertext."""
        return self.newest_prefix + seal(self.keys[self.newest_name], plaintext, context)

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Decrypt what `wrap` returned, with the key that it names. Raises UndecipherableError."""
        name, _, sealed = wrapped.partition(b"\0")
        key = self.keys.get(name.decode(errors="replace"))
        if key is None:
            raise UndecipherableError(_get_purpose(context))
        return unseal(key, sealed, context)
