"""The product's own Google provider at the office: what the scenario says is what the door reads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from google_schema import GoogleOracle
from office_clients import StillClock, all_of

from device.agent.settings import build
from device.calendars.google import PROVIDER
from device.calendars.google.options import Options
from device.calendars.interface import AccessToken, Booking, RoomCalendar
from device.emulator.faults import Fault
from device.emulator.mailbox import event_bounds
from device.emulator.office import Office, open_office
from device.emulator.scenario import scenario_names
from device.model.errors import CalendarBusy, CalendarUnreachable, CredentialRefused, MalformedAnswer, RoomNotFound
from device.model.occurrence import Occurrence, Response
from device.model.safetext import SafeText
from device.model.window import Window, window_around


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(all_of("google", "monday"), tmp_path, machine=StillClock()) as opened:
        yield opened


@asynccontextmanager
async def door(office: Office, name: str = "aurora") -> AsyncIterator[RoomCalendar]:
    """The calendar of a room, opened as an agent opens it: from the settings that the office gives out."""
    settings = build(office.agent_settings(name), Path("agent.toml"))
    assert isinstance(settings.options, Options)
    assert PROVIDER.mint is not None
    token = await PROVIDER.mint(settings.options, settings.room.id, office.clock)

    async def access() -> AccessToken:
        return token

    async with PROVIDER.open_room(settings.room, settings.options, access, office.clock) as calendar:
        yield calendar


def around(office: Office, name: str = "aurora") -> Window:
    return window_around(office.clock.now, office.room(name).room.zone)


def by_title(occurrences: tuple[Occurrence, ...], title: str) -> Occurrence:
    return next(occurrence for occurrence in occurrences if occurrence.title == title)


@pytest.mark.parametrize("name", scenario_names())
async def test_every_room_of_every_scenario_is_read_whole(name: str, tmp_path: Path) -> None:
    async with open_office(all_of("google", name), tmp_path / "..", machine=StillClock()) as office:
        with GoogleOracle().watching(office):
            for entry in office.rooms:
                await _is_read_whole(office, entry.name)


async def _is_read_whole(office: Office, name: str) -> None:
    window, entry = around(office, name), office.room(name)
    mailbox = office.tenant_cloud.mailboxes[entry.address]
    async with door(office, name) as calendar:
        if office.workspace.role_of("", entry.address).value == "none":
            with pytest.raises(RoomNotFound):
                await calendar.read(window)
            return
        read = await calendar.read(window)
    events = [event for event in mailbox.view(window) if not event.cancelled]
    assert read.skipped == ()
    assert [one.bounds(entry.room.zone) for one in read.occurrences] == [
        event_bounds(event, entry.room.zone) for event in events
    ]
    assert [one.title for one in read.occurrences] == [SafeText(event.subject) for event in events]
    assert [one.response is Response.DECLINED for one in read.occurrences] == [
        event.response == "declined" for event in events
    ]
    assert [one.private for one in read.occurrences] == [event.sensitivity == "private" for event in events]


async def test_the_agent_takes_the_settings_that_the_office_gives_out(office: Office) -> None:
    for entry in office.rooms:
        settings = build(office.agent_settings(entry.name), Path("agent.toml"))
        assert (settings.room, settings.provider.value) == (entry.room, "google")
        assert "PRIVATE KEY" not in repr(settings)


async def test_the_door_sees_what_people_do_in_the_office(office: Office) -> None:
    async with door(office, "borealis") as calendar:
        window = around(office, "borealis")
        office.control.make_private("borealis")
        assert by_title((await calendar.read(window)).occurrences, "Mentoring").private
        office.control.cancel_meeting("borealis")
        assert "Mentoring" not in [one.title for one in (await calendar.read(window)).occurrences]


async def test_a_booking_at_the_door_is_in_the_calendar_once(office: Office) -> None:
    now = office.clock.now
    booking = Booking(key="press-1", start=now, end=now + timedelta(minutes=30))
    async with door(office) as calendar:
        booked = await calendar.book(booking)
        assert await calendar.book(booking) == booked
        longer = await calendar.extend(booked, now + timedelta(minutes=35))
        await calendar.check_in(longer, now)
        office.clock.jump(timedelta(minutes=10))
        await calendar.end(longer, now + timedelta(minutes=10))
    mailbox = office.tenant_cloud.mailboxes["aurora@office.example"]
    (found,) = (event for event in mailbox.stored() if event.response == "organizer")
    assert event_bounds(found, mailbox.zone) == Window(start=now, end=now + timedelta(minutes=10))


async def test_pages_may_be_empty_and_are_followed_all_the_same(office: Office) -> None:
    async with door(office) as calendar:
        expected = (await calendar.read(around(office))).occurrences
        office.workspace.empty_pages = 4
        assert (await calendar.read(around(office))).occurrences == expected


async def test_faults_of_the_way_and_of_the_provider_are_told_apart(office: Office) -> None:
    async with door(office) as calendar:
        window = around(office)
        office.faults.add(Fault.THROTTLED, retry_after="2.128", times=1)
        with pytest.raises(CalendarBusy) as busy:
            await calendar.read(window)
        assert busy.value.retry_after == timedelta(seconds=2.128)
        for fault in (Fault.HTML, Fault.GARBAGE, Fault.HUGE, Fault.REDIRECT):
            office.faults.add(fault, times=1)
            with pytest.raises(MalformedAnswer):
                await calendar.read(window)
        for fault in (Fault.RESET, Fault.TRUNCATED, Fault.GATEWAY_TIMEOUT):
            office.faults.add(fault, times=1)
            with pytest.raises(CalendarUnreachable):
                await calendar.read(window)
        office.control.cut_network()
        with pytest.raises(CalendarUnreachable):
            await calendar.read(window)
        office.control.restore_network()
        assert (await calendar.read(window)).server_date == office.clock.now


async def test_a_clock_that_is_wrong_is_no_wrong_key(office: Office) -> None:
    office.workspace.clock_ahead = timedelta(minutes=90)
    with pytest.raises(CalendarUnreachable, match="clock"):
        async with door(office):
            """Nobody comes here."""
    office.workspace.clock_ahead = timedelta()
    office.control.expire_secret()
    with pytest.raises(CredentialRefused):
        async with door(office):
            """Nobody comes here."""
