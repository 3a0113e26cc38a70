"""A Zoom Room on the room's own network, by its control API (ZR-CSAPI) over SSH: it tells when a passcode is missing.

    → zCommand Dial Join meetingNumber: 81234567890 password: s3cret
    ← {"DialJoinResult": {}, "Status": {"state": "OK"}, "topKey": "DialJoinResult", "type": "zCommand"}
    ← {"Call": {"Status": "IN_MEETING"}, "topKey": "Call", "type": "zStatus"}
    ← {"MeetingNeedsPassword": {"needsPassword": true, "wrongAndRetry": false}, "type": "zEvent"}

The room takes one connection. Its host key is approved once in the settings, and another is not given the password. A
line is made of digits and a passcode without spaces or quotes only, so nothing of an invitation can begin a command.

Sources: Zoom Rooms Control System API reference; ICD's and others' published drivers for the form of the answers.
"""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import asyncssh

from device.join.interface import ANSWER_WITHIN, CONNECT_WITHIN, CannotJoin, Condition, Driver, Progress, Target
from device.join.links.services import Service
from device.model.joining import Call, Cause
from device.model.secret import Secret
from device.model.value import Value

LONGEST = 1 << 18
"""Characters that wait to become an answer."""
MOST_REFUSALS = 2
_PASSCODE = re.compile(r"[A-Za-z0-9@*_.!#$%&+=~^?-]{1,10}")
_NUMBER = re.compile(r"[0-9]{9,11}")
_STATUS = {
    "CONNECTING_MEETING": Progress(call=Call.DIALING),
    "IN_MEETING": Progress(call=Call.CONNECTED),
    "LOGGED_OUT": Progress(call=Call.FAILED, cause=Cause.SIGN_IN),
}


class Options(Value):
    """The room, and the password that the portal gives its control API."""

    host: str
    password: Secret
    host_key: str
    """`SHA256:…`, the fingerprint of the room's host key."""
    username: str = "zoom"
    port: int = 2244
    connect_within: timedelta = CONNECT_WITHIN
    look: timedelta = timedelta(seconds=1)
    """Between two looks at the call, for news that did not come by itself."""


class _Approving(asyncssh.SSHClient):
    def __init__(self, approved: str) -> None:
        self._approved = approved

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        del host, addr, port
        return secrets.compare_digest(key.get_fingerprint(), self._approved)


class ZoomRooms:
    """One Zoom Room."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._connection: asyncssh.SSHClientConnection | None = None
        self._process: asyncssh.SSHClientProcess[str] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._news: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._call: asyncio.Queue[str] = asyncio.Queue()
        """Answers to `zStatus Call Status`."""
        self._refusals = 0
        self._attempt = self._number = ""

    def check(self, target: Target) -> None:
        """Zoom's own meetings, by number."""
        if target.service is not Service.ZOOM or not _NUMBER.fullmatch(target.meeting_id):
            raise CannotJoin(Cause.NO_WAY, target.service.value)

    async def probe(self) -> Condition:
        """Whether it is in a meeting."""
        status = await self._status()
        if status == "LOGGED_OUT":
            raise CannotJoin(Cause.SIGN_IN, "the room is logged out of Zoom")
        return Condition(in_call=status in ("IN_MEETING", "CONNECTING_MEETING"))

    async def prepare(self) -> None:
        """A Zoom Room wakes with its meeting."""

    async def join(self, target: Target) -> str:
        """Dial."""
        self.check(target)
        typed = target.passcode if _PASSCODE.fullmatch(target.passcode) else target.dial_passcode
        await self._connected()
        self._news = asyncio.Queue()
        self._number = target.meeting_id
        await self._dial(typed)
        self._attempt = secrets.token_hex(8)
        return self._attempt

    async def watch(self, attempt: str) -> AsyncGenerator[Progress, None]:
        """What it tells of the meeting."""
        if attempt != self._attempt:
            yield Progress(call=Call.FAILED, cause=Cause.DROPPED)
            return
        told = Progress(call=Call.DIALING)
        yield told
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._options.connect_within.total_seconds()
        while not told.call.final:
            step = await self._next(told)
            if told.call is Call.NEEDS_PASSCODE and step.call is Call.DIALING and step.cause is None:
                deadline = loop.time() + self._options.connect_within.total_seconds()
            if step.call is Call.DIALING and loop.time() > deadline:
                with suppress(CannotJoin):
                    await self.leave(attempt)
                step = Progress(call=Call.FAILED, cause=Cause.TIMED_OUT)
            if step != told:
                told = step
                yield told

    async def enter(self, attempt: str, passcode: str) -> None:
        """Dial once more, with the passcode."""
        if attempt != self._attempt or not _PASSCODE.fullmatch(passcode):
            raise CannotJoin(Cause.NO_WAY)
        await self._dial(passcode)

    async def leave(self, attempt: str) -> None:
        """Leave the meeting; others stay in it."""
        if attempt == self._attempt:
            await self._say("zCommand Call Leave")

    async def close(self) -> None:
        """Hang up."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._connection is not None:
            self._connection.close()
            await self._connection.wait_closed()

    async def _dial(self, passcode: str) -> None:
        await self._say(
            f"zCommand Dial Join meetingNumber: {self._number}" + (f" password: {passcode}" if passcode else "")
        )

    async def _next(self, told: Progress) -> Progress:
        """The next step: from what it tells by itself, else from its status."""
        try:
            async with asyncio.timeout(self._options.look.total_seconds()):
                return _meaning(await self._news.get(), told)
        except TimeoutError:
            pass  # it has nothing to tell, so it is asked
        try:
            status = await self._status()
        except CannotJoin as error:
            return Progress(call=Call.FAILED, cause=error.cause)
        if status == "NOT_IN_MEETING" and told.call is Call.CONNECTED:
            return Progress(call=Call.ENDED)
        waits = told.call is Call.NEEDS_PASSCODE and status != "IN_MEETING"
        return told if waits else _STATUS.get(status, told)

    async def _status(self) -> str:
        await self._connected()
        self._call = asyncio.Queue()
        await self._say("zStatus Call Status")
        try:
            async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                return await self._call.get()
        except TimeoutError as error:
            raise CannotJoin(Cause.UNREACHABLE, "no answer") from error

    async def _say(self, line: str) -> None:
        process = await self._connected()
        try:
            process.stdin.write(f"{line}\r\n")
            async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                await process.stdin.drain()
        except (OSError, TimeoutError, asyncssh.Error) as error:
            raise CannotJoin(Cause.UNREACHABLE, type(error).__name__) from error

    async def _connected(self) -> "asyncssh.SSHClientProcess[str]":
        if self._process is not None and self._reading is not None and not self._reading.done():
            return self._process
        await self.close()
        if self._refusals >= MOST_REFUSALS:
            raise CannotJoin(Cause.SIGN_IN, "refused twice; not asked again with these settings")
        try:
            async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                self._process = await self._open()
        except asyncssh.HostKeyNotVerifiable as error:
            raise CannotJoin(Cause.CERTIFICATE, "another host key") from error
        except asyncssh.PermissionDenied as error:
            self._refusals += 1
            raise CannotJoin(Cause.SIGN_IN, "refused") from error
        except (OSError, TimeoutError, asyncssh.Error) as error:
            raise CannotJoin(Cause.UNREACHABLE, type(error).__name__) from error
        self._refusals = 0
        self._reading = asyncio.create_task(self._read(self._process))
        self._process.stdin.write("echo off\r\nformat json\r\n")
        return self._process

    async def _open(self) -> "asyncssh.SSHClientProcess[str]":
        options = self._options
        self._connection = await asyncssh.connect(
            options.host,
            options.port,
            username=options.username,
            password=options.password.reveal(),
            client_factory=lambda: _Approving(options.host_key),
            known_hosts=([], [], []),
            client_keys=[],
            config=None,
            agent_path=None,
        )
        return await self._connection.create_process(encoding="utf-8", errors="replace")

    async def _read(self, process: "asyncssh.SSHClientProcess[str]") -> None:
        """Cut what comes into JSON objects, whatever stands between them."""
        decoder, buffer = json.JSONDecoder(), ""
        while text := await process.stdout.read(1 << 14):
            buffer = (buffer + text)[-LONGEST:]
            while (begin := buffer.find("{")) >= 0:
                try:
                    told, end = decoder.raw_decode(buffer, begin)
                except ValueError:
                    buffer = buffer[begin:]
                    break
                except RecursionError:
                    return
                buffer = buffer[end:]
                self._take(told)

    def _take(self, told: dict[str, Any]) -> None:
        call = told.get("Call")
        if told.get("type") == "zStatus" and isinstance(call, dict) and isinstance(call.get("Status"), str):
            self._call.put_nowait(call["Status"])
        else:
            self._news.put_nowait(told)


def _meaning(news: dict[str, Any], told: Progress) -> Progress:
    """What an event says of the attempt; others leave it as it is."""
    needs, error = news.get("MeetingNeedsPassword"), news.get("CallConnectError")
    if isinstance(needs, dict):
        if needs.get("needsPassword") is not True:
            return Progress(call=Call.DIALING) if told.call is Call.NEEDS_PASSCODE else told
        wrong = needs.get("wrongAndRetry") is True
        return Progress(call=Call.NEEDS_PASSCODE, cause=Cause.PASSCODE_WRONG if wrong else None)
    if isinstance(error, dict):
        return Progress(call=Call.FAILED, cause=Cause.REFUSED)
    if isinstance(news.get("CallDisconnect"), dict):
        return (
            Progress(call=Call.ENDED)
            if told.call is Call.CONNECTED
            else Progress(call=Call.FAILED, cause=Cause.DROPPED)
        )
    result, status = news.get("DialJoinResult"), news.get("Status")
    if result is not None and isinstance(status, dict) and status.get("state") not in ("OK", None):
        return Progress(call=Call.FAILED, cause=Cause.REFUSED)
    return told


@asynccontextmanager
async def _open(options: Options) -> AsyncIterator[ZoomRooms]:
    room = ZoomRooms(options)
    try:
        yield room
    finally:
        await room.close()


DRIVER = Driver(options=Options, open=_open)
