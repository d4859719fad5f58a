"""Requests that come through a proxy which has already identified the person: Home Assistant's ingress.

The proxy is recognised by the address of the connection itself. This middleware therefore runs before any that
believes X-Forwarded-For, and the header counts from no other address.
"""

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

_USER = "x-remote-user-id"
_STATE = "ingress_user"


class IngressPeer:
    """An ASGI middleware: note the user whom the proxy at `address` names."""

    def __init__(self, app: ASGIApp, address: str) -> None:
        """Wrap an application; `address` is the proxy's, and empty where there is none."""
        self._app = app
        self._address = address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] == "http" and scope.get("client") and scope["client"][0] == self._address:
            scope.setdefault("state", {})[_STATE] = Headers(scope=scope).get(_USER)
        await self._app(scope, receive, send)


def is_from_ingress(request: Request) -> bool:
    """Tell whether the proxy has identified the person who sent a request."""
    return bool(getattr(request.state, _STATE, None))
