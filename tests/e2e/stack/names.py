"""A name server for one name, as Docker's own is: it answers with the addresses of the replicas that run now."""

import asyncio
import socket
import struct
from typing import override

_HEAD = struct.Struct("!6H")
_ADDRESS, _INTERNET, _ANSWER = 1, 1, 0x8580
_POINTER_TO_THE_QUESTION = 0xC00C


class Names(asyncio.DatagramProtocol):
    """Answers any question for an address with all of `addresses`, valid for no time."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self._transport: asyncio.DatagramTransport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)
        self._transport = transport

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        assert self._transport is not None
        self._transport.sendto(self._build_answer(data), addr)

    def _build_answer(self, query: bytes) -> bytes:
        end = query.index(b"\0", _HEAD.size) + 5
        kind = int.from_bytes(query[end - 4 : end - 2])
        found = self.addresses if kind == _ADDRESS else []
        head = _HEAD.pack(int.from_bytes(query[:2]), _ANSWER, 1, len(found), 0, 0)
        record = struct.Struct("!3HIH4s")
        answers = [
            record.pack(_POINTER_TO_THE_QUESTION, _ADDRESS, _INTERNET, 0, 4, socket.inet_aton(address))
            for address in found
        ]
        return head + query[_HEAD.size : end] + b"".join(answers)
