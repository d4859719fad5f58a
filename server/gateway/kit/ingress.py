"""Requests through a proxy that has already identified the user: Home Assistant's ingress.

The proxy is recognised by the address of the connection itself. This middleware therefore runs before any that
applies X-Forwarded-For, and the header is ignored from any other address.
"""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

_USER = "x-remote-user-id"
_STATE = "ingress_user"


class IngressPeer:
    """An ASGI middleware that notes the user named by the proxy at `address`."""

    def __init__(self, app: ASGIApp, address: str) -> None:
        """Wrap an application; `address` is the proxy's IP address, empty if there is none."""
        self._app = app
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the user if the request comes from the proxy, then serve it."""
        if scope["type"] == "http" and scope.get("client") and scope["client"][0] == self._address:
            scope.setdefault("state", {})[_STATE] = Headers(scope=scope).get(_USER)
        await self._app(scope, receive, send)


def is_from_ingress(request: Request) -> bool:
    """Tell whether the proxy has identified the user who sent a request."""
    return bool(getattr(request.state, _STATE, None))
