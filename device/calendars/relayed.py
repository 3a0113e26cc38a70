"""A calendar that the hub reads and writes for a device, because the access behind it is not for devices.

The far side is the hub's relay: JSON over HTTPS, one request a method, answers as the values of `interface` and errors
by their own names, so that a door cannot tell the difference. The bearer token is the device's own and good for its
room alone.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from device.calendars.http import Answer, Client, open_client
from device.calendars.interface import AccessSource, Booking, Connection, Provider, RoomCalendar, WindowRead
from device.model import errors
from device.model.clock import Clock
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    CalendarError,
    CalendarUnreachable,
    HubUnreachable,
    MalformedAnswer,
    RoomNotFound,
    SettingsError,
)
from device.model.occurrence import Occurrence
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.value import Value, decode, encode
from device.model.window import Window

_BY_NAME: Mapping[str, type[CalendarError]] = {
    kind.__name__: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, CalendarError)
}
_T = TypeVar("_T")


class Options(Connection):
    """The keys of `[calendar]` for `provider = "relayed"`. A device gets them from its hub."""

    url: str = ""
    """Where the relay is, e.g. `https://hub.example/relay`."""


class Asked(Value):
    """One request to the relay; what a method does not need is left out."""

    window: Window | None = None
    cursor: str = ""
    booking: Booking | None = None
    occurrence: Occurrence | None = None
    at: datetime | None = None
    rooms: tuple[str, ...] = ()


class Changed(Value):
    """The relay's answer to `changed`."""

    changed: bool


class Done(Value):
    """The relay's answer where there is nothing to tell."""


class BusyTimes(Value):
    """The relay's answer to `busy`."""

    rooms: dict[str, tuple[Window, ...] | None]


class Refusal(Value):
    """Why the relay did not do it: the name of an error of `device.model.errors`."""

    error: str
    detail: SafeText = SafeText("")
    retry_after: float | None = None
    """Seconds."""


class RelayedCalendar:
    """A room's calendar behind the hub."""

    def __init__(self, client: Client, url: str, access: AccessSource) -> None:
        self._client, self._url, self._access = client, url.rstrip("/"), access

    async def read(self, window: Window) -> WindowRead:
        """The window as the hub reads it now."""
        return await self._ask("read", Asked(window=window), WindowRead)

    async def changed(self, cursor: str) -> bool:
        """Whether the provider tells the hub of a change since `cursor`."""
        return (await self._ask("changed", Asked(cursor=cursor), Changed)).changed

    async def book(self, booking: Booking) -> Occurrence:
        """Booked by the hub, under the same key."""
        return await self._ask("book", Asked(booking=booking), Occurrence)

    async def extend(self, occurrence: Occurrence, until: datetime) -> Occurrence:
        """Extended by the hub."""
        return await self._ask("extend", Asked(occurrence=occurrence, at=until), Occurrence)

    async def end(self, occurrence: Occurrence, at: datetime) -> None:
        """Ended by the hub."""
        await self._ask("end", Asked(occurrence=occurrence, at=at), Done)

    async def check_in(self, occurrence: Occurrence, at: datetime) -> Occurrence:
        """Noted by the hub on the event itself."""
        return await self._ask("check-in", Asked(occurrence=occurrence, at=at), Occurrence)

    async def busy(self, rooms: Sequence[str], window: Window) -> Mapping[str, tuple[Window, ...] | None]:
        """Of the rooms that the hub lets this door ask about."""
        return (await self._ask("busy", Asked(rooms=tuple(rooms), window=window), BusyTimes)).rooms

    async def _ask(self, method: str, asked: Asked, kind: type[_T]) -> _T:
        access = await self._access()
        headers = {"Authorization": f"Bearer {access.token.reveal()}", "Content-Type": "application/json"}
        try:
            answer = await self._client.request(
                "POST", f"{self._url}/{method}", headers=headers, content=encode(_plain(asked))
            )
            answer.raise_for_server()
        except MalformedAnswer:
            raise
        except CalendarUnreachable as error:
            raise _of_the_hub(error) from error
        if answer.status != 200:
            raise _refusal(answer)
        try:
            found: _T = decode(answer.require("application/json"), kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise MalformedAnswer("the relay's answer cannot be read") from error
        return found


def _plain(asked: Asked) -> Asked:
    """Without what the hub need not be told again: it knows the words of its own calendar."""
    if asked.occurrence is None:
        return asked
    return msgspec.structs.replace(
        asked, occurrence=msgspec.structs.replace(asked.occurrence, title=SafeText(""), organizer=SafeText(""))
    )


def _of_the_hub(error: CalendarUnreachable) -> CalendarUnreachable:
    """What did not reach the hub keeps its cause; what the hub itself lacks is the hub's."""
    return HubUnreachable(str(error), retry_after=error.retry_after) if error.cause == "server" else error


def _refusal(answer: Answer) -> CalendarError:
    """The error that the relay names; one that it does not know how to name is told by status."""
    try:
        said: Refusal = decode(answer.require("application/json"), Refusal)
    except (msgspec.DecodeError, UnicodeDecodeError, MalformedAnswer):
        by_status: dict[int, type[CalendarError]] = {401: AccessExpired, 403: AccessDenied, 404: RoomNotFound}
        return by_status.get(answer.status, MalformedAnswer)(f"HTTP {answer.status}")
    return error_named(said)


def refusal_of(error: CalendarError) -> Refusal:
    """How the relay tells an error."""
    wait = error.retry_after if isinstance(error, CalendarUnreachable) else None
    detail = SafeText(f"{error.cause}: {error}" if isinstance(error, CalendarUnreachable) else str(error))
    return Refusal(error=type(error).__name__, detail=detail, retry_after=wait.total_seconds() if wait else None)


def error_named(said: Refusal) -> CalendarError:
    """The error behind a refusal."""
    kind = _BY_NAME.get(said.error)
    if kind is None:
        return MalformedAnswer("the relay names an error that is none")
    error = kind(str(said.detail))
    if isinstance(error, CalendarUnreachable):
        error.retry_after = (
            None if said.retry_after is None else timedelta(seconds=min(max(said.retry_after, 0.0), 3600.0))
        )
        cause = str(said.detail).partition(":")[0]
        if kind is CalendarUnreachable and cause.isalpha():
            error.cause = cause
    return error


@asynccontextmanager
async def open_room(room: Room, options: Options, access: AccessSource, clock: Clock) -> AsyncIterator[RoomCalendar]:
    """The room behind the relay.

    Raises:
        SettingsError: the options cannot be used.
    """
    del room, clock
    if not options.url:
        raise SettingsError("The relay has no address.", "A device gets it from its hub.")
    async with open_client(options) as client:
        yield RelayedCalendar(client, options.url, access)


PROVIDER = Provider(name="relayed", options=Options, writable=True, open_room=open_room)
