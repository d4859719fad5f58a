"""Email addresses: validation, and normalization for comparison."""

import unicodedata
from contextlib import suppress

from email_validator import EmailNotValidError, ValidatedEmail, validate_email


class InvalidAddressError(ValueError):
    """The text is not an email address."""


def validate_address(text: str) -> str:
    """Return an address in the spelling of its owner, to which mail can be sent.

    Raises InvalidAddressError, whose text does not contain the address. A local part that is not in compatibility
    normal form (NFKC) is refused: `ｃhef@` is another mailbox than `chef@`, but they look alike.
    """
    try:
        address = _parse_address(text.strip())
    except EmailNotValidError:
        raise InvalidAddressError("this is not an email address") from None
    if unicodedata.normalize("NFKC", address.local_part) != address.local_part:
        raise InvalidAddressError("this is not an email address")
    return address.normalized


def normalize_email(text: str) -> str:
    """Return an address as it is compared: lower case, its domain as name servers know it.

    Different mailboxes have different forms: `straße@` is not `strasse@`. A text that is not an address is accepted
    too; no account has it.
    """
    local, at, domain = lower_text(text).rpartition("@")
    with suppress(EmailNotValidError):
        domain = _parse_address(f"x@{domain}").ascii_domain or domain
    return f"{local}{at}{domain}"


def lower_text(text: str) -> str:
    """Return a text in lower case and in NFC, without surrounding white space."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower()).strip()


def _parse_address(text: str) -> ValidatedEmail:
    return validate_email(text, check_deliverability=False, globally_deliverable=False)
