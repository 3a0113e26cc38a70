"""Tells the doors of a room to look again: thin words, at most one waiting per door, however many changes there are.

A door that reads slowly gets the newest number instead of all of them; one that does not read at all is cut off. What
the other processes of a hub hear comes in through `heard`, so a door is told whichever process its line is on.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Protocol

from device.model.value import Value, encode
from device.wire.hub import LookAgain, Notified

log = logging.getLogger(__name__)

STALLED = 10.0
"""Seconds that a door may let us wait before its line is cut."""
WAITING = 4
"""Words that wait for one door beside the newest hint."""


class Socket(Protocol):
    """A line to a device, as far as telling goes."""

    async def send(self, message: str) -> None:
        """Send a message; waits while the other side does not read."""
        ...

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the line."""
        ...


class Ear:
    """One device on this process, and what waits to be told to it."""

    def __init__(self, device: str, room: str, socket: Socket) -> None:
        self.device, self.room = device, room
        self._socket = socket
        self._hint: LookAgain | None = None
        self._words: list[Value] = []
        self._wake = asyncio.Event()

    def hint(self, seq: int) -> None:
        """Something changed in its room."""
        self._hint = LookAgain(seq=seq)
        self._wake.set()

    def say(self, word: Value) -> bool:
        """Something that is not to be lost; False where too much waits already and the line is cut instead."""
        if len(self._words) >= WAITING:
            return False
        self._words.append(word)
        self._wake.set()
        return True

    async def run(self) -> None:
        """Tell what waits, until cancelled or the device does not read.

        Raises:
            TimeoutError: it does not.
        """
        while True:
            await self._wake.wait()
            self._wake.clear()
            words, self._words = self._words, []
            hint, self._hint = self._hint, None
            for word in (*words, *([hint] if hint else [])):
                async with asyncio.timeout(STALLED):
                    await self._socket.send(encode(word).decode())

    async def cut(self, code: int, reason: str) -> None:
        """End its line."""
        await self._socket.close(code, reason)


class FanOut:
    """All devices that have a line to this process.

    Args:
        publish: tells the other processes of this hub, and this one through `heard`, that a room changed.
    """

    def __init__(self, publish: Callable[[str], Awaitable[None]]) -> None:
        self._publish = publish
        self._by_room: defaultdict[str, set[Ear]] = defaultdict(set)
        self._by_device: dict[str, Ear] = {}
        self._seqs: defaultdict[str, int] = defaultdict(int)

    @property
    def connected(self) -> int:
        """How many devices have a line to this process."""
        return len(self._by_device)

    def is_connected(self, device: str) -> bool:
        """Whether a device has a line to this process."""
        return device in self._by_device

    def seq(self, room: str) -> int:
        """The number of the room's latest change, as this process counts."""
        return self._seqs[room]

    async def changed(self, room: str) -> None:
        """Something may have changed in a room's calendar."""
        await self._publish(room)

    def heard(self, room: str) -> None:
        """Any process of this hub learnt of a change: tell those who are here."""
        self._seqs[room] += 1
        for ear in self._by_room.get(room, ()):
            ear.hint(self._seqs[room])

    def heard_all(self) -> None:
        """Words between the processes were lost: every room may have changed."""
        for room in tuple(self._by_room):
            self.heard(room)

    def notified(self, room: str, *, healthy: bool) -> None:
        """Whether the provider tells us of this room's changes now."""
        for ear in self._by_room.get(room, ()):
            ear.say(Notified(healthy=healthy))

    async def tell(self, device: str, word: Value) -> bool:
        """Say something to one device; whether its line is here and took it."""
        ear = self._by_device.get(device)
        if ear is None:
            return False
        if not ear.say(word):
            await ear.cut(1013, "too slow")
            return False
        return True

    async def cut(self, device: str, code: int, reason: str) -> None:
        """End one device's line, if it is here."""
        ear = self._by_device.get(device)
        if ear is not None:
            await ear.cut(code, reason)

    def everyone(self, word: Value) -> None:
        """Say something to every device here."""
        for ear in tuple(self._by_device.values()):
            ear.say(word)

    async def join(self, ear: Ear) -> None:
        """A device is here; an older line of the same device ends."""
        before = self._by_device.get(ear.device)
        self._by_device[ear.device] = ear
        self._by_room[ear.room].add(ear)
        if before is not None:
            self._by_room[before.room].discard(before)
            await before.cut(4409, "another line of this device")

    def leave(self, ear: Ear) -> None:
        """It is gone."""
        if self._by_device.get(ear.device) is ear:
            del self._by_device[ear.device]
        here = self._by_room.get(ear.room)
        if here is not None:
            here.discard(ear)
            if not here:
                del self._by_room[ear.room]
