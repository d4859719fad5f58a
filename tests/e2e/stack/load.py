"""Readers who never tire, and what became of each of their requests."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.e2e.stack.parts import Stack

_PAUSE = 0.05


@dataclass(frozen=True)
class Reader:
    """What somebody asks again and again, and what the answer must always be."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]
    expected: list[Any]


@dataclass
class Record:
    """Requests that were answered, and those that were not: when each began and ended, and how."""

    answered: int = 0
    wrong: list[str] = field(default_factory=list)
    failed: list[tuple[float, float, str]] = field(default_factory=list)


async def _read_until_cancelled(http: httpx2.AsyncClient, reader: Reader, record: Record) -> None:
    while True:
        begun = time.monotonic()
        try:
            answer = await http.get(reader.path, params=reader.params, headers=reader.headers)
        except httpx2.HTTPError as error:
            record.failed.append((begun, time.monotonic(), type(error).__name__))
        else:
            if answer.status_code != 200:
                record.failed.append((begun, time.monotonic(), f"{answer.status_code} {answer.text[:200]}"))
            elif answer.json()["readings"] != reader.expected:
                record.wrong.append(answer.text[:200])
            else:
                record.answered += 1
        await asyncio.sleep(_PAUSE)


async def _post(http: httpx2.AsyncClient, record: Record) -> None:
    """Knock with what is nobody's: a request with a body, which is never sent twice, is refused and not lost."""
    form = {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "nothing"}
    while True:
        begun = time.monotonic()
        try:
            answer = await http.post("/v1/oauth/token", data=form)
        except httpx2.HTTPError as error:
            record.failed.append((begun, time.monotonic(), type(error).__name__))
        else:
            if answer.status_code not in {401, 429}:
                record.failed.append((begun, time.monotonic(), f"{answer.status_code} {answer.text[:200]}"))
        await asyncio.sleep(_PAUSE)


@asynccontextmanager
async def read_under_load(stack: Stack, readers: list[Reader], each: int) -> AsyncIterator[Record]:
    """Keep reading, `each` at a time of each reader, until the end of the block."""
    record = Record()
    async with stack.new_client() as http, asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_read_until_cancelled(http, reader, record)) for reader in readers for _ in range(each)
        ]
        tasks += [group.create_task(_post(http, record)) for _ in range(each)]
        try:
            yield record
        finally:
            for task in tasks:
                task.cancel()
