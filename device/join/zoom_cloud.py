"""A Zoom Room told through Zoom's cloud, by an app of the account's own (Server-to-Server OAuth).

`PATCH /rooms/{id}/events` with `zoomroom.meeting_join` is answered with 202, which says that the order was taken and
nothing more; the room's own status is read until it is in the meeting or time is up. Meetings of Teams and Meet are
joined as guests where the account allows it. The app needs the scopes `zoom_rooms:update:room_control:admin` and
`zoom_rooms:read:list_rooms:admin`.

Sources: developers.zoom.us, Zoom Rooms and OAuth. That the passcode is called `passcode` is the changelog's word.
"""

import asyncio
import base64
import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, NoReturn
from urllib.parse import quote, urlencode, urlsplit

from device.join.interface import CannotJoin, Condition, Driver, Progress, Target
from device.join.links.services import Service
from device.join.rest import Answer, Rest, open_rest
from device.join.trust import Reached
from device.model.joining import Call, Cause
from device.model.secret import Secret
from device.model.value import Value

MOST_SILENT = 10
"""Looks without an answer, after which the room is given up."""
_LONGEST_PASSCODE = 10
"""Of the passcodes that Zoom gives; what is longer is the token of a link."""
_GUESTS = {Service.TEAMS: "MS_TEAMS", Service.GOOGLE_MEET: "GOOGLE_MEET"}
_STATUS = {401: Cause.SIGN_IN, 403: Cause.SIGN_IN, 404: Cause.NOT_FOUND, 429: Cause.RATE_LIMITED}


class Options(Value):
    """The room, and the app that may tell it."""

    room_id: str
    account_id: str
    client_id: str
    client_secret: Secret
    endpoint: str = "https://api.zoom.us/v2"
    authority: str = "https://zoom.us"
    passcode_name: str = "passcode"
    """What the API calls a meeting's passcode."""
    ca_bundle: str = ""
    connect_within: timedelta = timedelta(seconds=30)
    look: timedelta = timedelta(seconds=2)
    """Between two looks until the room is in the meeting."""
    look_inside: timedelta = timedelta(seconds=15)
    """Between two looks while it is there."""


class ZoomCloud:
    """One Zoom Room, as its cloud sees it."""

    def __init__(self, options: Options, rest: Rest) -> None:
        self._options, self._rest = options, rest
        self._token = ""
        self._attempt = ""

    def check(self, target: Target) -> None:
        """Zoom's own meetings by number, and those of Teams and Meet by their address."""
        if not order_of(target, self._options.passcode_name):
            raise CannotJoin(Cause.NO_WAY, target.service.value)

    async def probe(self) -> Condition:
        """Whether it is online, and in a meeting."""
        status = await self._status()
        if status == "Offline":
            raise CannotJoin(Cause.UNREACHABLE, "the room is offline")
        return Condition(in_call=status == "InMeeting")

    async def prepare(self) -> None:
        """A Zoom Room wakes with its meeting."""

    async def join(self, target: Target) -> str:
        """Send the order."""
        self.check(target)
        await self._event(order_of(target, self._options.passcode_name))
        self._attempt = secrets.token_hex(8)
        return self._attempt

    async def watch(self, attempt: str) -> AsyncGenerator[Progress, None]:
        """What the room's status becomes."""
        if attempt != self._attempt:
            yield Progress(call=Call.FAILED, cause=Cause.DROPPED)
            return
        yield Progress(call=Call.DIALING)
        end = await self._arrival()
        yield end
        if end.call is Call.CONNECTED:
            yield await self._departure()

    async def enter(self, attempt: str, passcode: str) -> NoReturn:
        """The cloud does not tell when a passcode is missing, nor does it take one later."""
        del attempt, passcode
        raise CannotJoin(Cause.NO_WAY)

    async def leave(self, attempt: str) -> None:
        """Send the order to leave."""
        if attempt == self._attempt:
            await self._event({"method": "zoomroom.meeting_leave"})

    async def _arrival(self) -> Progress:
        looks = max(1, round(self._options.connect_within / self._options.look))
        for _ in range(looks):
            try:
                if await self._status() == "InMeeting":
                    return Progress(call=Call.CONNECTED)
            except CannotJoin as error:
                if error.cause is Cause.SIGN_IN:
                    return Progress(call=Call.FAILED, cause=error.cause)
            await asyncio.sleep(self._options.look.total_seconds())
        return Progress(call=Call.FAILED, cause=Cause.NOT_CONFIRMED)

    async def _departure(self) -> Progress:
        silent = 0
        while silent < MOST_SILENT:
            await asyncio.sleep(self._options.look_inside.total_seconds())
            try:
                if await self._status() != "InMeeting":
                    return Progress(call=Call.ENDED)
                silent = 0
            except CannotJoin:
                silent += 1
        return Progress(call=Call.FAILED, cause=Cause.UNREACHABLE)

    async def _event(self, order: dict[str, Any]) -> None:
        await self._ask("PATCH", "/events", order)

    async def _status(self) -> str:
        told = (await self._ask("GET", "")).body
        basic = told.get("basic", told) if isinstance(told, dict) else None
        return str(basic.get("status", "")) if isinstance(basic, dict) else ""

    async def _ask(self, method: str, path: str, told: object = None) -> Answer:
        """Ask about this room; a token that ran out is fetched once more."""
        url = f"{self._options.endpoint}/rooms/{quote(self._options.room_id, safe='')}{path}"
        for last in (False, True):
            token = self._token or await self._sign_in()
            answer = await self._rest.ask(method, url, told, {"authorization": f"Bearer {token}"})
            if answer.good:
                return answer
            if answer.status == 401 and not last:
                self._token = ""
                continue
            break
        raise CannotJoin(_STATUS.get(answer.status, Cause.REFUSED), f"HTTP {answer.status}")

    async def _sign_in(self) -> str:
        options = self._options
        pair = base64.b64encode(f"{options.client_id}:{options.client_secret.reveal()}".encode()).decode()
        query = urlencode({"grant_type": "account_credentials", "account_id": options.account_id})
        answer = await self._rest.ask(
            "POST", f"{options.authority}/oauth/token?{query}", headers={"authorization": f"Basic {pair}"}
        )
        token = answer.body.get("access_token") if isinstance(answer.body, dict) else None
        if not answer.good or not isinstance(token, str):
            raise CannotJoin(Cause.RATE_LIMITED if answer.status == 429 else Cause.SIGN_IN, f"HTTP {answer.status}")
        self._token = token
        return token


def order_of(target: Target, passcode_name: str) -> dict[str, Any]:
    """The order that joins it; empty where there is none."""
    if target.service is Service.ZOOM and target.meeting_id.isdigit():
        passcode = target.passcode if 0 < len(target.passcode) <= _LONGEST_PASSCODE else target.dial_passcode
        params = {"meeting_number": target.meeting_id, "force_accept": True}
        return {"method": "zoomroom.meeting_join", "params": params | ({passcode_name: passcode} if passcode else {})}
    if target.service in _GUESTS and target.url:
        guest = {"join_type": "url", "meeting_source_type": _GUESTS[target.service], "join_url": target.url}
        return {"method": "zoomroom.thirdparty_meeting_join", "params": guest}
    return {}


@asynccontextmanager
async def _open(options: Options) -> AsyncIterator[ZoomCloud]:
    host = urlsplit(options.endpoint).hostname or ""
    async with open_rest(Reached(host=host, ca_bundle=options.ca_bundle)) as rest:
        yield ZoomCloud(options, rest)


DRIVER = Driver(options=Options, open=_open)
