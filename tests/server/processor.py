"""The processor time of processes, from /proc."""

import os
from pathlib import Path


def list_family(pid: int) -> list[int]:
    """Return a process and its children."""
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def read_processor_seconds(*pids: int) -> float:
    """Return the processor time that the processes, and children of theirs that have ended, have used."""
    ticks = 0
    for pid in pids:
        ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")
