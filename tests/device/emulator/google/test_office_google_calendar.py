"""Calendar v3 at the office, by plain HTTP: what is refused and how, and what belongs to whom."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from google_office import AURORA, access_token, moment, plain, reason, wanted
from office_clients import until

from device.emulator.event import Event
from device.emulator.faults import Fault
from device.emulator.google.ids import google_id, key_of
from device.emulator.google.workspace import ADMINISTRATOR, REQUESTS, Role
from device.emulator.office import Office
from device.model.window import window_around

EVENTS = f"calendars/{AURORA}/events"
TODAY = {"timeMin": "2026-11-23T00:00:00+01:00", "timeMax": "2026-11-24T00:00:00+01:00"}


def invited(office: Office) -> Event:
    """A single meeting that somebody invited the room to."""
    events = office.tenant_cloud.mailboxes[AURORA].stored()
    return next(event for event in events if event.rule is None and event.attendees and not event.cancelled)


def identifier(office: Office, event: Event) -> str:
    return google_id(office.tenant_cloud.mailboxes[AURORA], event.id)


async def titles(client: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = await client.get(EVENTS, params={"singleEvents": "true", "orderBy": "startTime", **TODAY, **query})
    assert answer.status_code == 200, answer.text
    return [item.get("summary", "") for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"timeMin": "2026-11-23T00:00:00"}, "badRequest"),
        ({"timeMin": "today"}, "badRequest"),
        ({"timeMin": TODAY["timeMax"], "timeMax": TODAY["timeMin"]}, "timeRangeEmpty"),
        ({"orderBy": "startTime"}, "invalid"),
        ({"orderBy": "colour"}, "invalid"),
        ({"singleEvents": "maybe"}, "invalid"),
        ({"maxResults": "0"}, "invalid"),
        ({"maxResults": "2501"}, "invalid"),
        ({"maxResults": "9" * 40}, "invalid"),
        ({"maxAttendees": "-1"}, "invalid"),
        ({"timeZone": "Nowhere/Atlantis"}, "invalid"),
        ({"pageToken": "nonsense"}, "invalid"),
        ({"fields": "items(id"}, "invalidParameter"),
        ({"fields": ",,"}, "invalidParameter"),
    ],
)
async def test_a_question_that_cannot_be_understood(office: Office, query: dict[str, str], expected: str) -> None:
    async with plain(office) as client:
        assert reason(await client.get(EVENTS, params=query)) == (400, expected)


async def test_a_page_token_is_for_the_same_question(office: Office) -> None:
    async with plain(office) as client:
        query = {"singleEvents": "true", "maxResults": "1", **TODAY}
        token = (await client.get(EVENTS, params=query)).json()["nextPageToken"]
        assert (await client.get(EVENTS, params={**query, "pageToken": token})).status_code == 200
        other = {**query, "singleEvents": "false", "pageToken": token}
        assert reason(await client.get(EVENTS, params=other)) == (400, "invalid")


async def test_times_come_in_the_zone_that_was_asked_for(office: Office) -> None:
    async with plain(office) as client:
        for zone, ending in (("UTC", "Z"), ("Europe/Berlin", "+01:00"), ("America/New_York", "-05:00"), ("", "+01:00")):
            query = {**TODAY, "singleEvents": "true", **({"timeZone": zone} if zone else {})}
            items = (await client.get(EVENTS, params=query)).json()["items"]
            assert all(item["start"]["dateTime"].endswith(ending) for item in items if "dateTime" in item["start"])


async def test_of_many_attendees_only_the_rooms_own_entry_comes(office: Office) -> None:
    async with plain(office) as client:
        items = (await client.get(EVENTS, params={**TODAY, "singleEvents": "true", "maxAttendees": "1"})).json()[
            "items"
        ]
    crowded = [item for item in items if item.get("attendeesOmitted")]
    assert crowded
    for item in crowded:
        (entry,) = item["attendees"]
        assert (entry["self"], entry["resource"], entry["email"]) == (True, True, AURORA)


async def test_what_was_deleted_is_told_only_where_it_is_asked_for(office: Office) -> None:
    async with plain(office) as client:
        made = (await client.post(EVENTS, json=wanted("Gone"))).json()
        assert "Gone" in await titles(client)
        assert (await client.delete(f"{EVENTS}/{made['id']}")).status_code == 204
        assert "Gone" not in await titles(client)
        shown = await client.get(EVENTS, params={**TODAY, "singleEvents": "true", "showDeleted": "true"})
        assert {"id": made["id"], "status": "cancelled"}.items() <= next(
            item for item in shown.json()["items"] if item["id"] == made["id"]
        ).items()
        assert reason(await client.delete(f"{EVENTS}/{made['id']}")) == (410, "deleted")
        assert reason(await client.patch(f"{EVENTS}/{made['id']}", json={})) == (410, "deleted")
        assert reason(await client.get(f"{EVENTS}/nothing11")) == (404, "notFound")


async def test_words_and_marks_can_be_searched_for(office: Office) -> None:
    async with plain(office) as client:
        marks = {"extendedProperties": {"private": {"mark": "a"}, "shared": {"mark": "b"}}}
        await client.post(EVENTS, json=wanted("Needle", **marks))
        assert await titles(client, q="needle") == ["Needle"]
        assert await titles(client, privateExtendedProperty="mark=a") == ["Needle"]
        assert await titles(client, sharedExtendedProperty="mark=b") == ["Needle"]
        assert await titles(client, privateExtendedProperty="mark=b") == []
        assert await titles(client, eventTypes="focusTime") == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"start": None}, (400, "required")),
        ({"end": None}, (400, "required")),
        ({"end": {}}, (400, "required")),
        ({"end": {"dateTime": "soon"}}, (400, "invalid")),
        ({"end": {"dateTime": 5}}, (400, "invalid")),
        ({"end": {"dateTime": "2026-11-23T10:00:00"}}, (400, "required")),
        ({"end": {"dateTime": "2026-11-23T10:00:00", "timeZone": "Nowhere/Atlantis"}}, (400, "invalid")),
        ({"end": {"date": "2026-11-24"}}, (400, "invalid")),
        ({"end": {"date": "2026-11-24", "dateTime": "2026-11-24T10:00:00Z"}}, (400, "invalid")),
        ({"end": moment("08:00")}, (400, "timeRangeEmpty")),
        ({"id": "UPPER"}, (400, "invalid")),
        ({"id": "wxyz1"}, (400, "invalid")),
        ({"id": "abcd"}, (400, "invalid")),
        ({"id": 12345}, (400, "invalid")),
        ({"summary": 5}, (400, "invalid")),
        ({"visibility": "secret"}, (400, "invalid")),
        ({"transparency": "glass"}, (400, "invalid")),
        ({"status": "perhaps"}, (400, "invalid")),
        ({"attendees": "everybody"}, (400, "invalid")),
        ({"recurrence": ["RRULE:FREQ=SECONDLY"]}, (400, "invalid")),
        ({"recurrence": ["EXDATE:20261123"]}, (400, "invalid")),
        ({"recurrence": "RRULE:FREQ=DAILY"}, (400, "invalid")),
        ({"extendedProperties": {"private": {"k" * 45: "v"}}}, (400, "invalid")),
        ({"extendedProperties": {"private": {"k": "v" * 1025}}}, (400, "invalid")),
        ({"extendedProperties": {"private": {"k": 5}}}, (400, "invalid")),
        ({"attendees": [{"email": "guest@elsewhere.example"}]}, (403, "forbiddenForServiceAccounts")),
    ],
)
async def test_an_event_that_cannot_be(office: Office, body: dict[str, Any], expected: tuple[int, str]) -> None:
    fields = {name: value for name, value in (wanted() | body).items() if value is not None}
    async with plain(office) as client:
        assert reason(await client.post(EVENTS, json=fields)) == expected


async def test_an_id_is_used_once(office: Office) -> None:
    async with plain(office) as client:
        body = wanted(id="abcde01234")
        assert (await client.post(EVENTS, json=body)).status_code == 200
        assert reason(await client.post(EVENTS, json=body)) == (409, "duplicate")
        await client.delete(f"{EVENTS}/abcde01234")
        assert reason(await client.post(EVENTS, json=body)) == (409, "duplicate")
        taken = identifier(office, invited(office))
        assert reason(await client.post(EVENTS, json=wanted(id=taken))) == (409, "duplicate")


async def test_a_guest_changes_its_own_answer_and_its_own_properties_alone(office: Office) -> None:
    event = invited(office)
    mailbox = office.tenant_cloud.mailboxes[AURORA]
    path = f"{EVENTS}/{identifier(office, event)}"
    async with plain(office) as client:
        for change in (
            {"summary": "Mine"},
            {"end": moment("23:00")},
            {"description": "x"},
            {"transparency": "transparent"},
            {"extendedProperties": {"shared": {"a": "b"}}},
        ):
            assert reason(await client.patch(path, json=change)) == (403, "forbiddenForNonOrganizer")
        answer = {"attendeesOmitted": True, "attendees": [{"email": AURORA, "responseStatus": "declined"}]}
        marks = {"extendedProperties": {"private": {"a": "b"}}}
        told = (await client.patch(path, json=answer | marks)).json()
    assert next(one for one in told["attendees"] if one.get("self"))["responseStatus"] == "declined"
    assert told["extendedProperties"] == {"private": {"a": "b"}}
    now = mailbox.find(event.id)
    assert now is not None
    assert (now.response, now.attendees, now.when, now.subject) == (
        "declined",
        event.attendees,
        event.when,
        event.subject,
    )


async def test_a_null_takes_a_property_away(office: Office) -> None:
    async with plain(office) as client:
        made = (await client.post(EVENTS, json=wanted(extendedProperties={"private": {"a": "1", "b": "2"}}))).json()
        change = {"extendedProperties": {"private": {"a": None}}}
        told = (await client.patch(f"{EVENTS}/{made['id']}", json=change)).json()
    assert told["extendedProperties"]["private"] == {"b": "2"}


async def test_a_whole_day_becomes_hours_and_back(office: Office) -> None:
    async with plain(office) as client:
        day = {"start": {"date": "2026-11-23"}, "end": {"date": "2026-11-24"}}
        made = (await client.post(EVENTS, json={"summary": "Day", **day})).json()
        assert made["start"] == {"date": "2026-11-23"}
        hours = {"start": moment("09:00") | {"date": None}, "end": moment("10:00") | {"date": None}}
        told = (await client.patch(f"{EVENTS}/{made['id']}", json=hours)).json()
        assert told["start"]["dateTime"] == "2026-11-23T09:00:00+01:00"
        told = (await client.patch(f"{EVENTS}/{made['id']}", json=day)).json()
        assert told["end"] == {"date": "2026-11-24"}


async def test_what_an_account_may_do_decides(office: Office) -> None:
    async with plain(office) as client:
        for role, reads, writes in (
            (Role.NONE, 404, (404, "notFound")),
            (Role.FREE_BUSY, 200, (403, "requiredAccessLevel")),
            (Role.READER, 200, (403, "requiredAccessLevel")),
            (Role.WRITER, 200, None),
        ):
            office.workspace.share(AURORA, role)
            assert (await client.get(EVENTS)).status_code == reads
            answer = await client.post(EVENTS, json=wanted())
            assert answer.status_code == 200 if writes is None else reason(answer) == writes


async def test_a_room_that_is_not_shared_with_it_is_not_there_for_a_service_account(office: Office) -> None:
    async with plain(office) as client:
        assert reason(await client.get("calendars/nobody@office.example/events")) == (404, "notFound")
    async with plain(office, access_token(office, account=ADMINISTRATOR, delegated=True)) as client:
        assert (await client.get(EVENTS)).json()["accessRole"] == "owner"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.THROTTLED, (403, "rateLimitExceeded")),
        (Fault.UNAVAILABLE, (503, "backendError")),
        (Fault.GATEWAY_TIMEOUT, (504, "backendError")),
        (Fault.SERVER_ERROR, (500, "backendError")),
        (Fault.UNAUTHORISED, (401, "authError")),
        (Fault.FORBIDDEN, (403, "forbidden")),
        (Fault.NOT_FOUND, (404, "notFound")),
    ],
)
async def test_faults_are_told_in_googles_words(office: Office, fault: Fault, expected: tuple[int, str]) -> None:
    office.faults.add(fault, times=1, retry_after="7")
    async with plain(office) as client:
        answer = await client.get(EVENTS)
        assert reason(answer) == expected
        assert (await client.get(EVENTS)).status_code == 200


async def test_faults_of_the_way_hit_google_too(office: Office) -> None:
    async with plain(office) as client:
        office.faults.add(Fault.HTML, times=1)
        assert (await client.get(EVENTS)).headers["Content-Type"].startswith("text/html")
        office.faults.add(Fault.GARBAGE, times=1)
        assert (await client.get(EVENTS)).text.endswith('"id": ')
        office.faults.add(Fault.RESET, times=1)
        with pytest.raises(httpx.HTTPError):
            await client.get(EVENTS)
        office.faults.add(Fault.LOST_ANSWER, times=1, method="POST")
        with pytest.raises(httpx.HTTPError):
            await client.post(EVENTS, json=wanted("Kept"))
        assert "Kept" in await titles(client)


async def test_a_wrong_credential_hits_the_token_endpoint_alone(office: Office) -> None:
    office.faults.add(Fault.WRONG_SECRET)
    office.faults.add(Fault.UNAVAILABLE)
    async with plain(office) as client:
        answer = await client.post(f"{office.authority}/token", data={"grant_type": "refresh_token"})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert reason(await client.get(EVENTS)) == (503, "backendError")


async def test_an_account_has_a_quota_and_a_room_may_have_its_own(office: Office) -> None:
    async with plain(office) as client:
        for _ in range(REQUESTS):
            office.workspace.count("doors@doorlight-office.iam.gserviceaccount.com")
        assert reason(await client.get(EVENTS)) == (403, "userRateLimitExceeded")
        assert (await client.get(EVENTS, params={"quotaUser": "aurora"})).status_code == 200
        office.clock.jump(timedelta(minutes=1))
        assert (await client.get(EVENTS)).status_code == 200


class Receiver:
    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.status = 200

    async def handle(self, request: web.Request) -> web.Response:
        self.numbers.append(int(request.headers["X-Goog-Message-Number"]))
        return web.Response(status=self.status)


async def watching(client: httpx.AsyncClient, url: str, **changes: Any) -> httpx.Response:
    body = {"id": "channel", "type": "web_hook", "address": url, "token": "t"} | changes
    return await client.post(f"{EVENTS}/watch", json={name: value for name, value in body.items() if value is not None})


async def test_only_a_server_that_fails_is_called_again(office: Office) -> None:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.handle)
    async with TestServer(app, host="127.0.0.1") as server, plain(office) as client:
        await watching(client, str(server.make_url("/hook")))
        await until(lambda: receiver.numbers == [1])
        receiver.status = 404
        office.control.add_meeting("aurora")
        await until(lambda: len(receiver.numbers) == 2)
        office.clock.jump(timedelta(hours=1))
        receiver.status = 503
        office.control.add_meeting("aurora")
        await until(lambda: len(receiver.numbers) == 3)
        for _ in range(6):
            office.clock.jump(timedelta(minutes=10))
            await asyncio.sleep(0.05)
        await until(lambda: len(receiver.numbers) == 7)
        assert receiver.numbers[2:] == [receiver.numbers[2]] * 5
        office.faults.drop_notifications = True
        office.control.add_meeting("aurora")
    assert len(receiver.numbers) == 7


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"address": "https://hooks.example/x"}, (401, "push.webhookUrlUnauthorized")),
        ({"address": "file:///etc/passwd"}, (401, "push.webhookUrlUnauthorized")),
        ({"address": None}, (400, "required")),
        ({"id": None}, (400, "required")),
        ({"id": "x" * 65}, (400, "invalid")),
        ({"token": "x" * 257}, (400, "invalid")),
        ({"token": 5}, (400, "required")),
        ({"type": "carrier_pigeon"}, (400, "required")),
        ({"params": {"ttl": "soon"}}, (400, "invalid")),
        ({"params": {"ttl": "-5"}}, (400, "invalid")),
        ({"expiration": "1"}, (400, "invalid")),
    ],
)
async def test_a_channel_that_cannot_be(office: Office, changes: dict[str, Any], expected: tuple[int, str]) -> None:
    async with plain(office) as client:
        assert reason(await watching(client, "http://127.0.0.1:9/hook", **changes)) == expected
    assert office.workspace.channels.active() == ()


async def test_a_channel_is_ended_by_whoever_made_it(office: Office) -> None:
    async with plain(office) as client:
        made = (await watching(client, "http://127.0.0.1:9/hook")).json()
        stop = {"id": made["id"], "resourceId": made["resourceId"]}
        async with plain(office, access_token(office, account=ADMINISTRATOR, delegated=True)) as other:
            assert reason(await other.post("channels/stop", json=stop)) == (404, "notFound")
        assert reason(await client.post("channels/stop", json={**stop, "resourceId": "x"})) == (404, "notFound")
        assert (await client.post("channels/stop", json=stop)).status_code == 204


async def test_ids_stand_for_what_they_stand_for(office: Office) -> None:
    mailbox = office.tenant_cloud.mailboxes[AURORA]
    for event in mailbox.view(window_around(office.clock.now, "Europe/Berlin", days=7)):
        assert key_of(mailbox, google_id(mailbox, event.id)) == event.id
    for nonsense in ("", "x", "../..", "abcde_", "abcde_20261399", "abcde_2026", "ÄÖÜ", "a" * 2000):
        assert mailbox.find(key_of(mailbox, nonsense)) is None


async def test_a_meeting_that_was_cancelled_is_not_listed(office: Office) -> None:
    mailbox = office.tenant_cloud.mailboxes[AURORA]
    event = invited(office)
    async with plain(office) as client:
        before = await titles(client)
        mailbox.replace(msgspec.structs.replace(event, cancelled=True))
        assert await titles(client) == [title for title in before if title != event.subject]
        assert (await client.get(f"{EVENTS}/{identifier(office, event)}")).json()["status"] == "cancelled"
