"""Packs a day's readings into few bytes: runs of equal steps, with two bytes per value if all values fit.

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
    """Consecutive intervals of `step` minutes and one quality, `offset` minutes after the day's first instant."""

    offset: int
    step: int
    quality: Quality
    watts: tuple[int, ...]


def pack_readings(readings: Sequence[Reading], day_starts: datetime) -> bytes:
    """Pack the readings of a day, which must be in order; `day_starts` is the day's first instant."""
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
    """Yield the runs that `pack_readings` wrote, without building a Reading per value. Raises ValueError."""
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
    """Return the readings that `pack_readings` wrote; `day_starts` is the day's first instant. Raises ValueError."""
    return [
        Reading(day_starts + timedelta(minutes=run.offset + run.step * index), run.step, watts, run.quality)
        for run in unpack_runs(packed)
        for index, watts in enumerate(run.watts)
    ]


def sum_energy(packed: bytes) -> tuple[int, Quality]:
    """Return the energy of a packed day in watt-minutes, and its quality: that of its least certain reading."""
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
