"""Which of a RoomOS device's commands joins what, and what its call status means.

Zoom, Webex, Teams and Meet have commands of their own where the device's software offers them; everything else, and
they where it does not, is dialled by SIP or H.323. The device's own status of the call is the only confirmation.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

from device.join.interface import CONNECT_WITHIN, CannotJoin, Condition, Progress, Target
from device.join.links.services import Service
from device.join.roomos.xapi import NO_SUCH, Refusal, Xapi
from device.join.trust import Reached
from device.model.joining import Call, Cause
from device.model.secret import Secret
from device.model.value import Value

RETURNS = 5
"""How often a connection that went is opened again to see what became of the call."""
RETURN_AFTER = 1.0
"""Seconds before each."""
_CALLS = {
    "Dialling": Call.DIALING,
    "Connecting": Call.DIALING,
    "EarlyMedia": Call.RINGING,
    "Ringing": Call.RINGING,
    "Connected": Call.CONNECTED,
    "OnHold": Call.CONNECTED,
    "Preserved": Call.CONNECTED,
    "RemotePreserved": Call.CONNECTED,
}
"""`Status Call Status`; Disconnecting and Idle are the end of it."""
_CAUSES = {
    **dict.fromkeys(("404", "484", "604", "1", "28"), Cause.NOT_FOUND),
    **dict.fromkeys(("486", "600", "17"), Cause.BUSY),
    **dict.fromkeys(("603", "403", "21"), Cause.DECLINED),
    **dict.fromkeys(("408", "480", "504", "18", "19", "102"), Cause.TIMED_OUT),
}
"""`CallDisconnect CauseValue`: a SIP status or Q.850 cause."""


class Options(Reached, kw_only=True):
    """A device, and a local user of it with the roles User and Integrator."""

    username: str
    password: Secret
    connect_within: timedelta = CONNECT_WITHIN


class Order(Value):
    """One command that joins."""

    path: str
    parameters: dict[str, object]


def orders(target: Target) -> Iterator[Order]:
    """The commands that could join, the best first; a device that lacks one is given the next."""
    match target.service:
        case Service.ZOOM if target.meeting_id.isdigit():
            code = {"MeetingPasscode": target.dial_passcode}
            yield Order(path="Zoom/Join", parameters={"MeetingID": target.meeting_id, **code})
        case Service.WEBEX if target.url:
            yield Order(path="Webex/Join", parameters={"Number": target.url, "Pin": target.dial_passcode})
        case Service.TEAMS if target.url:
            yield Order(path="MicrosoftTeams/Join", parameters={"Url": target.url})
            yield Order(path="WebRTC/Join", parameters={"Url": target.url, "Type": "MSTeams"})
        case Service.GOOGLE_MEET if target.url:
            yield Order(path="WebRTC/Join", parameters={"Url": target.url, "Type": "GoogleMeet"})
        case _:
            pass
    if target.sip:
        yield Order(path="Dial", parameters={"Number": target.sip, "Protocol": "Sip"})
    if target.h323:
        yield Order(path="Dial", parameters={"Number": target.h323, "Protocol": "H323"})


class RoomOS:
    """One device."""

    def __init__(self, options: Options, xapi: Xapi) -> None:
        self._options, self._xapi = options, xapi
        self._attempt = ""
        self._call: int | None = None
        self._tones = ""

    def check(self, target: Target) -> None:
        """It needs a command of its own for the service, or something to dial."""
        if next(orders(target), None) is None:
            raise CannotJoin(Cause.NO_WAY, target.service.value)

    async def probe(self) -> Condition:
        """Its calls, Teams' own, and whether it sleeps."""
        calls = await self._number("SystemUnit", "State", "NumberOfActiveCalls")
        standby = await self._status("Standby", "State")
        teams = await self._status("MicrosoftTeams", "Calling", "InCall")
        return Condition(in_call=calls > 0 or teams == "True", asleep=standby not in ("Off", None))

    async def prepare(self) -> None:
        """Wake it, and the screens with it."""
        with suppress(Refusal):
            await self._xapi.command("Standby/Deactivate")

    async def join(self, target: Target) -> str:
        """Give it the first command that it has."""
        self.check(target)
        self._attempt = ""
        while not self._xapi.news.empty():
            self._xapi.news.get_nowait()
        await self._listen()
        for order in orders(target):
            try:
                told = await self._xapi.command(order.path, **order.parameters)
            except Refusal as refusal:
                if refusal.code == NO_SUCH:
                    continue
                raise CannotJoin(Cause.REFUSED, f"xAPI error {refusal.code}") from refusal
            self._call, self._tones = _whole(told.get("CallId")), target.tones
            self._attempt = secrets.token_hex(8)
            return self._attempt
        raise CannotJoin(Cause.APP_MODE, "it offers no command that dials")

    async def watch(self, attempt: str) -> AsyncGenerator[Progress, None]:
        """What it tells of the call."""
        if attempt != self._attempt:
            yield Progress(call=Call.FAILED, cause=Cause.DROPPED)
            return
        told = Progress(call=Call.DIALING)
        yield told
        deadline = asyncio.get_running_loop().time() + self._options.connect_within.total_seconds()
        while not told.call.final:
            waits = told.call is Call.CONNECTED
            news = await self._next(None if waits else deadline)
            for step in news:
                step = _ended(step, was=told.call)  # noqa: PLW2901 - the same step, in the light of the last
                if step != told:
                    told = step
                    yield told
                if told.call.final:
                    break
            if told.call is Call.CONNECTED and not waits:
                await self._press()

    async def enter(self, attempt: str, passcode: str) -> None:
        """Press its keys, and the hash that ends it."""
        if attempt != self._attempt or self._call is None or not passcode.isdigit():
            raise CannotJoin(Cause.NO_WAY)
        try:
            await self._xapi.command("Call/DTMFSend", CallId=self._call, DTMFString=f"{passcode}#")
        except Refusal as refusal:
            raise CannotJoin(Cause.REFUSED, f"xAPI error {refusal.code}") from refusal

    async def leave(self, attempt: str) -> None:
        """Disconnect that call; a device that did not tell which it is has no other."""
        if attempt != self._attempt:
            return
        with suppress(Refusal):
            await self._xapi.command("Call/Disconnect", CallId="" if self._call is None else self._call)

    async def _listen(self) -> None:
        try:
            await self._xapi.subscribe("Status", "Call")
            await self._xapi.subscribe("Event", "CallDisconnect")
        except Refusal as refusal:
            raise CannotJoin(Cause.REFUSED, f"xAPI error {refusal.code}") from refusal

    async def _next(self, deadline: float | None) -> list[Progress]:
        """The next thing that it tells, and what that means for our call."""
        try:
            async with asyncio.timeout_at(deadline):
                news = await self._xapi.news.get()
        except TimeoutError:
            with suppress(CannotJoin):
                await self.leave(self._attempt)
            return [Progress(call=Call.FAILED, cause=Cause.TIMED_OUT)]
        return list(self._meaning(news)) if news is not None else [await self._return()]

    def _meaning(self, news: dict[str, Any]) -> Iterator[Progress]:
        for call in _listed(_at(news, "Status", "Call")):
            number = _whole(call.get("id"))
            if self._call is None:
                self._call = number
            if number != self._call:
                continue
            status = call.get("Status")
            if call.get("ghost") or status in ("Idle", "Disconnecting"):
                yield Progress(call=Call.ENDED)
            elif status in _CALLS:
                yield Progress(call=_CALLS[status])
        gone = _at(news, "Event", "CallDisconnect")
        if isinstance(gone, dict) and _whole(gone.get("CallId")) in (self._call, None):
            yield Progress(call=Call.ENDED, cause=_CAUSES.get(str(gone.get("CauseValue")), Cause.DROPPED))

    async def _return(self) -> Progress:
        """Where the call is after the connection went: the device is asked, for it goes on without us."""
        for _ in range(RETURNS):
            await asyncio.sleep(RETURN_AFTER)
            try:
                await self._listen()
                calls = _listed(await self._status("Call"))
            except CannotJoin:
                continue
            mine = [call for call in calls if self._call is None or _whole(call.get("id")) == self._call]
            found = next((_CALLS[call["Status"]] for call in mine if call.get("Status") in _CALLS), None)
            return Progress(call=found) if found else Progress(call=Call.ENDED, cause=Cause.DROPPED)
        return Progress(call=Call.FAILED, cause=Cause.UNREACHABLE)

    async def _press(self) -> None:
        """The keys that a gateway asks for, once the call stands."""
        tones, self._tones = self._tones, ""
        if tones and self._call is not None:
            with suppress(Refusal, CannotJoin):
                await self._xapi.command("Call/DTMFSend", CallId=self._call, DTMFString=tones)

    async def _status(self, *path: str) -> Any:
        """A status that not every device has."""
        try:
            return await self._xapi.status(*path)
        except Refusal:
            return None

    async def _number(self, *path: str) -> int:
        return _whole(await self._status(*path)) or 0


def _ended(step: Progress, *, was: Call) -> Progress:
    """An end before it was connected is a failure, and afterwards it needs no cause."""
    if step.call is not Call.ENDED:
        return step
    if was is Call.CONNECTED:
        return Progress(call=Call.ENDED)
    return Progress(call=Call.FAILED, cause=step.cause or Cause.DROPPED)


def _whole(value: object) -> int | None:
    """A number, which some versions write as text."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _at(tree: object, *path: str) -> object:
    for name in path:
        tree = tree.get(name) if isinstance(tree, dict) else None
    return tree


def _listed(calls: object) -> list[dict[str, Any]]:
    found = calls if isinstance(calls, list) else [calls]
    return [call for call in found if isinstance(call, dict)]
