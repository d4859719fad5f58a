"""A process's clock set to another date, by the libfaketime of the system."""

import time
from datetime import datetime
from pathlib import Path


def clock_set_to(moment: datetime) -> dict[str, str]:
    """The environment of programs whose clocks start at `moment` now, and go on from there together.

    Raises:
        FileNotFoundError: libfaketime is not installed.
    """
    return {**_preload_variables(), "FAKETIME": _format_offset(moment)}


class Clock:
    """A clock that programs share, and that can be set while they run. What they wait for by then, they still wait."""

    def __init__(self, file: Path, moment: datetime) -> None:
        """Set it to `moment`, by a file that the programs read."""
        self._file = file
        self.set_to(moment)

    def set_to(self, moment: datetime) -> None:
        """Set it; the programs notice within a second."""
        self._file.write_text(_format_offset(moment))

    def stop_at(self, moment: datetime) -> None:
        """Have it show `moment` until it is set; what waits for a number of seconds goes on."""
        self._file.write_text(f"{moment.astimezone():%Y-%m-%d %H:%M:%S}")

    @property
    def env(self) -> dict[str, str]:
        """The environment of its programs."""
        return {**_preload_variables(), "FAKETIME_TIMESTAMP_FILE": str(self._file), "FAKETIME_CACHE_DURATION": "1"}


def _format_offset(moment: datetime) -> str:
    return f"{moment.timestamp() - time.time():+.0f}"


def _preload_variables() -> dict[str, str]:
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if library is None:
        raise FileNotFoundError("libfaketime is not installed: apt-get install libfaketime")
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        # its fix for an old libc has threads that wait for Python's lock spin
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
    }
