"""Whatever is sent, the office answers as Graph does: never with a failure of its own."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from device.emulator.directory import App
from device.emulator.faults import Faults
from device.emulator.graph.call import Call
from device.emulator.graph.gate import answer_call
from device.emulator.graph.ids import graph_id
from device.emulator.graph.odata import Skip
from device.emulator.graph.opaque import opaque
from device.emulator.placing import directory_of, place, visible_mailboxes
from device.emulator.scenario import load_scenario
from device.emulator.tenant import Tenant
from device.emulator.world_clock import WorldClock
from device.model.secret import Secret

START = datetime(2026, 11, 23, 7, 55, tzinfo=UTC)
ROOM = "aurora@office.example"


def tenant() -> tuple[Tenant, App]:
    scenario = load_scenario("monday")
    made = Tenant(directory_of(scenario), WorldClock(START), Faults())
    place(scenario, START.date(), made)
    app = made.register(App(client_id="app", secret=Secret("x"), mailboxes=visible_mailboxes(scenario)))
    return made, app


EVENT, OCCURRENCE = (graph_id(key, immutable=True) for key in (f"{ROOM}/2", f"{ROOM}/1#2026-11-23"))
MOMENT = {"dateTime": "2026-11-23T09:00:00", "timeZone": "Europe/Berlin"}
LATER = {"dateTime": "2026-11-24T00:00:00", "timeZone": "UTC"}
BODY = {
    "subject": "Walk-up",
    "start": MOMENT,
    "end": LATER,
    "isAllDay": False,
    "showAs": "busy",
    "transactionId": "key",
    "categories": ["red"],
    "body": {"contentType": "text", "content": "words"},
    "location": {"displayName": "here"},
    "attendees": [{"emailAddress": {"address": "a@office.example", "name": "A"}, "type": "required"}],
    "singleValueExtendedProperties": [{"id": "String {bf2722d5-ad38-4c8e-83f9-848ea9617aba} Name x", "value": "1"}],
}
RECURRENCE = {
    "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"]},
    "range": {"type": "endDate", "startDate": "2026-11-23", "endDate": "2026-12-23", "numberOfOccurrences": 3},
}
SCHEDULE = {"schedules": [ROOM], "startTime": MOMENT, "endTime": LATER, "availabilityViewInterval": 30}
SUBSCRIPTION = {
    "changeType": "created,updated",
    "notificationUrl": "http://127.0.0.1:9/notify",
    "lifecycleNotificationUrl": "http://127.0.0.1:9/lifecycle",
    "resource": f"/users/{ROOM}/events",
    "expirationDateTime": "2026-11-24T09:00:00Z",
    "clientState": "state",
}
STEP = {"id": "1", "method": "POST", "url": f"/users/{ROOM}/events", "headers": {"Prefer": "x"}, "body": BODY}
WINDOW = {"startDateTime": "2026-11-23T00:00:00Z", "endDateTime": "2026-11-24T00:00:00Z"}
QUERY = {
    **WINDOW,
    "$top": "3",
    "$skip": "1",
    "$select": "subject,start",
    "$orderby": "start/dateTime desc",
    "$expand": "singleValueExtendedProperties($filter=id eq 'String x')",
    "$count": "true",
}
REQUESTS: tuple[tuple[str, str, Any, dict[str, str]], ...] = (
    ("POST", f"/users/{ROOM}/events", BODY, {}),
    ("POST", f"/users/{ROOM}/events", {**BODY, "recurrence": RECURRENCE}, {}),
    ("POST", f"/users/{ROOM}/events", {**BODY, "isAllDay": True, "start": LATER, "end": LATER}, {}),
    ("PATCH", f"/users/{ROOM}/events/{EVENT}", BODY, {}),
    ("PATCH", f"/users/{ROOM}/events/{OCCURRENCE}", BODY, {}),
    ("POST", f"/users/{ROOM}/events/{EVENT}/decline", {"comment": "no"}, {}),
    ("POST", f"/users/{ROOM}/calendar/getSchedule", SCHEDULE, {}),
    ("POST", "/subscriptions", SUBSCRIPTION, {}),
    ("POST", "/$batch", {"requests": [STEP, {**STEP, "id": "2", "dependsOn": ["1"]}]}, {}),
    ("GET", f"/users/{ROOM}/calendarView", None, QUERY),
    ("GET", f"/users/{ROOM}/events", None, {**QUERY, "$filter": "subject eq 'x'"}),
    ("GET", f"/users/{ROOM}/calendarView/delta", None, WINDOW),
    ("GET", f"/users/{ROOM}/calendarView/delta", None, {"$deltatoken": opaque(Skip(at=1))}),
    ("GET", f"/users/{ROOM}/calendarView", None, {**WINDOW, "$skiptoken": opaque(Skip(at=-4))}),
)
WORDS = (
    "", "0001-01-01T00:00:00", "9999-12-31T23:59:59", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-11-23",
    "Pacific/Kiritimati", "Pacific/Honolulu", "Mars", "noEnd", "numbered", "daily", "absoluteMonthly", "9999-12-31",
    "DELETE", "http://[", "x" * 300, "\u0000", "String x", "-1", "999999999999999999999", "²", "e30=",
)  # fmt: skip
PREFERENCES = ("", 'outlook.timezone="Pacific/Kiritimati"', "odata.maxpagesize=²", 'IdType="ImmutableId"', '="",;=')
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
def requests(draw: st.DrawFn) -> tuple[str, str, Any, dict[str, str], str]:
    """A good request with up to three things in it spoilt."""
    method, path, body, query = draw(st.sampled_from(REQUESTS))
    for _ in range(draw(st.integers(0, 3))):
        if body is not None:
            body = changed(body, draw(st.sampled_from(places(body))), draw(anything))
        if query:
            query = {**query, draw(st.sampled_from(sorted(query))): draw(st.sampled_from(WORDS))}
    return method, path, body, query, draw(st.sampled_from(PREFERENCES))


async def answered(method: str, path: str, body: Any, query: dict[str, str], prefer: str) -> int:
    made, app = tenant()
    base, headers = "https://127.0.0.1/v1.0", {"prefer": prefer}
    call = Call(method=method, path=path, app=app, base=base, query=query, headers=headers, body=body)
    answer = await answer_call(made, call)
    view = Call(method="GET", path=f"/users/{ROOM}/calendarView", app=app, base=base, query=WINDOW)
    assert (await answer_call(made, view)).status == 200
    return answer.status


@settings(max_examples=200)
@given(requests())
def test_rubbish_is_refused_or_done_and_never_an_accident(request: tuple[str, str, Any, dict[str, str], str]) -> None:
    assert asyncio.run(answered(*request)) < 500


def test_what_is_spoilt_above_is_good_before() -> None:
    good = [asyncio.run(answered(method, path, body, query, "")) for method, path, body, query in REQUESTS[:12]]
    assert good == [201, 201, 400, 200, 200, 202, 200, 400, 200, 200, 200, 200]
