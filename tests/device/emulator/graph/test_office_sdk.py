"""Microsoft's own SDK, unchanged, against the office over TLS: what it reads is complete and in its own schema."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphServiceClient
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.event import Event
from msgraph.generated.models.event_type import EventType
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.room import Room
from msgraph.generated.models.schedule_information import ScheduleInformation
from msgraph.generated.models.subscription import Subscription
from msgraph.generated.users.item.calendar.get_schedule.get_schedule_post_request_body import GetSchedulePostRequestBody
from msgraph.generated.users.item.calendar_view.calendar_view_request_builder import CalendarViewRequestBuilder
from msgraph.generated.users.item.calendar_view.delta.delta_request_builder import DeltaRequestBuilder
from office_clients import wanted
from sdk_side import lost, plain, read_as, sdk_for, unknown

from device.emulator.office import Office

ROOM = "aurora@office.example"
WEEK = {"start_date_time": "2026-11-23T00:00:00Z", "end_date_time": "2026-11-30T00:00:00Z"}


@pytest.fixture
async def sdk(office: Office) -> AsyncIterator[GraphServiceClient]:
    async with sdk_for(office) as client:
        yield client


def view(**more: Any) -> Any:
    builder = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters
    return RequestConfiguration(query_parameters=builder(**WEEK, **more))


async def test_the_week_of_a_room_comes_page_by_page(sdk: GraphServiceClient) -> None:
    room = sdk.users.by_user_id(ROOM)
    page = await room.calendar_view.get(view())
    assert page is not None
    assert page.value is not None
    assert len(page.value) == 10
    titles = [event.subject for event in page.value]
    while page.odata_next_link:
        page = await room.calendar_view.with_url(page.odata_next_link).get()
        assert page is not None
        assert page.value is not None
        titles += [event.subject for event in page.value]
    assert titles.count("Early shift handover") == 5
    assert titles.count("Sprint planning") == 1
    assert "定例会議：みらい商事さま" in titles
    assert len(titles) == 15


async def test_an_event_is_made_moved_and_taken_away(sdk: GraphServiceClient) -> None:
    events = sdk.users.by_user_id(ROOM).events
    event = Event(
        subject="Walk-up",
        start=DateTimeTimeZone(date_time="2026-11-23T08:55:00", time_zone="Europe/Berlin"),
        end=DateTimeTimeZone(date_time="2026-11-23T09:25:00", time_zone="W. Europe Standard Time"),
        transaction_id="5b1a",
    )
    made = await events.post(event)
    again = await events.post(event)
    assert made is not None
    assert again is not None
    assert made.id == again.id
    assert made.type is EventType.SingleInstance
    assert made.start is not None
    assert made.start.date_time == "2026-11-23T07:55:00.0000000"
    longer = Event(end=DateTimeTimeZone(date_time="2026-11-23T08:30:00", time_zone="UTC"))
    changed = await events.by_event_id(str(made.id)).patch(longer)
    assert changed is not None
    assert changed.end is not None
    assert changed.end.date_time == "2026-11-23T08:30:00.0000000"
    assert changed.change_key != made.change_key
    await events.by_event_id(str(made.id)).delete()
    with pytest.raises(ODataError) as refused:
        await events.by_event_id(str(made.id)).get()
    assert refused.value.response_status_code == 404
    assert refused.value.error is not None
    assert refused.value.error.code == "ErrorItemNotFound"


async def test_a_delta_tells_what_is_new_and_what_is_gone(sdk: GraphServiceClient, office: Office) -> None:
    delta = sdk.users.by_user_id(ROOM).calendar_view.delta
    builder = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters
    first = await delta.get(RequestConfiguration(query_parameters=builder(**WEEK)))
    assert first is not None
    assert first.odata_delta_link
    nothing = await delta.with_url(first.odata_delta_link).get()
    assert nothing is not None
    assert nothing.value == []
    office.control.add_meeting("aurora", title="Just now")
    assert nothing.odata_delta_link
    news = await delta.with_url(nothing.odata_delta_link).get()
    assert news is not None
    assert news.value is not None
    assert [event.subject for event in news.value] == ["Just now"]


async def test_busy_times_of_several_rooms_come_in_one_answer(sdk: GraphServiceClient) -> None:
    body = GetSchedulePostRequestBody(
        schedules=[ROOM, "borealis@office.example", "nobody@office.example"],
        start_time=DateTimeTimeZone(date_time="2026-11-23T08:00:00", time_zone="Europe/Berlin"),
        end_time=DateTimeTimeZone(date_time="2026-11-23T12:00:00", time_zone="Europe/Berlin"),
        availability_view_interval=30,
    )
    answer = await sdk.users.by_user_id(ROOM).calendar.get_schedule.post(body)
    assert answer is not None
    assert answer.value is not None
    aurora, borealis, nobody = answer.value
    assert aurora.availability_view == "20022202"
    assert borealis.schedule_items is not None
    assert [item.subject for item in borealis.schedule_items] == ["Mentoring", "Daily stand-up", "Rozmowa kwartalna"]
    assert nobody.error is not None
    assert nobody.error.response_code == "ErrorMailRecipientNotFound"
    assert unknown(answer) == []


async def test_the_rooms_of_the_house_are_places(sdk: GraphServiceClient) -> None:
    rooms = await sdk.places.graph_room.get()
    lists = await sdk.places.graph_room_list.get()
    assert rooms is not None
    assert rooms.value is not None
    assert lists is not None
    assert lists.value is not None
    assert [room.email_address for room in rooms.value][:2] == [ROOM, "borealis@office.example"]
    assert rooms.value[0].capacity == 8
    assert [each.display_name for each in lists.value] == ["Lighthouse", "Boathouse"]


async def test_subscriptions_are_listed_and_ended_by_their_app(sdk: GraphServiceClient) -> None:
    answer = await sdk.subscriptions.get()
    assert answer is not None
    assert answer.value == []
    bad = Subscription(
        change_type="updated",
        notification_url="https://hooks.example/notify",
        resource=f"/users/{ROOM}/events",
        expiration_date_time=datetime.now(UTC) + timedelta(hours=1),
    )
    with pytest.raises(ODataError):
        await sdk.subscriptions.post(bad)


async def test_nothing_that_the_office_says_of_events_is_unknown_to_the_schema(
    graph: httpx.AsyncClient, office: Office
) -> None:
    series = wanted(
        "Series",
        recurrence={
            "pattern": {"type": "weekly", "interval": 2, "daysOfWeek": ["monday", "friday"]},
            "range": {"type": "numbered", "startDate": "2026-11-23", "numberOfOccurrences": 4},
        },
    )
    assert (await graph.post(f"users/{ROOM}/events", json=series)).status_code == 201
    for entry in office.rooms:
        for path in ("events", "calendarView"):
            params = {"startDateTime": WEEK["start_date_time"], "endDateTime": WEEK["end_date_time"], "$top": "200"}
            answer = await graph.get(f"users/{entry.address}/{path}", params=params)
            for item in answer.json()["value"]:
                parsed = read_as(Event, item)
                assert unknown(parsed) == []
                assert lost(item, plain(parsed)) == []


async def test_nothing_that_the_office_says_of_rooms_and_schedules_is_unknown_to_the_schema(
    graph: httpx.AsyncClient,
) -> None:
    rooms = (await graph.get("places/microsoft.graph.room")).json()["value"]
    body = {
        "schedules": ["borealis@office.example", "cosmos@office.example"],
        "startTime": {"dateTime": "2026-11-23T00:00:00", "timeZone": "UTC"},
        "endTime": {"dateTime": "2026-11-25T00:00:00", "timeZone": "UTC"},
    }
    schedules = (await graph.post(f"users/{ROOM}/calendar/getSchedule", json=body)).json()["value"]
    assert len(rooms) == 6
    assert len(schedules) == 2
    for kind, items in ((Room, rooms), (ScheduleInformation, schedules)):
        for item in items:
            parsed = read_as(kind, item)
            assert unknown(parsed) == []
            assert lost(item, plain(parsed)) == []
