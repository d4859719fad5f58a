"""Who hits: named by keyed hashes, so that the counters tell nobody's address."""

from ipaddress import IPv6Address, ip_address, ip_network

from gateway.instance import Instance

_HOME = 64
"""Bits of an IPv6 address that a home shares; whoever has one has all the addresses behind it."""


def hash_client(instance: Instance, host: str | None) -> str:
    """Return the hash of the machine, or the home, that a request comes from."""
    return instance.hash_text("client", _get_network(host or "")).hex()[:32]


def hash_email(instance: Instance, address: str) -> str:
    """Return the hash of an e-mail address in canonical form, whether it has an account or not."""
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
