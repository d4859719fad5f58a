"""Pauses after failures, and the tolerance for differences between clocks."""

from datetime import timedelta
from zlib import crc32

CLOCKS_DIFFER = timedelta(minutes=2)
"""How far correct clocks may differ; with a larger difference, one of them was changed."""


def compute_backoff(first: timedelta, longest: timedelta, failures: int) -> timedelta:
    """Return the pause after `failures` failures: `first`, doubled with each further failure, up to `longest`."""
    return min(first * (1 << min(max(failures - 1, 0), 16)), longest)


def add_jitter(pause: timedelta, seed: str) -> timedelta:
    """Return a pause changed by up to 20%, always the same for a seed, so that retries do not coincide."""
    return pause * (0.8 + 0.4 * (crc32(seed.encode()) % 1000) / 1000)
