"""How many bytes a gateway writes in an hour, for SD cards: the history comes in for two days, then hours are measured.

Everything is in this process: `wchar` of /proc/self/io counts what SQLite writes and the log's lines.
"""

import asyncio
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from unittest import mock

from gateway.kit.logging import configure_logging
from gateway.simulator.app import create_app as create_simulator
from tests.load import leaping
from tests.load.bench_calls import (
    BEGUN,
    Street,
    _add_homes,
    _make_settings,
    _make_street,
    _run_gateway,
    _run_home_assistants,
)

MOST_IDLE_BYTES = 1_000_000
_HOUR = timedelta(hours=1)


def _count_written() -> int:
    """Return the bytes that this process has written so far."""
    lines = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(lines["wchar"])


async def _measure_hours(folder: str, settle_days: int, hours: int) -> list[tuple[str, int]]:
    """Return what was written in each hour, from the night after the days in which the history comes in."""
    clock = leaping.LeapingClock(BEGUN)
    simulator = create_simulator(timer=clock.monotonic)
    simulator.state.world.clock = clock
    simulator.state.world.begin_again()
    street, homes = Street(simulator), _make_street(1)
    written: list[tuple[str, int]] = []
    async with _run_gateway(_make_settings(folder), clock, simulator) as gateway:
        await _add_homes(gateway, street, homes)
        with _run_home_assistants(gateway, homes, clock) as tasks:
            # the jobs look every few seconds for what another process may have done, which takes long for days
            with mock.patch("gateway.jobs.worker.LONGEST_SLEEP", timedelta(minutes=15)):
                await clock.sleep(timedelta(days=settle_days).total_seconds())
            for _ in range(hours):
                begun, before = clock.now(), _count_written()
                await clock.sleep(_HOUR.total_seconds())
                written.append((f"{begun:%H:%M} UTC", _count_written() - before))
            assert not any(task.done() for task in tasks), "a Home Assistant gave up"
        await asyncio.gather(*tasks, return_exceptions=True)
    return written


def main() -> None:
    """Print the table."""
    hours = int(sys.argv[1]) if len(sys.argv) > 1 else 24
    with tempfile.TemporaryDirectory() as folder:
        out, sys.stderr = sys.stderr, (Path(folder) / "log").open("w")
        configure_logging(debug=False)
        try:
            written = leaping.run_leaping(_measure_hours(folder, settle_days=2, hours=hours))
        finally:
            sys.stderr = out
    for hour, count in written:
        print(f"{hour}  {count / 1000:8.0f} kB")
    idle = sorted(count for _, count in written)[len(written) // 2]
    print(f"an idle hour: {idle / 1000:.0f} kB (to reach: under {MOST_IDLE_BYTES / 1000:.0f}); a day: ", end="")
    print(f"{sum(count for _, count in written) * 24 / hours / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
