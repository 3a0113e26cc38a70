"""Passwords: Argon2id (RFC 9106, the library's own parameters), a few at a time, in threads.

Hashing is dear on purpose, 64 MiB each: more than `AT_ONCE` at a time would be a way to fell the hub.
"""

import asyncio
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2
MOST_WAITING = 16
SHORTEST, LONGEST = 12, 200
DIFFERENT = 6
"""Characters that a password has, and how many of them differ at least (NIST SP 800-63B: length before rules)."""
_T = TypeVar("_T")


class Unfit(Exception):
    """Not good enough as a password; the text is a sentence for whoever chose it."""


class Crowded(Exception):
    """Too many passwords are being checked; try again in a moment."""


class Passwords:
    """Hashes and checks."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def hashed(self, password: str) -> str:
        """What is kept of a password.

        Raises:
            Crowded: not now.
        """
        return await self._in_turn(lambda: self._hasher.hash(password))

    async def matches(self, kept: str, password: str) -> bool:
        """Whether it is the one; where there is nothing to compare with it takes as long.

        Raises:
            Crowded: not now.
        """
        return await self._in_turn(lambda: self._matches(kept, password))

    def _matches(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept or _nobodys(), password) and bool(kept)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_turn(self, work: Callable[[], _T]) -> _T:
        if self._waiting >= MOST_WAITING:
            raise Crowded
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1


def check(password: str, name: str) -> str:
    """The password, if it is fit to be one.

    Raises:
        Unfit: it is too short, too long, too plain, or holds the name.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise Unfit(f"A password has {SHORTEST} to {LONGEST} characters. Four or five words make a good one.")
    if len(set(password)) < DIFFERENT:
        raise Unfit("This password repeats itself. Four or five words make a good one.")
    if name and name.partition("@")[0] in password.lower():
        raise Unfit("The password must not hold the name.")
    return password


@cache
def _nobodys() -> str:
    return PasswordHasher().hash("nobody's")
