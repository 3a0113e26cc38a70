"""Poly's Studio X, G7500 and Group Series (VideoOS), by their REST interface: SIP and H.323.

The system pushes nothing, so its conferences are read every second while a call is being set up, and less often once
it stands. A list with a placeholder in it is no call: only a connection is. It is signed in to once, and after two
refusals never again with the same settings.

Sources: Poly VideoOS REST API Reference 4.4; recorded answers of Studio X30 3.10 and Group 500 6.2.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, NoReturn

from device.join.interface import CONNECT_WITHIN, CannotJoin, Condition, Driver, Progress, Target
from device.join.rest import Answer, Rest, open_rest
from device.join.trust import Reached
from device.model.joining import Call, Cause
from device.model.secret import Secret

MOST_REFUSALS = 2
MOST_SILENT = 10
"""Looks without an answer, after which the system is given up."""
_HREF = re.compile(r"/rest/conferences/([A-Za-z0-9]{1,20})/connections/([A-Za-z0-9]{1,20})")
_CALLS = {"CONNECTED": Call.CONNECTED, "RINGING": Call.RINGING, "ALERTING": Call.RINGING}
_OVER = ("DISCONNECTED", "DISCONNECTING", "INACTIVE")
_STATUS = {
    401: Cause.SIGN_IN,
    403: Cause.SIGN_IN,
    404: Cause.APP_MODE,
    429: Cause.RATE_LIMITED,
    503: Cause.RATE_LIMITED,
}


class Options(Reached, kw_only=True):
    """A system, and its administrator."""

    username: str = "admin"
    password: Secret
    connect_within: timedelta = CONNECT_WITHIN
    look: timedelta = timedelta(seconds=1)
    """Between two looks until the call stands."""
    look_inside: timedelta = timedelta(seconds=5)
    """Between two looks while it does."""


class Poly:
    """One system."""

    def __init__(self, options: Options, rest: Rest) -> None:
        self._options, self._rest = options, rest
        self._signed_in = False
        self._refusals = 0
        self._attempt = ""
        """The path of the connection."""

    def check(self, target: Target) -> None:
        """It needs something to dial."""
        if not (target.sip or target.h323):
            raise CannotJoin(Cause.NO_WAY, target.service.value)

    async def probe(self) -> Condition:
        """Its connections, and whether it sleeps."""
        calls = [call async for call in self._connections()]
        system = (await self._ask("GET", "/rest/system")).body
        state = system.get("state") if isinstance(system, dict) else ""
        return Condition(in_call=bool(calls), asleep=state == "ASLEEP")

    async def prepare(self) -> None:
        """It wakes with the call."""

    async def join(self, target: Target) -> str:
        """Dial, unless another vendor's app has the system."""
        self.check(target)
        if not await self._may_dial():
            raise CannotJoin(Cause.APP_MODE, "the native calling app is not the one that runs")
        address, kind = (target.sip, "SIP") if target.sip else (target.h323, "H323")
        told = (await self._ask("POST", "/rest/conferences", {"address": address, "rate": 0, "dialType": kind})).body
        first = told[0] if isinstance(told, list) and told else None
        found = _HREF.fullmatch(str(first.get("href", ""))) if isinstance(first, dict) else None
        if found is None:
            raise CannotJoin(Cause.REFUSED, "it named no connection")
        self._attempt = found[0]
        return self._attempt

    async def watch(self, attempt: str) -> AsyncGenerator[Progress, None]:
        """What becomes of the connection."""
        if not attempt or attempt != self._attempt:
            yield Progress(call=Call.FAILED, cause=Cause.DROPPED)
            return
        told = Progress(call=Call.DIALING)
        yield told
        loop, silent = asyncio.get_running_loop(), 0
        deadline = loop.time() + self._options.connect_within.total_seconds()
        while not told.call.final:
            inside = told.call is Call.CONNECTED
            await asyncio.sleep((self._options.look_inside if inside else self._options.look).total_seconds())
            try:
                step, silent = await self._look(attempt, told), 0
            except CannotJoin as error:
                silent += 1
                step = told if silent < MOST_SILENT else Progress(call=Call.FAILED, cause=error.cause)
            if step.call not in (Call.CONNECTED, Call.FAILED) and loop.time() > deadline:
                step = await self._give_up(attempt)
            if step != told:
                told = step
                yield told

    async def enter(self, attempt: str, passcode: str) -> NoReturn:
        """Its interface has no keys to press."""
        del attempt, passcode
        raise CannotJoin(Cause.NO_WAY)

    async def leave(self, attempt: str) -> None:
        """Hang up that connection; 404: it is gone already."""
        if attempt and attempt == self._attempt:
            await self._ask("POST", attempt, {"action": "hangup"}, also=(404,))

    async def _look(self, attempt: str, was: Progress) -> Progress:
        async for path, call in self._connections():
            if path == attempt:
                state = str(call.get("state", "")).upper()
                return _gone(was) if state in _OVER else Progress(call=_CALLS.get(state, was.call))
        return _gone(was)

    async def _give_up(self, attempt: str) -> Progress:
        try:
            await self.leave(attempt)
        except CannotJoin:
            return Progress(call=Call.FAILED, cause=Cause.UNREACHABLE)
        return Progress(call=Call.FAILED, cause=Cause.TIMED_OUT)

    async def _connections(self) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        told = (await self._ask("GET", "/rest/conferences")).body
        for conference in _objects(told):
            for call in _objects(conference.get("connections")):
                yield f"/rest/conferences/{conference.get('id')}/connections/{call.get('id')}", call

    async def _may_dial(self) -> bool:
        """Whether Poly's own app runs; systems that know of no apps have no other."""
        told = (await self._ask("GET", "/rest/system/apps", also=(404,))).body
        own = [app for app in _objects(told) if app.get("personaName") == "Poly"]
        return not own or any(app.get("polyCallFeaturesEnabled") is True for app in own)

    async def _ask(self, method: str, path: str, told: object = None, *, also: tuple[int, ...] = ()) -> Answer:
        """Ask; where the session is over, sign in once more."""
        url = f"https://{self._options.host}:{self._options.port}{path}"
        if not self._signed_in:
            await self._sign_in()
        answer = await self._rest.ask(method, url, told)
        if answer.status in (401, 403):
            await self._sign_in()
            answer = await self._rest.ask(method, url, told)
        if answer.good or answer.status in also:
            return answer
        raise CannotJoin(_STATUS.get(answer.status, Cause.REFUSED), f"HTTP {answer.status}")

    async def _sign_in(self) -> None:
        if self._refusals >= MOST_REFUSALS:
            raise CannotJoin(Cause.SIGN_IN, "refused twice; not asked again with these settings")
        url = f"https://{self._options.host}:{self._options.port}/rest/session"
        told = {"action": "Login", "user": self._options.username, "password": self._options.password.reveal()}
        answer = await self._rest.ask("POST", url, told)
        there = isinstance(answer.body, dict) and answer.body.get("reason") == "SessionAlreadyActive"
        good = answer.good and isinstance(answer.body, dict) and answer.body.get("success") is True
        if not (good or there):
            self._signed_in = False
            self._refusals += 1
            raise CannotJoin(Cause.SIGN_IN, f"HTTP {answer.status}")
        self._signed_in, self._refusals = True, 0


def _gone(was: Progress) -> Progress:
    if was.call is Call.CONNECTED:
        return Progress(call=Call.ENDED)
    return Progress(call=Call.FAILED, cause=Cause.DROPPED)


def _objects(told: object) -> Iterator[dict[str, Any]]:
    yield from (one for one in told if isinstance(one, dict)) if isinstance(told, list) else ()


@asynccontextmanager
async def _open(options: Options) -> AsyncIterator[Poly]:
    async with open_rest(options) as rest:
        yield Poly(options, rest)


DRIVER = Driver(options=Options, open=_open)
