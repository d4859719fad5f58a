"""Stands for a line of /etc/hosts in Python: the names in OLDER_CLIENTS_NAMES lead to 127.0.0.1.

Port 443, which only root may open, leads to OLDER_CLIENTS_PORT.
"""

import os
import socket
from typing import Any

_NAMES = os.environ["OLDER_CLIENTS_NAMES"].split(", ")
_find_addresses = socket.getaddrinfo


def _lead_names(host: Any, port: Any, *more: Any, **named: Any) -> Any:
    if host in _NAMES:
        host, port = "127.0.0.1", int(os.environ["OLDER_CLIENTS_PORT"])
    return _find_addresses(host, port, *more, **named)


socket.getaddrinfo = _lead_names
