"""Reads the gateway's address as people type and paste it."""

from ipaddress import ip_address

from yarl import URL

from .errors import InvalidAddressError

_PAGES = frozenset({"docs", "redoc", "openapi.json", "ping", "ready"})
_HOME_DOMAINS = (".local", ".lan", ".home", ".internal", ".home.arpa")


def candidate_addresses(text: str) -> list[str]:
    """Return the base addresses that `text` may stand for, likeliest first, without a trailing slash.

    Adds a missing scheme and removes slashes and pages of the gateway such as `/docs`. An address without a path is
    also returned with `/api`, where the gateway is behind its proxy. Raises InvalidAddressError.
    """
    text = text.strip()
    try:
        url = URL(text if "://" in text else _with_scheme(text))
    except ValueError as error:
        raise InvalidAddressError("not an address") from error
    if url.scheme not in {"http", "https"} or not url.host or url.user or url.password or " " in text:
        raise InvalidAddressError("not an http or https address")
    parts = [part for part in url.path.split("/") if part]
    if parts and parts[-1] in _PAGES:
        parts.pop()
    base = url.with_path("/" + "/".join(parts))
    addresses = [base] if parts else [base, base / "api"]
    return [str(address).rstrip("/") for address in addresses]


def _with_scheme(text: str) -> str:
    """Add a scheme: http for addresses at home, https for all others."""
    url = URL(f"http://{text}")
    return str(url) if url.host and (url.explicit_port or _is_at_home(url.host)) else f"https://{text}"


def _is_at_home(host: str) -> bool:
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(_HOME_DOMAINS)
