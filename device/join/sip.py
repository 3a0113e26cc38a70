"""A SIP room: a real baresip, told to dial over its control port (`ctrl_tcp`, netstrings of JSON).

    → 58:{"command":"dial","params":"sip:1.2@zoomcrc.com","token":"3"},
    ← {"response":true,"ok":true,"data":"","token":"3"}
    ← {"event":true,"class":"call","type":"CALL_ESTABLISHED","peeruri":"sip:…","id":"…"}

`ok` means that the command was understood, even where nobody will ever answer; so an attempt has its own timer. The
port has no password: baresip must listen on loopback. Tones are pressed as baresip's own keys.

Sources: baresip, modules/ctrl_tcp and modules/menu; RFC 3261 §21 for the causes.
"""

import asyncio
import re
import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import msgspec

from device.join.interface import ANSWER_WITHIN, CannotJoin, Condition, Driver, Progress, Target
from device.join.policy import DIAL_STRING, TONES
from device.model.joining import Call, Cause
from device.model.value import Value

LONGEST = 1 << 16
TONE = 0.15
"""Seconds from key to key."""
_ACTIVE = re.compile(r"Active calls \(([0-9]{1,9})\)")
_CAUSES = {
    "404": Cause.NOT_FOUND,
    "484": Cause.NOT_FOUND,
    "604": Cause.NOT_FOUND,
    "486": Cause.BUSY,
    "600": Cause.BUSY,
    "403": Cause.DECLINED,
    "603": Cause.DECLINED,
    "408": Cause.TIMED_OUT,
    "480": Cause.TIMED_OUT,
}
_CALLS = {
    "CALL_OUTGOING": Call.DIALING,
    "CALL_PROGRESS": Call.RINGING,
    "CALL_RINGING": Call.RINGING,
    "CALL_ANSWERED": Call.RINGING,
    "CALL_ESTABLISHED": Call.CONNECTED,
}


class Options(Value):
    """Where baresip listens, and for how long a far side may stay silent."""

    port: int = 4444
    """Of its control port, on loopback."""
    connect_within: timedelta = timedelta(seconds=30)


class Sip:
    """One baresip."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._news: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._attempt = self._tones = self._call = ""

    def check(self, target: Target) -> None:
        """It needs an address to dial."""
        if not target.sip or not DIAL_STRING.fullmatch(target.sip):
            raise CannotJoin(Cause.NO_WAY, "no SIP address")

    async def probe(self) -> Condition:
        """Whether baresip has a call."""
        told = str((await self._command("listcalls")).get("data", ""))
        return Condition(in_call=any(int(calls) for calls in _ACTIVE.findall(told)))

    async def prepare(self) -> None:
        """It does not sleep."""
        await self._connected()

    async def join(self, target: Target) -> str:
        """Dial."""
        self.check(target)
        self._call = self._attempt = ""
        await self._connected()
        self._news = asyncio.Queue()
        told = await self._command("dial", f"sip:{target.sip}")
        if not told.get("ok"):
            raise CannotJoin(Cause.REFUSED, "baresip did not dial")
        self._attempt, self._tones = secrets.token_hex(8), target.tones
        return self._attempt

    async def watch(self, attempt: str) -> AsyncGenerator[Progress, None]:
        """What it tells of its call."""
        if attempt != self._attempt:
            yield Progress(call=Call.FAILED, cause=Cause.DROPPED)
            return
        told = Progress(call=Call.DIALING)
        yield told
        deadline = asyncio.get_running_loop().time() + self._options.connect_within.total_seconds()
        while not told.call.final:
            step = await self._next(told.call, None if told.call is Call.CONNECTED else deadline)
            if step is not None and step != told:
                told = step
                yield told
                if told.call is Call.CONNECTED:
                    await self._press(self._tones)

    async def enter(self, attempt: str, passcode: str) -> None:
        """Press its keys, and the hash that ends it."""
        if attempt != self._attempt or not passcode.isdigit():
            raise CannotJoin(Cause.NO_WAY)
        await self._press(f"{passcode}#")

    async def leave(self, attempt: str) -> None:
        """Hang up."""
        if attempt == self._attempt:
            await self._command("hangup")

    async def close(self) -> None:
        """Let go of the control port."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()
            with suppress(OSError):
                await self._writer.wait_closed()

    async def _next(self, was: Call, deadline: float | None) -> Progress | None:
        try:
            async with asyncio.timeout_at(deadline):
                news = await self._news.get()
        except TimeoutError:
            with suppress(CannotJoin):
                await self.leave(self._attempt)
            return Progress(call=Call.FAILED, cause=Cause.TIMED_OUT)
        if news is None:
            return Progress(call=Call.FAILED, cause=Cause.UNREACHABLE)
        if news.get("class") != "call" or not self._ours(str(news.get("id", ""))):
            return None
        if news.get("type") == "CALL_CLOSED":
            if was is Call.CONNECTED:
                return Progress(call=Call.ENDED)
            return Progress(call=Call.FAILED, cause=_CAUSES.get(str(news.get("param", ""))[:3], Cause.DROPPED))
        call = _CALLS.get(str(news.get("type")))
        return Progress(call=call) if call else None

    def _ours(self, call: str) -> bool:
        """The first call that it tells of after the order is ours; a later one, such as one that comes in, is not."""
        self._call = self._call or call
        return call == self._call

    async def _press(self, tones: str) -> None:
        """One key after the other; a comma waits two seconds."""
        if not TONES.fullmatch(tones):
            return
        for key in tones:
            if key == ",":
                await asyncio.sleep(2)
            else:
                await self._command("sndcode", key)
                await asyncio.sleep(TONE)

    async def _connected(self) -> asyncio.StreamWriter:
        if self._writer is not None and self._reading is not None and not self._reading.done():
            return self._writer
        await self.close()
        try:
            async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                reader, self._writer = await asyncio.open_connection("127.0.0.1", self._options.port, limit=LONGEST)
        except (OSError, TimeoutError) as error:
            raise CannotJoin(Cause.UNREACHABLE, type(error).__name__) from error
        self._reading = asyncio.create_task(self._read(reader))
        return self._writer

    async def _command(self, name: str, params: str = "") -> dict[str, Any]:
        writer = await self._connected()
        token, answer = secrets.token_hex(4), asyncio.get_running_loop().create_future()
        self._waiting[token] = answer
        body = msgspec.json.encode({"command": name, "params": params, "token": token})
        try:
            writer.write(b"%d:%s," % (len(body), body))
            async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                await writer.drain()
                told: dict[str, Any] = await answer
                return told
        except (OSError, TimeoutError) as error:
            raise CannotJoin(Cause.UNREACHABLE, type(error).__name__) from error
        finally:
            self._waiting.pop(token, None)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Give answers to whoever asked, and events to whoever watches, until baresip goes."""
        try:
            while True:
                length = int((await reader.readuntil(b":"))[:-1])
                if not 0 < length <= LONGEST:
                    break
                self._take(msgspec.json.decode((await reader.readexactly(length + 1))[:-1]))
        except (OSError, ValueError, EOFError, asyncio.LimitOverrunError):
            pass  # whoever waits is told below
        finally:
            self._news.put_nowait(None)
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(CannotJoin(Cause.UNREACHABLE, "baresip is gone"))

    def _take(self, told: object) -> None:
        if not isinstance(told, dict):
            return
        answer = self._waiting.get(str(told.get("token")))
        if told.get("response") and answer is not None and not answer.done():
            answer.set_result(told)
        elif told.get("event"):
            self._news.put_nowait(told)


@asynccontextmanager
async def _open(options: Options) -> AsyncIterator[Sip]:
    sip = Sip(options)
    try:
        yield sip
    finally:
        await sip.close()


DRIVER = Driver(options=Options, open=_open)
