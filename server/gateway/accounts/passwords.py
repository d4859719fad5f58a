"""Passwords: which will do, and their argon2id hashes, computed one at a time beside everything else."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.problems import ProblemError

SHORTEST, LONGEST = 12, 256
_SCORE = 2
_ESTIMATED_CHARACTERS = 40
_LEET = frozenset("4@8({[<3691!|70$5+%2")
_MOST_LEET = 7
_ESTIMATED_LEET_CHARACTERS = 16
"""The estimator tries every reading of characters that stand for letters (4 for a, $ for s): 40 characters with all of
them take more than a second. With up to 7 different ones, or 16 characters of any kind, it takes 50 ms at most."""
_MOST_WAITING = 200
_NICE = 10


HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1, type=Type.ID)
"""RFC 9106's second choice, on one lane: 64 MiB, three passes."""


class WeakPasswordError(ValueError):
    """A password that is short or easily guessed."""


def check_length(password: str) -> None:
    """Raise WeakPasswordError for a password that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPasswordError(f"a password has {SHORTEST} to {LONGEST} characters")


def check_strength(password: str, *known: str) -> None:
    """Raise WeakPasswordError for a password that is easily guessed; takes up to 50 ms of processor time.

    `known` are words that an attacker would try first, such as the address.
    """
    # its dictionaries take 11 MB, which a gateway that only serves does without
    from zxcvbn import zxcvbn  # noqa: PLC0415

    words = [part for word in known for part in (word, *word.split("@"), *word.replace("@", ".").split("."))]
    has_many_readings = len(_LEET.intersection(password)) > _MOST_LEET
    estimated = password[: _ESTIMATED_LEET_CHARACTERS if has_many_readings else _ESTIMATED_CHARACTERS]
    if zxcvbn(estimated, user_inputs=words)["score"] < _SCORE:
        raise WeakPasswordError("this password is too easy to guess: use several unrelated words")


class Passwords:
    """Hashes and verifies. One at a time, in a thread that gives way: a flood of guesses starves nobody who reads."""

    def __init__(self) -> None:
        self._hasher = HASHER
        cost = f"m={self._hasher.memory_cost},t={self._hasher.time_cost},p={self._hasher.parallelism}"
        self._nobodys = f"$argon2id$v=19${cost}${'A' * 22}${'A' * 43}"
        self._thread = ThreadPoolExecutor(1, "passwords", initializer=_lower_thread_priority)
        self._turn = asyncio.Lock()
        self._waiting = 0

    @asynccontextmanager
    async def acquire_slot(self) -> AsyncIterator[None]:
        """Wait for one's turn, so that passwords are checked one after the other. Raises a 503 problem."""
        if self._waiting >= _MOST_WAITING:
            raise ProblemError(
                503, "busy", "Too many people are logging in right now; try again shortly.", retry_after=10
            )
        self._waiting += 1
        try:
            async with self._turn:
                yield
        finally:
            self._waiting -= 1

    async def hash_password(self, password: str) -> str:
        """Hash a password."""
        return await self.run_in_thread(lambda: self._hasher.hash(password))

    async def check_and_hash(self, password: str, address: str) -> str:
        """Check the strength of a new password, and hash it. Raises WeakPasswordError."""

        def work() -> str:
            check_strength(password, address)
            return self._hasher.hash(password)

        return await self.run_in_thread(work)

    async def verify_password(self, stored: str | None, password: str) -> bool:
        """Tell whether a password is the stored one; without one it takes as long, and is not."""
        return (
            await self.run_in_thread(lambda: self._matches_hash(stored or self._nobodys, password))
            and stored is not None
        )

    def is_outdated(self, stored: str) -> bool:
        """Tell whether a hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()

    def _matches_hash(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except VerificationError, InvalidHashError:
            return False

    async def run_in_thread[Result](self, work: Callable[[], Result]) -> Result:
        """Run what hashes in the one thread for it: each hash takes tens of MiB."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _lower_thread_priority() -> None:
    with suppress(OSError, AttributeError):
        # Linux takes a thread's own number here, others the process's: there it stays as it is
        if threading.get_native_id() != os.getpid():
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
