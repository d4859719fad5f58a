"""`gateway serve --host ::` serves IPv4 and IPv6, and knows a proxy's IPv4 address."""

import httpx2

from scripts.lib.program import free_port
from tests.server.cli.conftest import Shell, serving


def test_both_kinds_of_addresses_lead_to_it(shell: Shell) -> None:
    shell.env["SECRET_KEY"] = "k" * 43
    port = free_port()
    told = {"X-Forwarded-For": "198.51.100.7"}
    with serving(shell, port, "::", TRUSTED_PROXIES="127.0.0.1"):
        by_ipv4 = httpx2.get(f"http://127.0.0.1:{port}/ping", headers=told, timeout=200).json()
        by_ipv6 = httpx2.get(f"http://[::1]:{port}/ping", headers=told, timeout=200).json()
    assert by_ipv4["instance_id"] == by_ipv6["instance_id"]
    assert (by_ipv4["proxy"], by_ipv6["proxy"]) == ("none_or_trusted", "not_trusted")
