"""How long to leave something alone, and how far to trust what another clock wrote."""

from datetime import timedelta
from zlib import crc32

CLOCKS_DIFFER = timedelta(minutes=2)
"""Clocks that are right may differ by so much; by more, one of them was set."""


def compute_backoff(first: timedelta, longest: timedelta, failures: int) -> timedelta:
    """Return the pause after so many failures: the first, then twice as long with each, up to the longest."""
    return min(first * (1 << min(max(failures - 1, 0), 16)), longest)


def add_jitter(pause: timedelta, seed: str) -> timedelta:
    """Change a pause by up to a fifth, always the same for a seed: those that failed together come back one by one."""
    return pause * (0.8 + 0.4 * (crc32(seed.encode()) % 1000) / 1000)
