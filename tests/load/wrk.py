"""The load generator `wrk`, if it is installed (apt-get install wrk): it takes a tenth of what our own client takes."""

import asyncio
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Served:
    """The requests that were answered, and the milliseconds that 99 % of them took at most."""

    count: int
    p99: float


def is_installed() -> bool:
    """Tell whether there is a `wrk`."""
    return shutil.which("wrk") is not None


async def keep_asking(url: str, headers: Mapping[str, str], connections: int, seconds: float) -> Served:
    """Ask over so many connections at once for so long. Fails if an answer is no success."""
    options = ("--threads", "1", "--connections", str(connections), "--duration", f"{seconds:.0f}s", "--latency")
    names = [part for name, value in headers.items() for part in ("--header", f"{name}: {value}")]
    program = await asyncio.create_subprocess_exec("wrk", *options, *names, url, stdout=asyncio.subprocess.PIPE)
    output, _ = await program.communicate()
    return _read_output(output.decode())


def _read_output(output: str) -> Served:
    assert "Non-2xx" not in output, output
    assert "Socket errors" not in output, output
    requests = re.search(r"(\d+) requests in", output)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", output)
    assert requests, output
    assert p99, output
    return Served(int(requests[1]), float(p99[1]) * _MILLISECONDS[p99[2]])
