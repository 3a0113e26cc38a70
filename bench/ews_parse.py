"""F9: a window of 200 meetings, one answer of Exchange's, made into the occurrences of a room.

The floor is what the bare client library needs for the same bytes: exchangelib makes its own objects of them. Beside it
stands what any reader of XML must pay: lxml, to a tree.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from exchangelib import DELEGATE, Account, Build, Configuration, Version
from exchangelib.ewsdatetime import UTC as EWS_UTC
from exchangelib.services import FindItem
from exchangelib.transport import NOAUTH
from exchangelib.util import DummyResponse
from lxml import etree

from bench.graph_parse import PEOPLE, SUBJECTS, milliseconds
from bench.table import Row, report
from device.calendars.exchange.envelope import TYPES, header_and_body
from device.calendars.exchange.meetings import Meeting, read_items
from device.emulator.event import Event, Person
from device.emulator.ews.call import envelope, response_message
from device.emulator.ews.exchange import Share
from device.emulator.ews.item_fields import Shape
from device.emulator.ews.item_writer import ItemWriter
from device.emulator.ews.xml import node, spelt
from device.emulator.mailbox import Mailbox
from device.model.clock import SystemClock
from device.model.window import Window

MEETINGS = 200
START = datetime(2026, 11, 23, 6, tzinfo=UTC)
FIELDS = (
    *("item:Subject", "item:Sensitivity", "item:DateTimeCreated", "calendar:UID", "calendar:Start", "calendar:End"),
    *("calendar:IsAllDayEvent", "calendar:LegacyFreeBusyStatus", "calendar:IsMeeting", "calendar:IsCancelled"),
    *("calendar:CalendarItemType", "calendar:MyResponseType", "calendar:Organizer", "calendar:StartTimeZone"),
)


def answer() -> bytes:
    """The answer to one question for a window, as the emulated Exchange writes it."""
    wanted = (node(f"{TYPES}FieldURI", FieldURI=path) for path in FIELDS)
    shape = Shape(node("shape", node(f"{TYPES}AdditionalProperties", *wanted)), found=True)
    owner = Person(name="Aurora", address="aurora@office.example")
    mailbox = Mailbox(owner, "Europe/Berlin", SystemClock(), lambda *_: None)
    writer = ItemWriter(mailbox, Share.EDITOR, UTC, shape, found=True)
    items = node("t:Items", *(writer.write(_event(number)) for number in range(MEETINGS)))
    folder = node("m:RootFolder", items, TotalItemsInView=str(MEETINGS), IncludesLastItemInRange="true")
    message = response_message("m:FindItemResponseMessage", [folder])
    return spelt(envelope(node("m:FindItemResponse", node("m:ResponseMessages", message))))


def _event(number: int) -> Event:
    start = START + timedelta(minutes=20 * number)
    name = PEOPLE[number % len(PEOPLE)]
    return Event(
        id=f"aurora@office.example/{number}",
        when=Window(start=start, end=start + timedelta(minutes=15)),
        subject=SUBJECTS[number % len(SUBJECTS)],
        organizer=Person(name=name, address=f"{number}@office.example"),
        created=START,
        uid=str(number),
        zone="Europe/Berlin",
    )


def ours(body: bytes) -> Callable[[], list[Meeting]]:
    """The whole way: judged, put into our words, made safe."""

    def read() -> list[Meeting]:
        _, inside = header_and_body(body)
        return read_items(inside.iter(f"{TYPES}CalendarItem"), "Europe/Berlin")[0]

    assert len(read()) == MEETINGS
    return read


def library(body: bytes) -> Callable[[], list[Any]]:
    """The same made into exchangelib's objects by exchangelib."""
    config = Configuration(
        service_endpoint="https://mail.office.example/EWS/Exchange.asmx",
        auth_type=NOAUTH,
        version=Version(build=Build(15, 2)),
    )
    account = Account(
        "aurora@office.example", config=config, autodiscover=False, access_type=DELEGATE, default_timezone=EWS_UTC
    )

    def read() -> list[Any]:
        service = FindItem(account=account)
        service.shape = "Default"
        _, inside = service._get_soap_parts(DummyResponse(content=body))  # noqa: SLF001
        (message,) = service._get_soap_messages(inside)  # noqa: SLF001
        page, _ = service._get_page(message)  # noqa: SLF001
        return list(service._elems_to_objs(service._get_elems_from_page(page, None, 0)))  # noqa: SLF001

    assert len(read()) == MEETINGS
    return read


def main() -> None:
    """Measure and print."""
    body = answer()
    found = milliseconds({"ours": ours(body), "exchangelib": library(body), "lxml": lambda: etree.fromstring(body)})
    what = f"{MEETINGS} meetings, {len(body) / 1000:.0f} kB"
    report(
        "ews_parse",
        [
            Row(what, found["ours"], "ms", floor=found["exchangelib"], promise=2.0, floor_is="exchangelib, to objects"),
            Row("beside the bare XML", found["ours"], "ms", floor=found["lxml"], floor_is="lxml, to a tree"),
        ],
    )


if __name__ == "__main__":
    main()
