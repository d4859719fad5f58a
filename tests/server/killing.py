"""A real process, killed at a known point: what it leaves behind is what a loss of power leaves."""

import asyncio
import sys
from collections.abc import Mapping
from subprocess import PIPE


async def kill_half_way(program: str, *arguments: str, env: Mapping[str, str] | None = None) -> None:
    """Run Python text until it says `half-way`, then kill it."""
    command = [sys.executable, "-c", program, *arguments]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, env=env)
    assert process.stdout is not None
    assert process.stderr is not None
    said = await process.stdout.readline()
    if said != b"half-way\n":
        raise AssertionError((await process.stderr.read()).decode())
    process.kill()
    await process.communicate()
