"""The hands on the world: each act does what its sentence says."""

from datetime import date, timedelta

import httpx
import pytest
from office_clients import ROOM, TODAY, subjects

from device.emulator.control import News
from device.emulator.event import Event
from device.emulator.faults import Fault, Network
from device.emulator.mailbox import event_bounds
from device.emulator.office import Office
from device.model.clock import ClockTrust
from device.model.safetext import SafeText
from device.model.window import Window


def meetings(office: Office, room: str = "aurora") -> list[Event]:
    entry = office.room(room)
    window = Window(start=office.clock.now, end=office.clock.now + timedelta(hours=12))
    return office.tenant_cloud.mailboxes[entry.address].view(window)


async def test_a_meeting_is_added_from_now(office: Office) -> None:
    said = office.control.add_meeting("aurora", title="Just now")
    assert said == "“Just now” takes Aurora 08:55–09:25."
    first = meetings(office)[0]
    assert (first.subject, event_bounds(first, "UTC").start) == ("Just now", office.clock.now)


async def test_a_meeting_is_added_when_the_room_is_free_again(office: Office) -> None:
    assert office.control.add_meeting("borealis", title="Then").startswith("“Then” takes Borealis 09:30")


async def test_the_running_meeting_is_moved_cancelled_and_made_private(
    office: Office, graph: httpx.AsyncClient
) -> None:
    room = "users/borealis@office.example"
    assert office.control.make_private("borealis") == "“Mentoring” is private now."
    item = (await graph.get(f"{room}/calendarView", params={**TODAY, "$filter": ""})).json()["value"][0]
    assert (item["subject"], item["sensitivity"]) == ("Mentoring", "private")
    assert office.control.move_meeting("borealis", timedelta(minutes=20)) == "“Mentoring” is moved by 20 minutes."
    assert office.control.cancel_meeting("borealis") == "“Mentoring” is cancelled."
    item = (await graph.get(f"{room}/calendarView", params=TODAY)).json()["value"][0]
    assert item["isCancelled"]
    assert item["subject"] == "Canceled: Mentoring"
    assert item["start"]["dateTime"].startswith("2026-11-23T07:50")


async def test_what_is_cancelled_is_not_the_current_meeting_any_more(office: Office) -> None:
    assert "Mentoring" in office.control.cancel_meeting("borealis")
    assert "Daily stand-up" in office.control.cancel_meeting("borealis")


async def test_a_meeting_in_several_rooms_changes_in_all_of_them(office: Office) -> None:
    cloud = office.tenant_cloud
    event = meetings(office, "cosmos")[1]
    twin = cloud.mailboxes["noor@office.example"].add(
        Event(id="twin", when=event.when, subject=event.subject, uid=event.uid, original=event.original)
    )
    office.control.move_meeting("cosmos")
    moved = cloud.mailboxes["noor@office.example"].find(twin.id)
    assert moved is not None
    assert event_bounds(moved, "UTC").start == event_bounds(event, "UTC").start + timedelta(minutes=30)


async def test_a_room_without_meetings_says_so(office: Office) -> None:
    office.control.jump(timedelta(days=60))
    assert office.control.cancel_meeting("noor") == "نور has no meeting now or ahead."
    assert office.control.add_meeting("nowhere") == "There is no room nowhere."


async def test_hostile_titles_are_safe_in_sentences(office: Office) -> None:
    said = office.control.add_meeting("noor", title="\x1b[2J\u202e" + "x" * 5000)
    assert said == SafeText(said)
    assert len(said) < 120


async def test_every_change_bumps_the_version_and_the_record(office: Office, graph: httpx.AsyncClient) -> None:
    before = (await graph.get(f"{ROOM}/calendarView", params=TODAY)).json()["value"]
    office.control.move_meeting("aurora", timedelta(minutes=5))
    after = (await graph.get(f"{ROOM}/calendarView", params=TODAY)).json()["value"]
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 1
    old, new = changed[0]
    assert old["id"] == new["id"]
    assert old["changeKey"] != new["changeKey"]
    assert old["@odata.etag"] != new["@odata.etag"]


async def test_the_network_is_cut_and_restored_on_the_same_port(office: Office, graph: httpx.AsyncClient) -> None:
    assert await subjects(graph)
    assert office.control.toggle_network() == "The network is cut."
    with pytest.raises(httpx.TransportError):
        await graph.get(ROOM)
    assert office.control.toggle_network() == "The network is back."
    assert await subjects(graph)


async def test_a_silent_network_lets_callers_wait(office: Office, graph: httpx.AsyncClient) -> None:
    office.control.cut_network(silent=True)
    with pytest.raises(httpx.TransportError):
        await graph.get(ROOM, timeout=0.2)
    office.control.restore_network()
    assert await subjects(graph)


async def test_access_expires_at_once_and_new_access_is_good(office: Office, graph: httpx.AsyncClient) -> None:
    assert office.control.expire_access() == "1 access token expired."
    answer = await graph.get(f"{ROOM}/calendarView", params=TODAY)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"
    assert office.control.expire_access() == "0 access tokens expired."


async def test_the_provider_goes_wrong_in_turn_and_right_again(office: Office, graph: httpx.AsyncClient) -> None:
    statuses = []
    for _ in range(4):
        office.control.next_error()
        statuses.append((await graph.get(ROOM)).status_code)
    assert statuses == [429, 503, 403, 404]
    for _ in range(4):
        said = office.control.next_error()
    assert said == "The provider is all right again."
    assert (await graph.get(ROOM)).status_code == 200


async def test_the_clock_is_wrong_for_the_device_only(office: Office) -> None:
    assert office.control.toggle_clock() == "The device's clock says 1970-01-01 01:00."
    assert office.clock.read_device().trust is ClockTrust.FLOOR
    assert office.clock.now.year == 2026
    assert office.control.toggle_clock() == "The device's clock is right again."
    assert office.control.wrong_clock(timedelta(hours=-3)) == "The device's clock says 2026-11-23 05:55."


async def test_time_jumps_and_runs(office: Office) -> None:
    assert office.control.jump(timedelta(minutes=65)) == "It is Monday 10:00."
    assert office.control.jump_to(date(2026, 11, 24), "07:30") == "It is Tuesday 07:30."
    assert office.control.set_rate(60) == "Time runs 60 times as fast."
    assert office.control.set_rate(1) == "Time runs as it does outside."
    assert office.control.set_rate(-1).startswith("Time cannot run like that")
    assert office.control.jump(timedelta(days=99999)) == "So far the time cannot be moved."


async def test_everything_can_be_put_right_at_once(office: Office, graph: httpx.AsyncClient) -> None:
    office.control.cut_network()
    office.control.provider_error(Fault.UNAVAILABLE)
    office.control.slow_down(3)
    office.control.wrong_clock()
    office.control.all_right()
    assert office.faults.network is Network.UP
    assert office.clock.read_device() == office.clock.read()
    assert await subjects(graph)


async def test_what_happens_is_news(office: Office) -> None:
    heard: list[News] = []
    office.control.on_news(heard.append)
    office.control.cut_network()
    office.control.add_meeting("nowhere")
    assert [news.text for news in heard] == ["The network is cut."]
    assert list(office.control.news) == heard
