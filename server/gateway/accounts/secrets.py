"""Secrets that the gateway issues. Each has a prefix and a checksum, and is stored as a hash only."""

import hashlib
import secrets
import string
import zlib

_ALPHABET = string.ascii_letters + string.digits
_CLIENT, _SESSION, _CODE, _READING = "meds_", "medk_", "medm_", "medr_"
_LENGTH = 40


def _compute_checksum(text: str) -> str:
    number, characters = zlib.crc32(text.encode()), []
    for _ in range(6):
        number, digit = divmod(number, len(_ALPHABET))
        characters.append(_ALPHABET[digit])
    return "".join(characters)


def _make_secret(prefix: str) -> str:
    """Return a random secret with 238 bits of entropy: prefix, 40 characters, checksum."""
    body = prefix + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return body + _compute_checksum(body)


def make_client_id() -> str:
    """Return a random client id, which is public."""
    return "medc_" + "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(20))


def make_client_secret() -> str:
    """Return a random secret for an API client."""
    return _make_secret(_CLIENT)


def make_session_token() -> str:
    """Return a random token for a session cookie."""
    return _make_secret(_SESSION)


def make_mail_code() -> str:
    """Return a random code to send by mail."""
    return _make_secret(_CODE)


def make_reading_token() -> str:
    """Return a random read-only token."""
    return _make_secret(_READING)


def is_reading_token(text: str) -> bool:
    """Return whether a bearer token is a read-only token, and not an access token of an API client."""
    return text.startswith(_READING)


def has_valid_checksum(secret: str) -> bool:
    """Return whether a secret has a known prefix and the right checksum, so that typos need no database query."""
    return secret.startswith((_CLIENT, _SESSION, _CODE, _READING)) and secret[-6:] == _compute_checksum(secret[:-6])


def hash_secret(secret: str) -> bytes:
    """Return the SHA-256 of a secret, as it is stored. For secrets of high entropy only, not for passwords."""
    return hashlib.sha256(secret.encode()).digest()
