"""The websocket that every device keeps open: greeted, judged, told, heard, and cut when it does not keep to the rules.

Browsers are refused (they say an `Origin`, devices do not); messages are small, few and of known kinds.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, Protocol

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from device.model.clock import Clock
from device.model.value import Value, decode, encode
from device.wire.hub import (
    LONGEST,
    AccessWanted,
    Assigned,
    Beat,
    ComeBack,
    Dropped,
    FromDevice,
    Report,
    TurnedAway,
    Waiting,
)
from hub.devices.greeting import Greeting, Proved, Rejected
from hub.fanout import Ear, FanOut

log = logging.getLogger(__name__)

PATH = "/device"
GREETING = 15.0
"""Seconds for a device's first words."""
RATE, PER = 120, 60.0
"""Messages that a device may send in so many seconds."""
SESSION = timedelta(minutes=30)
"""After which a device has to prove itself anew."""
CODES = {"revoked": 4401, "quarantined": 4403}
REFUSED = 4400
AGAIN = 4408
BUSY = 1013


class Standing(Value):
    """What a proved device is to this hub: a door's, nobody's yet, or refused."""

    device: str = ""
    assigned: Assigned | None = None
    waiting: Waiting | None = None
    refused: str = ""


class Desk(Protocol):
    """Who the devices are: the registry, as the listener needs it."""

    async def standing(self, proved: Proved, address: str) -> Standing:
        """What a device that has proved its key is to this hub."""
        ...

    async def claimed(self, key: str) -> Standing | None:
        """Wait until a waiting device is claimed or its code runs out; what it is then."""
        ...

    async def access(self, device: str) -> Value:
        """`AccessGiven` or `AccessRefused`."""
        ...

    async def beat(self, device: str, beat: Beat) -> None:
        """How a device is."""
        ...

    async def report(self, device: str, report: Report) -> None:
        """What became of an order."""
        ...

    async def dropped(self, device: str) -> None:
        """A device has forgotten its access."""
        ...

    async def gone(self, device: str) -> None:
        """A device's line ended."""
        ...


class Listener:
    """Keeps the lines of all devices of this process.

    Args:
        key: the hub's public key.
        origins: the addresses at which devices reach it.
        most: lines at once; more are asked to come back.
        proxies: whose `X-Forwarded-For` is believed.
    """

    def __init__(
        self,
        desk: Desk,
        fanout: FanOut,
        key: str,
        origins: tuple[str, ...],
        clock: Clock,
        most: int = 20_000,
        proxies: tuple[str, ...] = (),
    ) -> None:
        self._desk, self._fanout, self._key, self._origins, self._clock = desk, fanout, key, origins, clock
        self._most, self._proxies = most, frozenset(proxies)
        self._lines = 0
        self._closing: timedelta | None = None

    @asynccontextmanager
    async def listening(self, host: str, port: int, **how: Any) -> AsyncIterator[Server]:
        """Accept devices until left; then tell them when to come back, where that is planned."""
        async with serve(
            self._attend,
            host,
            port,
            process_request=self._admit,
            compression=None,
            max_size=LONGEST,
            max_queue=4,
            write_limit=16 << 10,
            ping_interval=20,
            ping_timeout=20,
            server_header=None,
            **how,
        ) as server:
            try:
                yield server
            finally:
                if self._closing is not None:
                    self._fanout.everyone(ComeBack(after=self._closing))
                    await asyncio.sleep(0.2)

    def pause(self, after: timedelta) -> None:
        """The end of this process is planned: the next one begins after so long."""
        self._closing = after

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Refuse, before anything is kept, what is no device of ours."""
        if request.path != PATH:
            return connection.respond(HTTPStatus.NOT_FOUND, "There is nothing here.\n")
        if "Origin" in request.headers:
            return connection.respond(HTTPStatus.FORBIDDEN, "Browsers have no business here.\n")
        if self._lines >= self._most:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "Come back later.\n")
        return None

    async def _attend(self, socket: ServerConnection) -> None:
        self._lines += 1
        try:
            await self._greet(socket)
        except (ConnectionClosed, TimeoutError, OSError) as error:
            log.debug("a line ended: %s", type(error).__name__)
        finally:
            self._lines -= 1

    async def _greet(self, socket: ServerConnection) -> None:
        greeting = Greeting(self._key, self._origins, self._clock.read().now)
        await _say(socket, greeting.challenge())
        try:
            async with asyncio.timeout(GREETING):
                message = await socket.recv()
            proved = greeting.judge(message, self._clock.read().now)
        except Rejected as error:
            await _turn_away(socket, str(error))
            return
        standing = await self._desk.standing(proved, address_of(socket, self._proxies))
        while standing.waiting is not None:
            await _say(socket, standing.waiting)
            found = await self._until_claimed(socket, proved)
            if found is None:
                return
            standing = found
        if standing.assigned is None:
            await _turn_away(socket, standing.refused or "refused")
            return
        await self._talk(socket, standing.device, standing.assigned)

    async def _until_claimed(self, socket: ServerConnection, proved: Proved) -> Standing | None:
        """What a waiting device becomes; None where it goes away first."""
        claimed = asyncio.ensure_future(self._desk.claimed(proved.hello.key))
        gone = asyncio.ensure_future(socket.wait_closed())
        try:
            await asyncio.wait((claimed, gone), return_when=asyncio.FIRST_COMPLETED)
            if not claimed.done():
                return None
            return claimed.result() or await self._desk.standing(proved, address_of(socket, self._proxies))
        finally:
            claimed.cancel()
            gone.cancel()

    async def _talk(self, socket: ServerConnection, device: str, assigned: Assigned) -> None:
        """From the first word to the last. The device is told of changes before it is told its door, so none is missed
        between its first look and its place among the others.
        """
        ear = Ear(device, assigned.assignment.room.id, socket)
        await self._fanout.join(ear)
        telling: asyncio.Task[None] | None = None
        try:
            async with asyncio.timeout(SESSION.total_seconds()):
                await _say(socket, assigned)
                telling = asyncio.create_task(_run(ear))
                await self._hear(socket, device)
        except TimeoutError:
            await socket.close(AGAIN, "prove yourself anew")
        finally:
            self._fanout.leave(ear)
            if telling is not None:
                telling.cancel()
                await asyncio.gather(telling, return_exceptions=True)
            await self._desk.gone(device)

    async def _hear(self, socket: ServerConnection, device: str) -> None:
        times: deque[float] = deque(maxlen=RATE)
        loop = asyncio.get_running_loop()
        async for message in socket:
            if len(times) == RATE and loop.time() - times[0] < PER:
                await socket.close(1008, "too many words")
                return
            times.append(loop.time())
            try:
                frame = decode(message, FromDevice)
            except (msgspec.DecodeError, UnicodeDecodeError):
                await socket.close(1008, "no word of ours")
                return
            await self._answer(socket, device, frame)

    async def _answer(self, socket: ServerConnection, device: str, frame: Any) -> None:
        match frame:
            case AccessWanted():
                await _say(socket, await self._desk.access(device))
            case Beat():
                await self._desk.beat(device, frame)
            case Report():
                await self._desk.report(device, frame)
            case Dropped():
                await self._desk.dropped(device)
            case _:
                await socket.close(1008, "not now")


async def _run(ear: Ear) -> None:
    try:
        await ear.run()
    except (TimeoutError, ConnectionClosed, OSError):
        with suppress(ConnectionClosed, OSError):
            await ear.cut(BUSY, "too slow")


async def _say(socket: ServerConnection, word: Value) -> None:
    await socket.send(encode(word).decode())


async def _turn_away(socket: ServerConnection, reason: str) -> None:
    await _say(socket, TurnedAway(reason=reason))
    await socket.close(CODES.get(reason, REFUSED), reason)


def address_of(socket: ServerConnection, proxies: frozenset[str]) -> str:
    """Where a line comes from: what a proxy that we trust reports last, where one is in front; else its own address."""
    remote = str(socket.remote_address[0]) if socket.remote_address else ""
    told = socket.request.headers.get_all("X-Forwarded-For") if socket.request and remote in proxies else []
    last = told[-1].rpartition(",")[2].strip() if told else ""
    try:
        return str(ip_address(last)) if last else remote
    except ValueError:
        return remote
