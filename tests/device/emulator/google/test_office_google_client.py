"""Google's own client, unchanged, against the office over TLS: every call that the office knows."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from google.auth.exceptions import RefreshError
from google_auth_httplib2 import Request as LineRequest
from google_office import (
    AURORA,
    apart,
    calendar,
    line,
    moment,
    refresh_token,
    service,
    service_account,
    wanted,
)
from google_schema import GoogleOracle, described, methods, validator
from googleapiclient.errors import HttpError
from seat import PATIENCE

from device.emulator.event import EventKind
from device.emulator.google.grants import AUTH
from device.emulator.google.routes import ROUTES
from device.emulator.google.workspace import ADMINISTRATOR, Role
from device.emulator.office import Office
from device.model.window import Window, day_window, local_day

TODAY = {"timeMin": "2026-11-23T00:00:00+01:00", "timeMax": "2026-11-24T00:00:00+01:00"}


async def test_a_service_account_gets_access_for_itself_and_for_others(office: Office) -> None:
    for subject in ("", ADMINISTRATOR):
        scopes = (f"{AUTH}calendar.events", f"{AUTH}calendar.events.freebusy")
        credentials = service_account(office, *scopes, subject=subject)
        await apart(lambda made=credentials: made.refresh(LineRequest(line(office))))  # type: ignore[misc]
        assert credentials.valid
        grant = office.workspace.grants.of_access(credentials.token)
        assert grant is not None
        assert (grant.scopes, grant.delegated) == (frozenset(scopes), bool(subject))


async def test_a_refresh_token_gives_access_again_and_again(office: Office) -> None:
    credentials = refresh_token(office)
    tokens = set()
    for _ in range(2):
        await apart(lambda: credentials.refresh(LineRequest(line(office))))
        tokens.add(credentials.token)
    assert len(tokens) == 2


async def test_a_wrong_credential_is_told_as_google_tells_it(office: Office) -> None:
    office.tenant_cloud.secret_expired = True
    for credentials, said in ((service_account(office), "Invalid JWT Signature"), (refresh_token(office), "revoked")):
        with pytest.raises(RefreshError, match=said):
            await apart(lambda made=credentials: made.refresh(LineRequest(line(office))))  # type: ignore[misc]


async def test_a_day_of_a_room_comes_page_by_page(office: Office) -> None:
    events = calendar(office).events()

    def read() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        request = events.list(calendarId=AURORA, singleEvents=True, orderBy="startTime", maxResults=3, **TODAY)
        while request is not None:
            page = request.execute()
            found += page["items"]
            request = events.list_next(request, page)
        return found

    office.workspace.empty_pages = 2
    items = await apart(read)
    room = office.room("aurora")
    mailbox = office.tenant_cloud.mailboxes[AURORA]
    view = mailbox.view(day_window(local_day(office.clock.now, room.room.zone), room.room.zone))
    assert [item["summary"] for item in items] == [event.subject for event in view if not event.cancelled]
    assert all(next(one for one in item["attendees"] if one.get("self"))["email"] == AURORA for item in items)


async def test_an_event_is_entered_read_changed_and_taken_away(office: Office) -> None:
    events = calendar(office).events()

    def live() -> None:
        body = wanted(id="doorlight0123", extendedProperties={"private": {"mark": "1"}}, visibility="private")
        made = events.insert(calendarId=AURORA, body=body).execute()
        assert (made["id"], made["organizer"]["self"], made["creator"]["email"][:5]) == ("doorlight0123", True, "doors")
        assert events.get(calendarId=AURORA, eventId=made["id"]).execute() == made
        patched = events.patch(calendarId=AURORA, eventId=made["id"], body={"end": moment("09:20")}).execute()
        assert patched["end"]["dateTime"] == "2026-11-23T09:20:00+01:00"
        assert patched["extendedProperties"] == made["extendedProperties"]
        whole = {name: patched[name] for name in ("start", "end")} | {"summary": "Other"}
        updated = events.update(calendarId=AURORA, eventId=made["id"], body=whole).execute()
        assert updated["summary"] == "Other"
        assert "extendedProperties" not in updated
        assert int(updated["etag"].strip('"')) > int(patched["etag"].strip('"')) > int(made["etag"].strip('"'))
        assert events.delete(calendarId=AURORA, eventId=made["id"]).execute() == ""
        assert events.get(calendarId=AURORA, eventId=made["id"]).execute()["status"] == "cancelled"

    await apart(live)


async def test_a_version_that_is_not_the_latest_changes_nothing(office: Office) -> None:
    events = calendar(office).events()

    def live() -> None:
        made = events.insert(calendarId=AURORA, body=wanted()).execute()
        for request in (
            events.patch(calendarId=AURORA, eventId=made["id"], body={"summary": "x"}),
            events.delete(calendarId=AURORA, eventId=made["id"]),
        ):
            request.headers["If-Match"] = '"0"'
            with pytest.raises(HttpError) as caught:
                request.execute()
            assert (caught.value.status_code, caught.value.error_details[0]["reason"]) == (412, "conditionNotMet")
        request = events.patch(calendarId=AURORA, eventId=made["id"], body={"summary": "y"})
        request.headers["If-Match"] = made["etag"]
        assert request.execute()["summary"] == "y"

    await apart(live)


async def test_the_occurrences_of_a_series(office: Office) -> None:
    mailbox = office.tenant_cloud.mailboxes[AURORA]
    events = calendar(office).events()
    window = {"timeMin": "2026-11-23T00:00:00Z", "timeMax": "2026-11-28T00:00:00Z"}

    def live() -> None:
        masters = [item for item in events.list(calendarId=AURORA, **window).execute()["items"] if "recurrence" in item]
        assert masters
        for master in masters:
            found = events.instances(calendarId=AURORA, eventId=master["id"], **window).execute()["items"]
            for item in found:
                assert item["recurringEventId"] == master["id"]
                assert item["id"].startswith(f"{master['id']}_")
                assert events.get(calendarId=AURORA, eventId=item["id"]).execute() == item
        last = found[-1]
        changed = events.patch(
            calendarId=AURORA, eventId=last["id"], body={"extendedProperties": {"private": {"a": "b"}}}
        )
        assert changed.execute()["originalStartTime"] == last["originalStartTime"]

    await apart(live)
    assert any(event.kind is EventKind.EXCEPTION and event.properties for event in mailbox.view(_week()))


def _week() -> Window:
    return Window(start=datetime(2026, 11, 23, tzinfo=UTC), end=datetime(2026, 11, 28, tzinfo=UTC))


async def test_a_new_series_repeats_by_its_rule(office: Office) -> None:
    events = calendar(office).events()

    def live() -> None:
        body = wanted("Standing", "07:00", "07:10", recurrence=["RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4"])
        made = events.insert(calendarId=AURORA, body=body).execute()
        assert made["recurrence"] == ["RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4"]
        found = events.instances(calendarId=AURORA, eventId=made["id"]).execute()["items"]
        assert [item["start"]["dateTime"][:10] for item in found] == [
            "2026-11-23",
            "2026-11-25",
            "2026-11-30",
            "2026-12-02",
        ]

    await apart(live)


@pytest.mark.parametrize("single", [True, False])
async def test_a_sync_token_brings_what_changed_and_runs_out(single: bool, office: Office) -> None:
    events = calendar(office).events()

    def live() -> None:
        def listed(**more: Any) -> dict[str, Any]:
            found: dict[str, Any] = events.list(calendarId=AURORA, singleEvents=single, **more).execute()
            return found

        token = listed(maxResults=2500)["nextSyncToken"]
        assert listed(syncToken=token)["items"] == []
        made = events.insert(calendarId=AURORA, body=wanted()).execute()
        gone = events.insert(calendarId=AURORA, body=wanted("Gone", "07:00", "07:10")).execute()
        events.delete(calendarId=AURORA, eventId=gone["id"]).execute()
        news = listed(syncToken=token)
        assert {item["id"]: item["status"] for item in news["items"]} == {
            made["id"]: "confirmed",
            gone["id"]: "cancelled",
        }
        assert listed(syncToken=news["nextSyncToken"])["items"] == []
        with pytest.raises(HttpError) as caught:
            listed(syncToken=token, timeMin="2026-11-23T00:00:00Z")
        assert caught.value.status_code == 400
        office.control.expire_cursors()
        with pytest.raises(HttpError) as caught:
            listed(syncToken=news["nextSyncToken"])
        assert (caught.value.status_code, caught.value.error_details[0]["reason"]) == (410, "fullSyncRequired")

    await apart(live)


async def test_when_others_are_busy(office: Office) -> None:
    def live() -> dict[str, Any]:
        items = [{"id": AURORA}, {"id": "nobody@office.example"}]
        body = {"timeMin": TODAY["timeMin"], "timeMax": TODAY["timeMax"], "items": items}
        answer: dict[str, Any] = calendar(office).freebusy().query(body=body).execute()
        return answer

    told = (await apart(live))["calendars"]
    assert told["nobody@office.example"]["errors"] == [{"domain": "global", "reason": "notFound"}]
    assert told[AURORA]["busy"]
    assert all(set(period) == {"start", "end"} for period in told[AURORA]["busy"])


async def test_calendars_their_list_and_settings(office: Office) -> None:
    def live() -> None:
        api = calendar(office)
        assert api.calendars().get(calendarId=AURORA).execute()["autoAcceptInvitations"] is True
        assert api.calendarList().get(calendarId=AURORA).execute()["accessRole"] == "writer"
        assert len(api.calendarList().list().execute()["items"]) == len(office.rooms)
        assert api.settings().get(setting="timezone").execute()["value"] == "Europe/Berlin"
        with pytest.raises(HttpError):
            api.settings().get(setting="nonsense").execute()

    await apart(live)


async def test_the_domains_rooms_buildings_and_people(office: Office) -> None:
    def live() -> None:
        admin = service(office, "admin", "directory_v1", refresh_token(office), "/")
        listed = admin.resources().calendars()
        request, rooms = listed.list(customer="my_customer", maxResults=2), []
        while request is not None:
            page = request.execute()
            rooms += page["items"]
            request = listed.list_next(request, page)
        assert [room["resourceEmail"] for room in rooms] == [entry.address for entry in office.rooms]
        buildings = admin.resources().buildings().list(customer="my_customer").execute()["buildings"]
        assert {room["buildingId"] for room in rooms} == {building["buildingId"] for building in buildings}
        users = admin.users().list(customer="my_customer", query="jonas").execute()["users"]
        assert [user["primaryEmail"] for user in users] == ["jonas.weber@office.example"]
        people = service(office, "people", "v1", refresh_token(office), "/")
        found = people.people().searchDirectoryPeople(
            query="jon", readMask="names,emailAddresses", sources=["DIRECTORY_SOURCE_TYPE_DOMAIN_PROFILE"]
        )
        assert found.execute()["people"][0]["emailAddresses"][0]["value"] == "jonas.weber@office.example"

    await apart(live)


async def test_several_calls_in_one(office: Office) -> None:
    told: dict[str, Any] = {}

    def live() -> None:
        api = calendar(office)
        api.settings().get(setting="locale").execute()  # a batch fetches no access over our line
        batch = api.new_batch_http_request(callback=lambda key, answer, error: told.update({key: error or answer}))
        batch._batch_uri = f"{office.authority}/batch/calendar/v3"  # which goes to Google whatever the endpoint is
        batch.add(api.events().list(calendarId=AURORA, singleEvents=True, **TODAY), request_id="list")
        batch.add(api.events().insert(calendarId=AURORA, body=wanted("In a batch")), request_id="insert")
        batch.add(api.events().get(calendarId=AURORA, eventId="nothing11"), request_id="missing")
        batch.add(api.events().list(calendarId="nobody@office.example"), request_id="unknown")
        batch.execute()

    await apart(live)
    assert told["list"]["items"]
    for key, schema in (("list", "Events"), ("insert", "Event")):  # which the judge does not see inside a batch
        assert validator("calendar", schema).is_valid(told[key])
    assert told["insert"]["summary"] == "In a batch"
    assert [told[key].status_code for key in ("missing", "unknown")] == [404, 404]


async def test_only_what_was_asked_for_comes(office: Office) -> None:
    def live() -> None:
        events = calendar(office).events()
        page = events.list(calendarId=AURORA, fields="items(id,start/dateTime),timeZone", **TODAY).execute()
        assert set(page) == {"items", "timeZone"}
        assert all(set(item) <= {"id", "start"} and set(item["start"]) == {"dateTime"} for item in page["items"])
        with pytest.raises(HttpError) as caught:
            events.list(calendarId=AURORA, fields="items(id").execute()
        assert caught.value.error_details[0]["reason"] == "invalidParameter"

    await apart(live)


async def test_a_question_too_long_for_an_address_is_understood(office: Office) -> None:
    def live() -> None:
        many = [f"name{number}={'x' * 60}" for number in range(60)]
        request = calendar(office).events().list(calendarId=AURORA, privateExtendedProperty=many)
        assert request.execute()["items"] == []

    await apart(live)


class Receiver:
    """Who is called about a channel."""

    def __init__(self) -> None:
        self.calls: list[dict[str, str]] = []

    async def handle(self, request: web.Request) -> web.Response:
        assert await request.read() == b""
        self.calls.append(dict(request.headers))
        return web.Response(status=200)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.calls) < count:  # noqa: ASYNC110 - what is waited for comes over the network
                await asyncio.sleep(0.005)


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        yield receiver, str(server.make_url("/hook"))


async def test_a_calendar_is_watched_until_nobody_wants_it_any_more(
    office: Office, receiver: tuple[Receiver, str]
) -> None:
    who, url = receiver
    api = calendar(office)
    body = {"id": "channel-1", "type": "web_hook", "address": url, "token": "t0ken", "params": {"ttl": "3600"}}
    made = await apart(lambda: api.events().watch(calendarId=AURORA, body=body).execute())
    await who.until(1)
    office.control.add_meeting("aurora")
    await who.until(2)
    first, second = who.calls
    assert (first["X-Goog-Resource-State"], first["X-Goog-Message-Number"]) == ("sync", "1")
    assert second["X-Goog-Resource-State"] == "exists"
    assert int(second["X-Goog-Message-Number"]) > 1
    for call in who.calls:
        assert (call["X-Goog-Channel-ID"], call["X-Goog-Channel-Token"]) == ("channel-1", "t0ken")
        assert call["X-Goog-Resource-ID"] == made["resourceId"]
    assert int(made["expiration"]) == int((office.clock.now + timedelta(hours=1)).timestamp() * 1000)
    stop = {"id": "channel-1", "resourceId": made["resourceId"]}
    assert await apart(lambda: api.channels().stop(body=stop).execute()) == ""
    with pytest.raises(HttpError):
        await apart(lambda: api.channels().stop(body=stop).execute())
    with pytest.raises(HttpError):
        await apart(lambda: api.events().watch(calendarId=AURORA, body=body).execute())


async def test_whoever_sees_only_busy_times_sees_no_words(office: Office) -> None:
    office.workspace.share(AURORA, Role.FREE_BUSY)

    def live() -> None:
        page = calendar(office).events().list(calendarId=AURORA, **TODAY).execute()
        assert page["accessRole"] == "freeBusyReader"
        for item in page["items"]:
            assert not {"summary", "description", "location", "attendees", "organizer", "creator"} & set(item)

    await apart(live)
    office.workspace.share(AURORA, Role.READER)

    def hidden() -> None:
        page = calendar(office).events().list(calendarId=AURORA, **TODAY).execute()
        private = [item for item in page["items"] if item.get("visibility") == "private"]
        assert private
        assert all("summary" not in item for item in private)
        assert any("summary" in item for item in page["items"])

    await apart(hidden)


def test_every_route_is_one_of_googles_with_googles_own_scopes() -> None:
    known = methods("calendar") | methods("directory") | methods("people")
    for route in ROUTES:
        method = known[route.name]
        assert method["httpMethod"] == route.method
        assert route.scopes == {scope.removeprefix(AUTH) for scope in method["scopes"]}, route.name


async def test_the_judge_finds_what_is_not_in_the_schema(office: Office, oracle: GoogleOracle) -> None:
    def live() -> dict[str, Any]:
        page: dict[str, Any] = calendar(office).events().list(calendarId=AURORA, **TODAY).execute()
        return page

    page = await apart(live)
    assert oracle.judged["calendar.events.list"] == 1
    judge = validator("calendar", "Events")
    assert judge.is_valid(page)
    for wrong in (
        page | {"nonsense": 1},
        page | {"items": [page["items"][0] | {"subject": "x"}]},
        page | {"items": [page["items"][0] | {"start": {"dateTime": 5}}]},
        page | {"items": {}},
    ):
        assert not judge.is_valid(wrong)
    assert described("calendar")["revision"] >= "20261030"
