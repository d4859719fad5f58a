"""A client that costs next to nothing, to time a server on loopback."""

import asyncio
import ssl
import time
from statistics import median


async def _keep_asking(
    host: str,
    port: int,
    request: bytes,
    until: float,
    times: list[float],
    tls: ssl.SSLContext | None,
    *,
    may_fail: bool,
) -> None:
    reader, writer = await asyncio.open_connection(host, port, ssl=tls)
    while time.perf_counter() < until:
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        is_success = b" 200 " in head.split(b"\r\n", 1)[0]
        assert is_success or may_fail, head.decode()
        lengths = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        assert lengths, head.decode()
        [length] = lengths
        await reader.readexactly(length)
        if is_success:
            times.append(time.perf_counter() - begun)
    writer.close()
    await writer.wait_closed()


async def keep_asking(
    port: int,
    path: str,
    headers: dict[str, str],
    connections: int,
    seconds: float,
    *,
    host: str = "127.0.0.1",
    tls: ssl.SSLContext | None = None,
    may_fail: bool = False,
) -> list[float]:
    """Ask over so many connections at once for so long: the seconds that each answer took.

    Any answer that is no success is an error, or is left out if it `may_fail`.
    """
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}:{port}", *(f"{name}: {value}" for name, value in headers.items())]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    times: list[float] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(
        *(_keep_asking(host, port, request, until, times, tls, may_fail=may_fail) for _ in range(connections))
    )
    return times


async def measure_p50(port: int, path: str, headers: dict[str, str], connections: int, seconds: float) -> float:
    """Ask likewise; return the median in milliseconds."""
    return median(await keep_asking(port, path, headers, connections, seconds)) * 1000
