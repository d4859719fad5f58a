"""E-mail addresses. Two are the same when mail to them reaches the same mailbox, by any server's rules."""

import unicodedata
from contextlib import suppress

from email_validator import EmailNotValidError, ValidatedEmail, validate_email


class InvalidAddressError(ValueError):
    """Not an e-mail address."""


def validate_address(text: str) -> str:
    """Return an address as its owner writes it, fit to send mail to. Raises InvalidAddressError, which repeats none.

    A local part that is not in its compatibility normal form (NFKC) is refused: `ｃhef@` is another mailbox than
    `chef@`, and nobody can tell them apart.
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

    Different mailboxes keep different forms: `straße@` is not `strasse@`. What is no address has a canonical form too:
    it is compared like any, and found nowhere.
    """
    local, at, domain = lower_text(text).rpartition("@")
    with suppress(EmailNotValidError):
        domain = _parse_address(f"x@{domain}").ascii_domain or domain
    return f"{local}{at}{domain}"


def lower_text(text: str) -> str:
    """Return a text in lower case, its accents in one spelling (NFC)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower()).strip()


def _parse_address(text: str) -> ValidatedEmail:
    return validate_email(text, check_deliverability=False, globally_deliverable=False)
