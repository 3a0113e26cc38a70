"""Words between the processes of one hub: which room changed, which device was claimed, what a device is told.

Every process hears all of them and does what is its own. Where words may have been lost, each looks at everything.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import msgspec

from device.model.value import Value, decode, encode
from device.wire.hub import ComeBack, DropAccess, Order, TurnedAway
from hub.fanout import FanOut
from hub.store import Store
from hub.store.notices import MISSED

log = logging.getLogger(__name__)

CHANNEL = "doorlight"


class RoomChanged(Value, tag="room"):
    """Something may have changed in a room's calendar."""

    room: str


class RoomNotified(Value, tag="notified"):
    """Whether the provider tells of a room's changes."""

    room: str
    healthy: bool


class Claimed(Value, tag="claimed"):
    """A device that showed a code belongs to a room."""

    key: str


class Told(Value, tag="told"):
    """A word for one device, whichever process has its line."""

    device: str
    word: Order | DropAccess | TurnedAway | ComeBack


class Greet(Value, tag="greet"):
    """A device is to be greeted anew: its door, its rules or its standing changed."""

    device: str


class ConnectionChanged(Value, tag="connection"):
    """A connection has other options, another credential, or is gone; or its key is."""

    connection: str
    locked: bool = False


class SubscriptionsChanged(Value, tag="subscriptions"):
    """A connection's subscriptions are others: whoever judges calls by them looks them up anew."""

    connection: str


Word = RoomChanged | RoomNotified | Claimed | Told | Greet | ConnectionChanged | SubscriptionsChanged


class Switchboard:
    """One process's ear and mouth among the processes of a hub."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hear: dict[type, list[Callable[[Any], object]]] = {}
        self._missed: list[Callable[[], object]] = []

    def on(self, kind: type[Value], hear: Callable[[Any], object]) -> None:
        """Call `hear` with each word of a kind."""
        self._hear.setdefault(kind, []).append(hear)

    def on_missed(self, hear: Callable[[], object]) -> None:
        """Call `hear` when words may have been lost."""
        self._missed.append(hear)

    async def say(self, word: Word) -> None:
        """Tell all processes, this one too.

        Raises:
            StoreUnreachable: nobody could be told.
        """
        await self._store.notify(CHANNEL, encode(word).decode())

    async def run(self) -> None:
        """Hear, until cancelled."""
        async with self._store.listen(CHANNEL) as heard:
            async for payload in heard:
                if payload == MISSED:
                    await _all(self._missed)
                else:
                    await self._take(payload)

    async def _take(self, payload: str) -> None:
        try:
            word: Word = decode(payload, Word)
        except (msgspec.DecodeError, UnicodeDecodeError):
            log.warning("another process said what this version does not know")
            return
        await _all(self._hear.get(type(word), ()), word)


async def _all(hearers: Any, *words: Any) -> None:
    for hear in hearers:
        try:
            done = hear(*words)
            if asyncio.iscoroutine(done):
                await done
        except Exception as error:  # noqa: BLE001 - one hearer must not make the others deaf
            log.error("a word between processes was not taken: %s", type(error).__name__)  # noqa: TRY400


def connect(board: Switchboard, fanout: FanOut) -> None:
    """Let the fan-out hear what concerns the devices of this process."""

    async def told(word: Told) -> None:
        await fanout.tell(word.device, word.word)

    async def greet(word: Greet) -> None:
        await fanout.cut(word.device, 4408, "greet me again")

    board.on(RoomChanged, lambda word: fanout.heard(word.room))
    board.on(RoomNotified, lambda word: fanout.notified(word.room, healthy=word.healthy))
    board.on(Told, told)
    board.on(Greet, greet)
    board.on_missed(fanout.heard_all)
