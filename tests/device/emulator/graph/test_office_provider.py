"""The product's own Graph provider at the office: what the scenario says is what the door reads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from office_clients import StillClock, all_of

from device.agent.settings import build
from device.calendars.graph import PROVIDER
from device.calendars.graph.options import Options
from device.calendars.interface import AccessToken, Booking, RoomCalendar
from device.emulator.faults import Fault
from device.emulator.mailbox import event_bounds
from device.emulator.office import Office, open_office
from device.emulator.scenario import scenario_names
from device.model.errors import CalendarBusy, CalendarUnreachable, MalformedAnswer
from device.model.occurrence import Occurrence
from device.model.safetext import SafeText
from device.model.window import Window, window_around


@asynccontextmanager
async def door(office: Office, name: str = "aurora") -> AsyncIterator[RoomCalendar]:
    """The calendar of a room, opened as an agent opens it: from the settings that the office gives out."""
    settings = build(office.agent_settings(name), Path("agent.toml"))
    options = settings.options
    assert isinstance(options, Options)
    assert PROVIDER.mint is not None
    token = await PROVIDER.mint(options, settings.room.id, office.clock)

    async def access() -> AccessToken:
        return token

    async with PROVIDER.open_room(settings.room, options, access, office.clock) as calendar:
        yield calendar


def around(office: Office, name: str = "aurora") -> Window:
    return window_around(office.clock.now, office.room(name).room.zone)


def by_title(occurrences: tuple[Occurrence, ...], title: str) -> Occurrence:
    return next(occurrence for occurrence in occurrences if occurrence.title == title)


@pytest.mark.parametrize("name", scenario_names())
async def test_every_room_of_every_scenario_is_read_whole(name: str, tmp_path: Path) -> None:
    async with open_office(all_of("graph", name), tmp_path, machine=StillClock()) as office:
        for entry in office.rooms:
            window = around(office, entry.name)
            async with door(office, entry.name) as calendar:
                read = await calendar.read(window)
            events = office.tenant_cloud.mailboxes[entry.address].view(window)
            assert read.skipped == ()
            assert [occurrence.bounds(entry.room.zone) for occurrence in read.occurrences] == [
                event_bounds(event, entry.room.zone) for event in events
            ]
            # Where Exchange has put the organizer's name in the subject's place, there is no title to show.
            assert [occurrence.title for occurrence in read.occurrences] == [
                SafeText("" if event.organizer and event.subject == event.organizer.name else event.subject)
                for event in events
            ]


async def test_the_agent_takes_the_settings_that_the_office_gives_out(office: Office) -> None:
    for entry in office.rooms:
        settings = build(office.agent_settings(entry.name), Path("agent.toml"))
        assert settings.room == entry.room
        assert len(settings.neighbours) == len(office.rooms) - 1


async def test_the_door_sees_what_people_do_in_the_office(office: Office) -> None:
    async with door(office, "borealis") as calendar:
        window = around(office, "borealis")
        office.control.make_private("borealis")
        assert by_title((await calendar.read(window)).occurrences, "Mentoring").private
        office.control.cancel_meeting("borealis")
        assert by_title((await calendar.read(window)).occurrences, "Canceled: Mentoring").cancelled


async def test_a_booking_at_the_door_is_in_the_mailbox_once(office: Office) -> None:
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
    found = [event for event in mailbox.stored() if event.transaction]
    assert len(found) == 1
    assert event_bounds(found[0], mailbox.zone) == Window(start=now, end=now + timedelta(minutes=10))


async def test_faults_of_the_way_and_of_the_provider_are_told_apart(office: Office) -> None:
    async with door(office) as calendar:
        window = around(office)
        office.faults.add(Fault.THROTTLED, retry_after="2.128", times=1)
        with pytest.raises(CalendarBusy) as busy:
            await calendar.read(window)
        assert busy.value.retry_after is not None
        assert busy.value.retry_after >= timedelta(seconds=2.128)
        for fault in (Fault.HTML, Fault.GARBAGE, Fault.HUGE):
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
