"""What the tests of the Exchange provider share: a room, its settings, and answers as Exchange writes them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from aiohttp import web
from far_side import FarSide, Handler

from device.calendars.exchange import PROVIDER
from device.calendars.exchange.options import Auth, Options
from device.calendars.interface import AccessToken, RoomCalendar
from device.model.clock import Clock, ClockReading, SystemClock
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.secret import Secret
from device.model.window import Window

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "ews"
"""Published samples; absent anywhere but where they were collected."""
ROOM = Room(id="aurora@office.example", name=SafeText("Aurora"), zone="Europe/Berlin")
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WINDOW = Window(start=NOW - timedelta(days=1), end=NOW + timedelta(days=2))
OPEN = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"'
    ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><s:Body>'
)
CLOSE = "</s:Body></s:Envelope>"


class Standing:
    """A clock that a test moves."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.elapsed = timedelta(hours=1)

    def read(self) -> ClockReading:
        return ClockReading(now=self.now, elapsed=self.elapsed)


def options(side: FarSide, **changes: Any) -> Options:
    usual = {
        "server": f"{side.url}/EWS/Exchange.asmx",
        "username": "OFFICE\\door",
        "password": Secret("s3cret"),
        "auth": Auth.BASIC,
        "ca_bundle": side.ca_bundle,
        "timeout": 10.0,
    }
    return Options(**(usual | changes))


async def access() -> AccessToken:
    return AccessToken(token=Secret("s3cret"), username="OFFICE\\door")


@asynccontextmanager
async def open_exchange(
    side: FarSide, room: Room = ROOM, clock: Clock | None = None, **changes: Any
) -> AsyncIterator[RoomCalendar]:
    async with PROVIDER.open_room(room, options(side, **changes), access, clock or SystemClock()) as calendar:
        yield calendar


def at(hour: float) -> datetime:
    return NOW.replace(hour=0) + timedelta(hours=hour)


def element(name: str, text: str) -> str:
    return f"<t:{name}>{escape(text)}</t:{name}>"


def item(key: str = "1", begins: float = 10, ends: float = 11, more: str = "", **changes: str) -> str:
    """A meeting of the day of `NOW`, from hour to hour in UTC; an empty change leaves an element out."""
    parts = {
        "Subject": "Budget",
        "Sensitivity": "Normal",
        "DateTimeCreated": "2026-11-01T10:00:00Z",
        "UID": f"uid-{key}",
        "Start": f"{at(begins):%Y-%m-%dT%H:%M:%SZ}",
        "End": f"{at(ends):%Y-%m-%dT%H:%M:%SZ}",
        "IsAllDayEvent": "false",
        "LegacyFreeBusyStatus": "Busy",
        "IsMeeting": "true",
        "IsCancelled": "false",
        "CalendarItemType": "Single",
        "MyResponseType": "Accept",
    }
    told = "".join(element(name, text) for name, text in (parts | changes).items() if text)
    who = "<t:Organizer><t:Mailbox><t:Name>Inês Carvalho</t:Name></t:Mailbox></t:Organizer>"
    return f'<t:CalendarItem><t:ItemId Id="{key}" ChangeKey="c{key}"/>{told}{who}{more}</t:CalendarItem>'


def success(operation: str, content: str) -> str:
    message = f'<m:{operation}ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>'
    return _response(operation, f"{message}{content}</m:{operation}ResponseMessage>")


def failure(operation: str, code: str, more: str = "") -> str:
    inside = f"<m:MessageText>words</m:MessageText><m:ResponseCode>{code}</m:ResponseCode>{more}"
    tag = f"m:{operation}ResponseMessage"
    return _response(operation, f'<{tag} ResponseClass="Error">{inside}</{tag}>')


def _response(operation: str, message: str) -> str:
    inside = f"<m:ResponseMessages>{message}</m:ResponseMessages>"
    return f"{OPEN}<m:{operation}Response>{inside}</m:{operation}Response>{CLOSE}"


def fault(code: str, more: str = "") -> str:
    types = 'xmlns:a="http://schemas.microsoft.com/exchange/services/2006/types"'
    errors = 'xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors"'
    detail = (
        f"<detail><e:ResponseCode {errors}>{code}</e:ResponseCode><e:Message {errors}>words</e:Message>{more}</detail>"
    )
    told = f"<faultcode {types}>a:{code}</faultcode><faultstring>words</faultstring>"
    return f"{OPEN}<s:Fault>{told}{detail}</s:Fault>{CLOSE}"


def view(*items: str, last: bool = True) -> str:
    """The answer to `FindItem`."""
    complete = "true" if last else "false"
    folder = f'<m:RootFolder TotalItemsInView="{len(items)}" IncludesLastItemInRange="{complete}">'
    return success("FindItem", f"{folder}<t:Items>{''.join(items)}</t:Items></m:RootFolder>")


SYNCED = success(
    "SyncFolderItems",
    "<m:SyncState>state</m:SyncState><m:IncludesLastItemInRange>true</m:IncludesLastItemInRange><m:Changes/>",
)


def xml(text: str | bytes, status: int = 200) -> web.Response:
    body = text.encode("utf-8") if isinstance(text, str) else text
    return web.Response(status=status, body=body, content_type="text/xml")


def answering(tell: Callable[[str], str | bytes | web.Response]) -> Handler:
    """A server that is asked with an envelope and answers with another; the state of the calendar it knows."""

    async def handler(request: web.Request) -> web.StreamResponse:
        asked = await request.text()
        if "SyncFolderItems" in asked:
            return xml(SYNCED)
        told = tell(asked)
        return told if isinstance(told, web.Response) else xml(told)

    return handler
