"""Checks of addresses of sites, hosts and proxies in settings; each raises ValueError that says what is expected."""

import re
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?")


def check_url(text: str) -> str:
    """Return a URL with its scheme in lower case and without a final slash; an empty text stays empty."""
    try:
        parts = urlsplit(text)
        is_site = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # an invalid port, or an invalid address in brackets
        is_site = False
    if text and (not is_site or re.search(r"[\s<>\"?#]", text)):
        raise ValueError("must be the address of a site, such as https://energy.example.org")
    return re.sub("^[^:]+", lambda scheme: scheme[0].lower(), text).rstrip("/")


def check_host(text: str) -> str:
    """Return an IP address or host name unchanged."""
    try:
        ip_address(text)
    except ValueError:
        if not _HOST_NAME.fullmatch(text):
            raise ValueError("must be an address of this machine, such as 127.0.0.1, or its name") from None
    return text


def check_proxies(text: str) -> str:
    """Return a list of addresses and networks; uvicorn would take anything else for a name that never matches."""
    for part in text.split(","):
        try:
            if part.strip() not in {"", "*"}:
                ip_network(part.strip())
        except ValueError:
            raise ValueError(
                "must be addresses or networks, such as 172.16.0.0/12, separated by commas; names are not looked up"
            ) from None
    return text
