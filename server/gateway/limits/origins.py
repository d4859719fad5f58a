"""Subjects of rate limits as keyed hashes, so that counters contain no addresses."""

from ipaddress import IPv6Address, ip_address, ip_network

from gateway.instance import Instance

_HOME = 64
"""The prefix length of an IPv6 network of one home, which can use all addresses in it."""


def hash_client(instance: Instance, host: str | None) -> str:
    """Return the hash of a client's IPv4 address or IPv6 /64 network."""
    return instance.hash_text("client", _get_network(host or "")).hex()[:32]


def hash_email(instance: Instance, address: str) -> str:
    """Return the hash of an e-mail address in canonical form."""
    return instance.hash_text("email", address).hex()[:32]


def _get_network(host: str) -> str:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), _HOME), strict=False))
