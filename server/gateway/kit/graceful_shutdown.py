"""A server that shuts down without losing requests: requests sent before clients noticed the shutdown are answered.

uvicorn closes idle connections at once. But a request may already be on its way over such a connection, or over a new
one that was not accepted yet, and a proxy does not repeat requests that may have been processed.
"""

import asyncio
import socket
from typing import override

import uvicorn

PATIENCE = 2.5
"""Seconds: longer than the Caddyfile keeps an unused connection open."""
_LOOK_AGAIN = 0.05


class GracefulServer(uvicorn.Server):
    """Stops listening, adds `Connection: close` to its responses, then waits for clients to close their connections."""

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Shut down: wait up to 2.5 seconds for open connections, then let uvicorn end the rest."""
        # before anything is awaited, during which a request may come
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        await self._accept_pending()
        for _ in range(round(PATIENCE / _LOOK_AGAIN)):
            if not self.server_state.connections or self.force_exit:
                break
            await asyncio.sleep(_LOOK_AGAIN)
        await super().shutdown(sockets)

    async def _accept_pending(self) -> None:
        """Stop listening, and serve the connections that the system has accepted but uvicorn has not."""
        listeners = [
            socket.socket(fileno=socket.dup(listener.fileno()))
            for server in self.servers
            for listener in server.sockets
        ]
        for server in self.servers:
            server.close()
        waiting = []
        for listener in listeners:
            with listener:
                listener.setblocking(False)  # noqa: FBT003 - as sockets have it
                while True:
                    try:
                        waiting.append(listener.accept()[0])
                    except OSError:
                        break
        for connection in waiting:
            await asyncio.get_running_loop().connect_accepted_socket(self._make_protocol, connection)

    def _make_protocol(self) -> asyncio.Protocol:
        """Return a protocol for a new connection, built as uvicorn builds it."""
        kind = self.config.http_protocol_class
        return kind(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)  # type: ignore[call-arg]  # a class by its name
