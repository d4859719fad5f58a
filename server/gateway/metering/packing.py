"""A day's readings in few bytes: runs of equal steps, two bytes a value where they fit.

Format 1: the byte 1, then for each run its start in minutes after the day's first instant (16 bits), step in minutes
(8), flags (8), number of values (16), and the values (16 or 32 bits); big-endian.
"""

import struct
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from gateway.domain.readings import Quality, Reading, find_least_sure

_FORMAT = b"\x01"
_RUN = struct.Struct(">HBBH")
_WIDE = 2
_FLAGS = {Quality.MEASURED: 0, Quality.ESTIMATED: 1, Quality.IMPORTED: 4}
_QUALITIES = {flag: quality for quality, flag in _FLAGS.items()}
_NARROW_MAX = 0xFFFF


class Run(NamedTuple):
    """Intervals of one step, `offset` minutes after the day's first instant."""

    offset: int
    step: int
    quality: Quality
    watts: tuple[int, ...]


def pack_readings(readings: Sequence[Reading], day_starts: datetime) -> bytes:
    """Write the readings of a day, in order."""
    parts = [_FORMAT]
    for run in _group_runs(readings):
        first = run[0]
        watts = [reading.watts for reading in run]
        wide = max(watts) > _NARROW_MAX
        flags = _FLAGS[first.quality] | (_WIDE if wide else 0)
        offset = int((first.start - day_starts).total_seconds()) // 60
        parts.append(_RUN.pack(offset, first.minutes, flags, len(run)))
        parts.append(struct.pack(f">{len(run)}{'I' if wide else 'H'}", *watts))
    return b"".join(parts)


def unpack_runs(packed: bytes) -> Iterator[Run]:
    """Read what `pack_readings` wrote, without making a reading of each value."""
    if packed[:1] != _FORMAT:
        raise ValueError("readings of an unknown format: this gateway is older than its database")
    position = 1
    while position < len(packed):
        offset, step, flags, count = _RUN.unpack_from(packed, position)
        position += _RUN.size
        values = struct.Struct(f">{count}{'I' if flags & _WIDE else 'H'}")
        quality = _QUALITIES[flags & ~_WIDE]
        yield Run(offset, step, quality, values.unpack_from(packed, position))
        position += values.size


def unpack_readings(packed: bytes, day_starts: datetime) -> list[Reading]:
    """Read what `pack_readings` wrote."""
    return [
        Reading(day_starts + timedelta(minutes=run.offset + run.step * index), run.step, watts, run.quality)
        for run in unpack_runs(packed)
        for index, watts in enumerate(run.watts)
    ]


def sum_energy(packed: bytes) -> tuple[int, Quality]:
    """Return the watt-minutes of a day, and its quality: that of its least sure reading."""
    found = list(unpack_runs(packed))
    total = sum(sum(run.watts) * run.step for run in found)
    return total, find_least_sure(run.quality for run in found)


def _group_runs(readings: Sequence[Reading]) -> Iterator[list[Reading]]:
    run: list[Reading] = []
    for reading in readings:
        if run and (reading.start, reading.minutes, reading.quality) != (run[-1].end, run[-1].minutes, run[-1].quality):
            yield run
            run = []
        run.append(reading)
    if run:
        yield run
