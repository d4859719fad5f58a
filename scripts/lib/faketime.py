"""A process's clock set to another date, by the libfaketime of the system."""

import time
from datetime import datetime
from pathlib import Path


def clock_set_to(moment: datetime) -> dict[str, str]:
    """The environment of programs whose clocks start at `moment` now, and go on from there together.

    Raises:
        FileNotFoundError: libfaketime is not installed.
    """
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if library is None:
        raise FileNotFoundError("libfaketime is not installed: apt-get install libfaketime")
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME": f"{moment.timestamp() - time.time():.0f}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        # its fix for an old libc has threads that wait for Python's lock spin
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
    }
