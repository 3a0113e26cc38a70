"""Published samples, by Google and by the tests of programs that others wrote: each must mean what its source says."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from far_side import far_side
from google_room import DATA, always, open_google

from device.calendars.google.api import refusal
from device.calendars.google.events import Reader
from device.calendars.google.shapes import decode_event
from device.calendars.http import Answer
from device.calendars.interface import Skipped, WindowRead
from device.model.errors import (
    AccessDenied,
    AccessExpired,
    CalendarBusy,
    CalendarError,
    CalendarUnreachable,
    OccurrenceGone,
)
from device.model.occurrence import FreeBusy
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.window import Dates, Window

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the published samples are not here")
EVER = Window(start=datetime.fromisoformat("2000-01-01T00:00Z"), end=datetime.fromisoformat("2040-01-01T00:00Z"))


def sample(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def bodies(told: Any) -> list[dict[str, Any]]:
    """Every event and page of events in a sample, at whatever depth it keeps them."""
    if isinstance(told, list):
        return [body for each in told for body in bodies(each)]
    if not isinstance(told, dict):
        return []
    if "items" in told or ("start" in told and "end" in told and "id" in told):
        return [told]
    return [body for each in told.values() for body in bodies(each)]


async def read(body: Any, folder: Path, calendar: str = "primary@x.example", zone: str = "Europe/Oslo") -> WindowRead:
    room = Room(id=calendar, name=SafeText("Room"), zone=zone)
    async with far_side(always(body), folder) as side, open_google(side, room) as opened:
        return await opened.read(EVER)


@pytest.mark.parametrize(
    ("name", "of_a_list", "of_an_event"),
    [
        ("400-timeRangeEmpty", CalendarUnreachable, CalendarUnreachable),
        ("401-authError", AccessExpired, AccessExpired),
        ("403-forbiddenForNonOrganizer", AccessDenied, AccessDenied),
        ("403-quotaExceeded", CalendarBusy, CalendarBusy),
        ("403-userRateLimitExceeded", CalendarBusy, CalendarBusy),
        ("409-conflict", CalendarUnreachable, OccurrenceGone),
        ("410-deleted", CalendarUnreachable, OccurrenceGone),
        ("410-fullSyncRequired", CalendarUnreachable, OccurrenceGone),
        ("410-updatedMinTooLongAgo", CalendarUnreachable, OccurrenceGone),
        ("412-conditionNotMet", CalendarUnreachable, OccurrenceGone),
        ("500-backendError", CalendarUnreachable, CalendarUnreachable),
    ],
)
def test_googles_own_errors(name: str, of_a_list: type[CalendarError], of_an_event: type[CalendarError]) -> None:
    told = sample(f"error-{name}")
    headers = httpx.Headers({"Content-Type": "application/json"})
    answer = Answer(status=told["http_status"], headers=headers, body=json.dumps(told["body"]).encode())
    for item, kind in ((False, of_a_list), (True, of_an_event)):
        error = refusal(answer, item=item)
        assert isinstance(error, kind)
        assert isinstance(error, CalendarBusy) is (kind is CalendarBusy)


async def test_whole_days_in_the_calendar_of_a_resource(tmp_path: Path) -> None:
    told = sample("gcal_sync-api-list_events_with_all_day_event_in_resource_calendar")
    (body,) = bodies(told["responses_in_order"])
    calendar = "some-calendar-id@resource.calendar.google.com"
    found = await read(body, tmp_path, calendar)
    assert [(one.when, one.free_busy) for one in found.occurrences] == [
        (Dates(first=date(2022, 4, 13), until=date(2022, 4, 14)), FreeBusy.FREE),
        (Dates(first=date(2022, 4, 14), until=date(2022, 4, 20)), FreeBusy.BUSY),
    ]


async def test_whole_days_and_hours_in_anybodys_calendar(tmp_path: Path) -> None:
    pages = bodies(sample("gcal_sync-api-list_events_page_token")) + bodies(sample("gcal_sync-sync-event_lookup_items"))
    assert pages
    for body in pages:
        found = await read(body | {"nextPageToken": ""}, tmp_path)
        assert found.skipped == ()
        for item, occurrence in zip(body.get("items", []), found.occurrences, strict=True):
            assert occurrence.id == item["id"]
            assert occurrence.title == item["summary"]
            assert occurrence.all_day is ("date" in item["start"])
            if "dateTime" in item["start"]:
                assert occurrence.bounds("UTC").start == datetime.fromisoformat(item["start"]["dateTime"])


async def test_what_was_cancelled_does_not_stay(tmp_path: Path) -> None:
    pages = [body for body in bodies(sample("gcal_sync-sync-canceled_events")) if "items" in body]
    assert any(item.get("status") == "cancelled" for body in pages for item in body["items"])
    for body in pages:
        found = await read(body, tmp_path)
        assert found.skipped == ()
        cancelled = {item["id"] for item in body["items"] if item.get("status") == "cancelled"}
        shown = {one.id for one in found.occurrences if not one.cancelled}
        assert shown == {item["id"] for item in body["items"]} - cancelled


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("gcal_sync-model-invalid_all_day_event_duration", date(2022, 11, 24)),
        ("gcal_sync-timeline-invalid_rrule_until_spurious_date", date(2023, 8, 2)),
    ],
)
async def test_a_day_that_ends_before_it_is_over_is_a_day(name: str, day: date, tmp_path: Path) -> None:
    (body,) = bodies(sample(name))
    (occurrence,) = (await read({"items": [body]}, tmp_path)).occurrences
    assert occurrence.when == Dates(first=day, until=day + timedelta(days=1))


def test_every_sample_that_is_an_event_can_be_read() -> None:
    reader = Reader("primary@x.example", "Europe/Oslo")
    read_well, broken = 0, []
    for path in sorted(DATA.glob("*.json")):
        for body in bodies(sample(path.stem)):
            for item in body.get("items", [body]):
                if not isinstance(item, dict) or "id" not in item or "date_time" in str(item):
                    continue  # in the words of the program that was tested
                event = decode_event(item)
                if isinstance(event, Skipped):
                    broken.append(path.stem)
                    continue
                if not event.is_skeleton and event.start is not None:
                    try:
                        reader._meeting(event)
                    except ValueError:
                        broken.append(path.stem)
                        continue
                read_well += 1
    assert read_well > 30
    assert broken == []
