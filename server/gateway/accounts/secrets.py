"""Secrets that the gateway gives out: recognisable by prefix and checksum, kept as a hash only."""

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
    """Make a secret of 238 bits."""
    body = prefix + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return body + _compute_checksum(body)


def make_client_id() -> str:
    """Make the public name of an API client."""
    return "medc_" + "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(20))


def make_client_secret() -> str:
    """Make what an API client signs in with."""
    return _make_secret(_CLIENT)


def make_session_token() -> str:
    """Make what a browser's cookie holds."""
    return _make_secret(_SESSION)


def make_mail_code() -> str:
    """Make what a mail brings."""
    return _make_secret(_CODE)


def make_reading_token() -> str:
    """Make what reads without being renewed."""
    return _make_secret(_READING)


def is_reading_token(text: str) -> bool:
    """Tell a token that only reads from one that an API client got for minutes."""
    return text.startswith(_READING)


def has_valid_checksum(secret: str) -> bool:
    """Tell a mistyped secret from a wrong one without asking the database."""
    return secret.startswith((_CLIENT, _SESSION, _CODE, _READING)) and secret[-6:] == _compute_checksum(secret[:-6])


def hash_secret(secret: str) -> bytes:
    """Return what is kept of a secret of high entropy."""
    return hashlib.sha256(secret.encode()).digest()
