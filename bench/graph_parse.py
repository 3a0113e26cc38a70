"""F9: a window of 200 events, two pages of Graph's JSON, made into the occurrences of a room.

The floor is what the bare client library needs to make dictionaries of the same bytes: httpx reads JSON by the standard
library. Beside it stand the official SDK, which makes objects as we do, and the fastest decoder there is.
"""

import asyncio
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import msgspec

from bench.table import Row, report
from device.calendars.graph.events import Meeting
from device.calendars.graph.mailbox import Mailbox
from device.calendars.graph.view import read_view
from device.calendars.http import Answer
from device.model.window import Window

ROUNDS = 60
EVENTS = 200
START = datetime(2026, 11, 23, 6, tzinfo=UTC)
PEOPLE = (
    "Inês Carvalho",
    "Jonas Weber",
    "山本 由紀",
    "Siobhán O’Neill",
    "Priya Raghunathan",
    "Tom Baker",
    "Olúwaṣeun Adéyẹmí",
)
SUBJECTS = (
    "Design review: the new door",
    "Sprint planning",
    "定例会議：みらい商事さま",
    "Kundentermin Stadtwerke – Angebot & Zeitplan",
    "1:1",
    "Quarterly business review with the whole of the sales department 🎉",
    "Interview",
)


def event(number: int) -> dict[str, Any]:
    """One event, with the properties that a door asks for, as Exchange writes them."""
    start = START + timedelta(minutes=20 * number)
    item: dict[str, Any] = {
        "@odata.etag": f'W/"qIkRKy24jUSQwhcjI6uJIQAIopR{number:05d}=="',
        "id": f"AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0AqIkRKy24jUSQwhcjI6uJIQAI{number:08d}AAA=",
        "createdDateTime": "2026-10-30T08:12:44.1234567Z",
        "subject": SUBJECTS[number % len(SUBJECTS)] + (f" {number}" if number % 2 else ""),
        "sensitivity": "normal" if number % 9 else "private",
        "isAllDay": number % 40 == 7,
        "isCancelled": False,
        "isOrganizer": False,
        "showAs": "busy" if number % 5 else "tentative",
        "seriesMasterId": None
        if number % 3
        else "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0AqIkRKy24jUSQwhcjI6uJIQAImasterAAA=",
        "responseStatus": {"response": "accepted", "time": "2026-10-30T08:12:51.0000000Z"},
        "start": {"dateTime": f"{start:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"},
        "end": {"dateTime": f"{start + timedelta(minutes=20):%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"},
        "organizer": {
            "emailAddress": {
                "name": f"{PEOPLE[number % len(PEOPLE)]} {number % 5}",
                "address": f"person{number % 35}@contoso.example",
            }
        },
    }
    if item["isAllDay"]:
        item["start"]["dateTime"] = f"{start:%Y-%m-%d}T00:00:00.0000000"
        item["end"]["dateTime"] = f"{start + timedelta(days=1):%Y-%m-%d}T00:00:00.0000000"
    return item


def pages() -> list[httpx.Response]:
    """The window as Graph would send it: UTF-8, a hundred a page."""
    answers = []
    for at in range(0, EVENTS, 100):
        body: dict[str, Any] = {
            "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users('aurora')/calendarView(id,subject)",
            "value": [event(number) for number in range(at, at + 100)],
        }
        if at + 100 < EVENTS:
            body["@odata.nextLink"] = "https://graph.microsoft.com/v1.0/users/aurora/calendarView?$skiptoken=100"
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        answers.append(httpx.Response(200, headers={"Content-Type": "application/json"}, content=raw))
    return answers


class Told:
    """A mailbox whose answers are there already: what is left of reading a window is the work of this machine."""

    def __init__(self, responses: list[httpx.Response]) -> None:
        self._answers = [Answer(status=200, headers=response.headers, body=response.content) for response in responses]

    async def get(self, *_: object) -> Answer:
        """The first page."""
        return self._answers[0]

    async def follow(self, *_: object) -> Answer:
        """The second."""
        return self._answers[1]


def ours(responses: list[httpx.Response]) -> Callable[[], list[Meeting]]:
    """The whole way: decoded, put into our words, made safe, filtered, sorted."""
    mailbox = cast("Mailbox", Told(responses))
    window = Window(start=START - timedelta(days=1), end=START + timedelta(days=5))
    loop = asyncio.new_event_loop()

    def read() -> list[Meeting]:
        return loop.run_until_complete(read_view(mailbox, window, "Europe/Berlin")).meetings

    assert len(read()) == EVENTS
    return read


def sdk(responses: list[httpx.Response]) -> Callable[[], object]:
    """The same made into objects by the official SDK."""
    from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory
    from msgraph.generated.models.event_collection_response import EventCollectionResponse

    factory = JsonParseNodeFactory()

    def read() -> object:
        return [
            factory.get_root_parse_node("application/json", response.content).get_object_value(EventCollectionResponse)
            for response in responses
        ]

    return read


def milliseconds(readers: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """The median processor time of each, taken in turns, so that the machine's moods hit all alike."""
    for read in readers.values():
        read()
    taken: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(rounds):
        for name, read in readers.items():
            began = time.process_time()
            read()
            taken[name].append((time.process_time() - began) * 1000)
    return {name: statistics.median(times) for name, times in taken.items()}


def main() -> None:
    """Measure and print."""
    responses = pages()
    found = milliseconds(
        {
            "ours": ours(responses),
            "httpx": lambda: [response.json() for response in responses],
            "msgspec": lambda: [msgspec.json.decode(response.content) for response in responses],
        }
    )
    # The SDK takes seconds, and its thousands of modules burden the garbage collector: it comes last and alone.
    found |= milliseconds({"sdk": sdk(responses)}, rounds=3)
    what = f"{EVENTS} events, {sum(len(response.content) for response in responses) / 1000:.0f} kB"
    report(
        "graph_parse",
        [
            Row(what, found["ours"], "ms", floor=found["httpx"], promise=2.0, floor_is="httpx, to dictionaries"),
            Row("beside the official SDK", found["ours"], "ms", floor=found["sdk"], floor_is="msgraph-sdk, to objects"),
            Row("beside the fastest", found["ours"], "ms", floor=found["msgspec"], floor_is="msgspec, to dictionaries"),
        ],
    )


if __name__ == "__main__":
    main()
