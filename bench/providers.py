"""H8 and F9: what a room's day costs at each provider, with push and without, and what reading a full day costs here.

The day is lived minute by minute by the agent's own poller, with twenty changes in it, against far sides that answer
(`bench.provider_day`); every request is counted. Beside it stands the vendor's own library that reads the same day once
a minute: an hour of it is counted, and taken 24 times. The emulated office does not compress what it sends; vendors do.

Parsing is of 200 events, by the median of rounds taken in turns, beside the bare library on the same bytes.
"""

import asyncio
import json
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from bench import ews_parse, graph_parse, ical_parse
from bench.bare_clients import reader
from bench.graph_parse import EVENTS, PEOPLE, START, SUBJECTS, milliseconds
from bench.provider_day import SIDES, live
from bench.table import Row, report
from device.calendars import Providers
from device.calendars.caldav.collection import Events
from device.calendars.caldav.look import looked
from device.calendars.caldav.multistatus import members
from device.calendars.google.events import Reader
from device.calendars.http import Answer

HOUR = 60


async def counted(member: Providers) -> dict[str, tuple[int, int]]:
    """Requests and bytes of a day: polled, with push, and by the bare library."""
    found = {}
    for name, push in (("polled", False), ("with push", True)):
        with tempfile.TemporaryDirectory() as folder:
            async with SIDES[member](Path(folder)) as side:
                found[name] = await live(side, push=push)
    with tempfile.TemporaryDirectory() as folder:
        async with SIDES[member](Path(folder)) as side:
            read = await reader(side)
            side.counter.taken()
            for _ in range(HOUR):
                await read()
            requests, size = side.counter.taken()
            found["bare"] = requests * 24, size * 24
    return found


def day_rows(member: Providers, found: dict[str, tuple[int, int]]) -> list[Row]:
    """The figures of one provider beside its bare library's."""
    rows = []
    for name in ("polled", "with push"):
        for at, unit in enumerate(("requests", "kB")):
            scale = 1000 if at else 1
            floor = found["bare"][at] / scale
            what = f"{member.value}, a room and day, {name}"
            rows.append(Row(what, found[name][at] / scale, unit, floor=floor, floor_is="bare library each minute"))
    return rows


def google_page() -> bytes:
    """200 events as Google writes them for what a door asks."""
    items = []
    for number in range(EVENTS):
        start = START + timedelta(minutes=20 * number)
        items.append(
            {
                "id": f"c5qn4rric506upj6d5{number:05d}",
                "etag": f'"34{number:012d}"',
                "status": "confirmed",
                "created": "2026-10-30T08:12:44.000Z",
                "summary": SUBJECTS[number % len(SUBJECTS)],
                "organizer": {"email": f"p{number}@office.example", "displayName": PEOPLE[number % len(PEOPLE)]},
                "start": {"dateTime": f"{start:%Y-%m-%dT%H:%M:%SZ}", "timeZone": "Europe/Berlin"},
                "end": {"dateTime": f"{start + timedelta(minutes=15):%Y-%m-%dT%H:%M:%SZ}", "timeZone": "Europe/Berlin"},
                "attendees": [{"email": "aurora@office.example", "self": True, "responseStatus": "accepted"}],
            }
        )
    return json.dumps({"items": items}, ensure_ascii=False).encode()


def google_parsers() -> dict[str, Callable[[], object]]:
    """Ours, and google-api-python-client's way from bytes to what it gives."""
    from googleapiclient.model import JsonModel
    from httplib2 import Response

    body = google_page()
    answer = Answer(status=200, headers=httpx.Headers({"Content-Type": "application/json"}), body=body)
    ours, model, good = Reader("aurora@office.example", "Europe/Berlin"), JsonModel(), Response({"status": "200"})
    assert len(ours.page(answer)[0]) == EVENTS
    return {"ours": lambda: ours.page(answer), "bare": lambda: model.response(good, body)}


def dav_parsers() -> dict[str, Callable[[], object]]:
    """Ours, and the library `caldav` from the same answer of a server to its own components."""
    import icalendar
    from caldav.lib.namespace import ns
    from lxml import etree

    feed = ical_parse.feed(0).decode()
    head, *events = feed.split("BEGIN:VEVENT")
    tail = "END:VCALENDAR\r\n"
    texts = [f"{head}BEGIN:VEVENT{event.removesuffix(tail)}{tail}" for event in events]
    answers = "".join(
        f'<response><href>/aurora/{at}.ics</href><propstat><prop><getetag>"{at}"</getetag>'
        f"<C:calendar-data><![CDATA[{text}]]></C:calendar-data></prop><status>HTTP/1.1 200 OK</status></propstat>"
        "</response>"
        for at, text in enumerate(texts)
    )
    body = f'<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">{answers}</multistatus>'.encode()

    def ours() -> object:
        return looked(Events(members=tuple(members(body))), ical_parse.WINDOW, ical_parse.ZONE, "aurora@office.example")

    def bare() -> list[Any]:
        import recurring_ical_events

        tree = etree.fromstring(body)
        found = []
        for data in tree.iter(ns("C", "calendar-data")):
            one = icalendar.Calendar.from_ical(data.text)
            found += recurring_ical_events.of(one).between(ical_parse.WINDOW.start, ical_parse.WINDOW.end)
        return found

    assert len(looked(Events(members=tuple(members(body))), ical_parse.WINDOW, ical_parse.ZONE, "").found.occurrences)
    return {"ours": ours, "bare": bare}


def parse_rows() -> list[Row]:
    """A day of 200 events, ours beside the bare library's."""
    pages, soap, feed = graph_parse.pages(), ews_parse.answer(), ical_parse.feed(0)
    parsers: dict[str, tuple[str, dict[str, Callable[[], object]], int]] = {
        "google": ("google-api-python-client", google_parsers(), 30),
        "exchange": ("exchangelib", {"ours": ews_parse.ours(soap), "bare": ews_parse.library(soap)}, 30),
        "ics": (
            "icalendar, expanded",
            {"ours": lambda: ical_parse.ours(feed), "bare": lambda: ical_parse.bare(feed)},
            5,
        ),
        "caldav": ("lxml, icalendar, expanded", dav_parsers(), 5),
        "graph": ("msgraph-sdk", {"ours": graph_parse.ours(pages), "bare": graph_parse.sdk(pages)}, 5),
    }
    rows = []
    for name, (bare, readers, rounds) in parsers.items():
        found = milliseconds(readers, rounds=rounds)
        rows.append(
            Row(f"{name}, 200 events parsed", found["ours"], "ms", floor=found["bare"], promise=2.0, floor_is=bare)
        )
    return rows


def main() -> None:
    """Live the days, parse, and print."""
    rows = []
    for member in SIDES:
        rows += day_rows(member, asyncio.run(counted(member)))
    report("providers", [*rows, *parse_rows()])


if __name__ == "__main__":
    main()
