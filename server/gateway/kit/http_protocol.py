"""uvicorn's HTTP protocol with limits for clients: bytes of the head, number of headers, and seconds.

uvicorn with httptools has no limits: 30 MB of short header lines took 1.4 GB of memory, and a request that was never
finished kept its connection open for ever. The limits equal those of the Caddyfile, for gateways without a proxy.
"""

import asyncio
from http import HTTPStatus
from typing import Any, override

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 16 * 1024
"""The limit for request line and headers, and for the bytes of a body beyond its content (chunk sizes, trailers)."""
MAX_HEADERS = 100
HEAD_SECONDS = 10.0
"""The time from the opened connection, or the first byte of a later request, until the head is complete."""
BODY_SECONDS = 30.0
"""The time from the end of the head until the body, or the next part of a large body, is complete."""
BODY_PART = 256 * 1024
"""Each part of a body with this many bytes gets `BODY_SECONDS`: a file of 20 MB takes minutes on a slow line."""
_LINGER_SECONDS = 5.0


class BoundedHttpProtocol(HttpToolsProtocol):
    """Refuses heads that are too large (431) and requests that take too long to arrive (408)."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._received = 0
        self._content = 0
        self._deadline: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        super().connection_made(transport)
        if self.client is not None:
            # on a socket for both, an IPv4 address comes as ::ffff:192.0.2.1, which no list of proxies names
            self.client = (self.client[0].removeprefix("::ffff:"), self.client[1])
        self._restart_deadline(HEAD_SECONDS)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_deadline()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        if self._deadline is None:
            self._restart_deadline(HEAD_SECONDS)
        while data and not self.transport.is_closing():
            # content counts in `_received` too, so it is allowed twice: once for itself, once for its overhead
            allowance = MAX_HEAD_BYTES + 2 * self._content - self._received
            if allowance <= 0:
                self._refuse_request(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
                return
            piece, data = data[:allowance], data[allowance:]
            self._received += len(piece)
            super().data_received(piece)

    @override
    def on_message_begin(self) -> None:
        if self._deadline is None:
            self._restart_deadline(HEAD_SECONDS)
        super().on_message_begin()

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        if len(self.headers) >= MAX_HEADERS:
            self._refuse_request(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        super().on_header(name, value)

    @override
    def on_headers_complete(self) -> None:
        if self.transport.is_closing():
            return
        self._restart_deadline(BODY_SECONDS)
        super().on_headers_complete()

    @override
    def on_body(self, body: bytes) -> None:
        if self.transport.is_closing():
            return
        parts, self._content = self._content // BODY_PART, self._content + len(body)
        if self._content // BODY_PART > parts:
            self._restart_deadline(BODY_SECONDS)
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        if self.transport.is_closing():
            return
        self._received = self._content = 0
        self._clear_deadline()
        super().on_message_complete()

    def _restart_deadline(self, seconds: float) -> None:
        self._clear_deadline()
        self._deadline = self.loop.call_later(seconds, self._refuse_request, HTTPStatus.REQUEST_TIMEOUT)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse_request(self, status: HTTPStatus) -> None:
        """Close the connection; send `status` first, unless a response has begun or no request has."""
        if self.transport.is_closing():
            return
        is_answering = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        if self._received and not is_answering and not self.pipeline:
            head = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            self.transport.write(head.encode())
        self.transport.close()
        # a client that does not read would keep a closing connection open, so abort it after a while
        self.loop.call_later(_LINGER_SECONDS, self.transport.abort)
