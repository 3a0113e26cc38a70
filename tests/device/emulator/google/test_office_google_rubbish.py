"""Whatever is sent, the office answers as Google does: never with a failure of its own."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from google_office import AURORA, EVERYTHING
from google_schema import GoogleOracle
from hypothesis import given, settings
from hypothesis import strategies as st

from device.emulator.directory import App
from device.emulator.faults import Faults
from device.emulator.google.batch import run
from device.emulator.google.call import Call, GoogleError
from device.emulator.google.gate import answer_call
from device.emulator.google.grants import Grant
from device.emulator.google.ids import google_id
from device.emulator.google.listing import Known, Place
from device.emulator.google.oauth import CONSENT, JWT_BEARER, REVOKE, TOKEN, answer_oauth
from device.emulator.google.workspace import ADMINISTRATOR, WEB_CLIENT, Workspace
from device.emulator.graph.opaque import opaque
from device.emulator.placing import directory_of, place, visible_mailboxes
from device.emulator.scenario import load_scenario
from device.emulator.tenant import Tenant
from device.emulator.world_clock import WorldClock
from device.model.secret import Secret

START = datetime(2026, 11, 23, 7, 55, tzinfo=UTC)
BASE = "https://127.0.0.1:1"


@pytest.fixture(autouse=True)
def oracle() -> GoogleOracle:
    """Here no server is asked, so there is nothing to judge."""
    return GoogleOracle()


def workspace() -> Workspace:
    scenario = load_scenario("monday")
    made = Tenant(directory_of(scenario), WorldClock(START), Faults())
    place(scenario, START.date(), made)
    made.register(App(client_id="app", secret=Secret("x"), mailboxes=visible_mailboxes(scenario)))
    return Workspace(made, "app")


_MAILBOX = workspace().tenant.mailboxes[AURORA]
EVENT, SERIES, OCCURRENCE = (google_id(_MAILBOX, f"{AURORA}/{key}") for key in ("2", "1", "1#2026-11-23"))
ROOT = f"/calendar/v3/calendars/{AURORA}"
RESOURCES = "/admin/directory/v1/customer/my_customer/resources"
MOMENT = {"dateTime": "2026-11-23T09:00:00", "timeZone": "Europe/Berlin"}
BODY: dict[str, Any] = {
    "id": "abcde01",
    "summary": "Walk-up",
    "description": "words",
    "location": "here",
    "start": MOMENT,
    "end": {"dateTime": "2026-11-24T00:00:00Z"},
    "status": "confirmed",
    "visibility": "private",
    "transparency": "opaque",
    "attendees": [{"email": "guest@elsewhere.example", "responseStatus": "accepted"}],
    "recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20261223T000000Z;COUNT=3;INTERVAL=1"],
    "extendedProperties": {"private": {"a": "b"}, "shared": {"c": "d"}},
}
DAY = BODY | {"start": {"date": "2026-11-23"}, "end": {"date": "2026-11-24"}}
BUSY = {
    "timeMin": "2026-11-23T00:00:00Z",
    "timeMax": "2026-11-24T00:00:00Z",
    "timeZone": "UTC",
    "items": [{"id": AURORA}],
}
CHANNEL = {
    "id": "channel",
    "type": "web_hook",
    "address": "http://127.0.0.1:9/hook",
    "token": "t",
    "params": {"ttl": "60"},
    "expiration": "1795900000000",
}
WINDOW = {"timeMin": "2026-11-23T00:00:00Z", "timeMax": "2026-11-24T00:00:00Z", "singleEvents": "true"}
QUERY = {
    **WINDOW,
    "orderBy": "startTime",
    "maxResults": "3",
    "maxAttendees": "1",
    "timeZone": "UTC",
    "showDeleted": "true",
    "updatedMin": "2026-11-01T00:00:00Z",
    "q": "review",
    "privateExtendedProperty": "a=b",
    "fields": "items(id,start/dateTime),nextPageToken",
}
REQUESTS: tuple[tuple[str, str, Any, dict[str, str]], ...] = (
    ("GET", f"{ROOT}/events", None, QUERY),
    ("GET", f"{ROOT}/events", None, {"syncToken": opaque(Known(sequence=1, epoch=1)), "singleEvents": "true"}),
    ("GET", f"{ROOT}/events", None, {**WINDOW, "pageToken": opaque(Place(at=-4))}),
    ("GET", f"{ROOT}/events", None, {"orderBy": "updated", "showDeleted": "true"}),
    ("GET", f"{ROOT}/events/{SERIES}/instances", None, WINDOW),
    ("GET", f"{ROOT}/events/{OCCURRENCE}", None, {"timeZone": "UTC"}),
    ("POST", f"{ROOT}/events", BODY, {}),
    ("POST", f"{ROOT}/events", DAY, {}),
    ("PATCH", f"{ROOT}/events/{EVENT}", BODY, {}),
    ("PATCH", f"{ROOT}/events/{OCCURRENCE}", BODY, {}),
    ("PUT", f"{ROOT}/events/{EVENT}", BODY, {}),
    ("DELETE", f"{ROOT}/events/{OCCURRENCE}", None, {}),
    ("POST", f"{ROOT}/events/watch", CHANNEL, {"eventTypes": "default"}),
    ("POST", "/calendar/v3/channels/stop", {"id": "channel", "resourceId": "r"}, {}),
    ("POST", "/calendar/v3/freeBusy", BUSY, {}),
    ("GET", "/calendar/v3/users/me/calendarList", None, {"fields": "items/id"}),
    ("GET", f"{RESOURCES}/calendars", None, {"maxResults": "2", "pageToken": opaque(Place(at=1))}),
    ("GET", f"{RESOURCES}/buildings", None, {}),
    ("GET", "/admin/directory/v1/users", None, {"customer": "my_customer", "query": "jon*"}),
    (
        "GET",
        "/v1/people:searchDirectoryPeople",
        None,
        {"query": "j", "readMask": "names", "sources": "x", "pageSize": "1"},
    ),
)
WORDS = (
    "", "0001-01-01T00:00:00", "9999-12-31T23:59:59", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-11-23",
    "9999-12-31", "Pacific/Kiritimati", "Mars", "/etc", "true", "maybe", "RRULE:", "RRULE:FREQ=DAILY;UNTIL=9",
    "RRULE:FREQ=DAILY;INTERVAL=0", "RRULE:FREQ=DAILY;COUNT=-1",
    "tentative", "cancelled", "declined", AURORA, "items(", "a/b/c(*)", "*", "http://[", "x" * 300, "\u0000", "-1",
    "999999999999999999999", "²", "e30=", "1e400",
)  # fmt: skip
leaves = st.none() | st.booleans() | st.integers(-3, 10**20) | st.floats(allow_nan=False) | st.sampled_from(WORDS)
anything = st.recursive(leaves, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner))


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything inside a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(way for key, inner in items for way in places(inner, (*at, key)))]


def changed(value: Any, way: tuple[Any, ...], into: Any) -> Any:
    """The value with something else at the end of a way."""
    if not way:
        return into
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[way[0]] = changed(copy[way[0]], way[1:], into)
    return copy


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, Any, dict[str, str]]:
    """A good request with up to three things in it spoilt."""
    method, path, body, query = draw(st.sampled_from(REQUESTS))
    for _ in range(draw(st.integers(0, 3))):
        if body is not None:
            body = changed(body, draw(st.sampled_from(places(body))), draw(anything))
        if query:
            query = {**query, draw(st.sampled_from(sorted(query))): draw(st.sampled_from(WORDS))}
    return method, path, body, query


def call(method: str, path: str, body: Any, query: dict[str, str]) -> Call:
    grant = Grant(account=ADMINISTRATOR, scopes=frozenset(EVERYTHING))
    told = {name: (value,) for name, value in query.items()}
    return Call(method=method, path=path, base=BASE, grant=grant, query=told, body=body)


async def answered(method: str, path: str, body: Any, query: dict[str, str]) -> int:
    made = workspace()
    answer = await answer_call(made, call(method, path, body, query))
    assert (await answer_call(made, call("GET", f"{ROOT}/events", None, WINDOW))).status == 200
    return answer.status


@settings(max_examples=300)
@given(requests())
def test_rubbish_is_refused_or_done_and_never_an_accident(request: tuple[str, str, Any, dict[str, str]]) -> None:
    assert asyncio.run(answered(*request)) < 500


def test_what_is_spoilt_above_is_good_before() -> None:
    good = [asyncio.run(answered(*request)) for request in REQUESTS]
    assert good == [200, 410, 400, 200, 200, 200, 200, 200, 403, 403, 403, 204, 200, 404, 200, 200, 200, 200, 200, 200]


FORMS = (
    {"grant_type": JWT_BEARER, "assertion": "a.b.c"},
    {"grant_type": "refresh_token", "refresh_token": "1//x", "client_id": WEB_CLIENT, "client_secret": "s"},
    {"grant_type": "authorization_code", "code": "4/x", "redirect_uri": "http://127.0.0.1/", "code_verifier": "v"},
    {
        "client_id": WEB_CLIENT,
        "redirect_uri": "http://127.0.0.1:9/",
        "response_type": "code",
        "scope": "s",
        "state": "s",
    },
    {"token": "t"},
)


@settings(max_examples=150)
@given(
    st.sampled_from((TOKEN, CONSENT, REVOKE)),
    st.sampled_from(FORMS),
    st.dictionaries(st.sampled_from(sorted({name for form in FORMS for name in form})), st.sampled_from(WORDS)),
)
def test_rubbish_at_the_token_endpoint_too(path: str, form: dict[str, str], spoilt: dict[str, str]) -> None:
    for method in ("GET", "POST"):
        assert answer_oauth(_SHARED, method, path, {**form, **spoilt}, BASE).status < 500


_SHARED = workspace()


@settings(max_examples=100)
@given(st.binary(max_size=300), st.sampled_from(("multipart/mixed; boundary=b", "multipart/mixed", "", "text/plain")))
def test_rubbish_for_a_batch(noise: bytes, kind: str) -> None:
    async def answer(call: Call) -> Any:
        return await answer_call(_SHARED, call)

    def authorise(header: str) -> Grant:
        raise GoogleError(401, "required", header)

    part = b"--b\r\nContent-Type: application/http\r\nContent-ID: <1>\r\n\r\n" + noise + b"\r\n--b--"
    for body in (noise, part):
        with suppress(GoogleError):
            told, _ = asyncio.run(run(body, kind, BASE, authorise, "", answer))
            assert b"HTTP/1.1 4" in told
