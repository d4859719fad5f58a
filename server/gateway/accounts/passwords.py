"""Password rules, and argon2id hashes, computed one at a time in a low-priority thread."""

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
"""The estimator tries every substitution of characters that stand for letters (4 for a, $ for s). 40 characters with
all of them take more than a second. With up to 7 different ones, or 16 characters of any kind, it takes 50 ms at most.
"""
_MOST_WAITING = 200
_NICE = 10


HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1, type=Type.ID)
"""RFC 9106's second choice, on one lane: 64 MiB, three passes."""


class WeakPasswordError(ValueError):
    """The password is too short, too long or too easy to guess."""


def check_length(password: str) -> None:
    """Raise WeakPasswordError unless the password has SHORTEST to LONGEST characters."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPasswordError(f"a password has {SHORTEST} to {LONGEST} characters")


def check_strength(password: str, *known: str) -> None:
    """Raise WeakPasswordError if the password is easy to guess. Takes up to 50 ms of processor time.

    `known` contains words that an attacker would try first, such as the email address.
    """
    # imported here: its dictionaries take 11 MB, which a gateway that only serves does not need
    from zxcvbn import zxcvbn  # noqa: PLC0415

    words = [part for word in known for part in (word, *word.split("@"), *word.replace("@", ".").split("."))]
    has_many_readings = len(_LEET.intersection(password)) > _MOST_LEET
    estimated = password[: _ESTIMATED_LEET_CHARACTERS if has_many_readings else _ESTIMATED_CHARACTERS]
    if zxcvbn(estimated, user_inputs=words)["score"] < _SCORE:
        raise WeakPasswordError("this password is too easy to guess: use several unrelated words")


class Passwords:
    """Hashes and verifies passwords one at a time, in a low-priority thread.

    Many log-in attempts at once do not slow down other requests.
    """

    def __init__(self) -> None:
        self._hasher = HASHER
        cost = f"m={self._hasher.memory_cost},t={self._hasher.time_cost},p={self._hasher.parallelism}"
        self._nobodys = f"$argon2id$v=19${cost}${'A' * 22}${'A' * 43}"
        self._thread = ThreadPoolExecutor(1, "passwords", initializer=_lower_thread_priority)
        self._turn = asyncio.Lock()
        self._waiting = 0

    @asynccontextmanager
    async def limit_concurrency(self) -> AsyncIterator[None]:
        """Wait until no other caller holds the slot, and hold it in the `with` block.

        Raises a 503 problem when 200 callers already wait for it or hold it.
        """
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
        """Return the argon2id hash of a password."""
        return await self.run_in_thread(lambda: self._hasher.hash(password))

    async def check_and_hash(self, password: str, address: str) -> str:
        """Check the strength of a new password and return its hash. Raises WeakPasswordError."""

        def work() -> str:
            check_strength(password, address)
            return self._hasher.hash(password)

        return await self.run_in_thread(work)

    async def verify_password(self, stored: str | None, password: str) -> bool:
        """Return whether the password matches the stored hash.

        With `stored` None the answer is False, and takes as long as a real check.
        """
        return (
            await self.run_in_thread(lambda: self._matches_hash(stored or self._nobodys, password))
            and stored is not None
        )

    def is_outdated(self, stored: str) -> bool:
        """Return whether a hash was made with other parameters than the current ones."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """Stop the thread."""
        self._thread.shutdown()

    def _matches_hash(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except VerificationError, InvalidHashError:
            return False

    async def run_in_thread[Result](self, work: Callable[[], Result]) -> Result:
        """Run `work` in the only hashing thread, because each hash takes 64 MiB, and return its result."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _lower_thread_priority() -> None:
    with suppress(OSError, AttributeError):
        # Linux takes a thread's id here; elsewhere it would be the process, whose priority must not change
        if threading.get_native_id() != os.getpid():
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
