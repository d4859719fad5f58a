"""A server that ends without a loss: what was sent to it before it was known to be going is answered all the same.

uvicorn ends at once what looks idle. But a request may be on its way over that connection, or in a new one that was not
taken yet, and a proxy sends nothing twice that may have been done already.
"""

import asyncio
import socket
from typing import override

import uvicorn

_PATIENCE = 2.5
"""Seconds: longer than the Caddyfile keeps a connection that is not used."""
_LOOK_AGAIN = 0.05


class GracefulServer(uvicorn.Server):
    """Takes nobody new, then says good-bye in its answers, then waits until others have closed what they do not use."""

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End it."""
        await self._accept_pending()
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        for _ in range(round(_PATIENCE / _LOOK_AGAIN)):
            if not self.server_state.connections or self.force_exit:
                break
            await asyncio.sleep(_LOOK_AGAIN)
        await super().shutdown(sockets)

    async def _accept_pending(self) -> None:
        """Stop listening; what the system accepted meanwhile, and would now break off, is served."""
        doors = [socket.socket(fileno=socket.dup(door.fileno())) for server in self.servers for door in server.sockets]
        for server in self.servers:
            server.close()
        waiting = []
        for door in doors:
            with door:
                door.setblocking(False)  # noqa: FBT003 - as sockets have it
                while True:
                    try:
                        waiting.append(door.accept()[0])
                    except OSError:
                        break
        for connection in waiting:
            await asyncio.get_running_loop().connect_accepted_socket(self._make_protocol, connection)

    def _make_protocol(self) -> asyncio.Protocol:
        """As uvicorn makes it."""
        kind = self.config.http_protocol_class
        return kind(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)  # type: ignore[call-arg]  # a class by its name
