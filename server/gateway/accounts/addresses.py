"""E-mail addresses, compared as people mean them."""

import unicodedata
from contextlib import suppress

from email_validator import EmailNotValidError, ValidatedEmail, validate_email


class InvalidAddressError(ValueError):
    """Not an e-mail address."""


def checked(text: str) -> str:
    """Return an address as its owner writes it, fit to send mail to. Raises InvalidAddressError, which repeats none."""
    try:
        return _parsed(text.strip()).normalized
    except EmailNotValidError:
        raise InvalidAddressError("this is not an e-mail address") from None


def canonical(text: str) -> str:
    """Return an address as it is compared: one spelling for all cases, Unicode forms and spellings of its domain.

    What is no address has a canonical form too: it is compared like any, and found nowhere.
    """
    local, at, domain = folded(text).rpartition("@")
    with suppress(EmailNotValidError):
        domain = _parsed(f"x@{domain}").ascii_domain or domain
    return f"{local}{at}{domain}"


def _parsed(text: str) -> ValidatedEmail:
    return validate_email(text, check_deliverability=False, globally_deliverable=False)


def folded(text: str) -> str:
    """Fold case and compatibility forms (Unicode 3.13: the compatibility caseless match)."""
    for form in ("NFD", "NFKD"):
        text = unicodedata.normalize(form, text).casefold()
    return unicodedata.normalize("NFKC", text).strip()
