"""The product's own Exchange provider at the office: what the scenario says is what the door reads, by every room."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from office_clients import StillClock, all_of

from device.agent.settings import build
from device.calendars.exchange import PROVIDER
from device.calendars.exchange.options import Options
from device.calendars.interface import AccessToken, Booking, RoomCalendar
from device.emulator.ews.item_writer import SUBJECT
from device.emulator.faults import Fault
from device.emulator.mailbox import event_bounds
from device.emulator.office import Office, open_office
from device.emulator.scenario import scenario_names
from device.model.errors import CalendarBusy, CalendarUnreachable, MalformedAnswer
from device.model.safetext import SafeText
from device.model.window import Window, window_around


@pytest.fixture
async def on_premises(tmp_path: Path, machine: StillClock) -> AsyncIterator[Office]:
    async with open_office(all_of("exchange", "monday"), tmp_path, machine=machine) as opened:
        yield opened


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


@pytest.mark.parametrize("name", scenario_names())
async def test_every_room_of_every_scenario_is_read_whole(name: str, tmp_path: Path) -> None:
    async with open_office(all_of("exchange", name), tmp_path, machine=StillClock()) as office:
        for entry in office.rooms:
            window = around(office, entry.name)
            async with door(office, entry.name) as calendar:
                read = await calendar.read(window)
            events = office.tenant_cloud.mailboxes[entry.address].view(window)
            assert read.skipped == ()
            assert [one.bounds(entry.room.zone) for one in read.occurrences] == [
                event_bounds(event, entry.room.zone) for event in events
            ]
            # Where Exchange has put the organizer's name in the subject's place, there is no title to show. A control
            # character, which XML cannot carry, is replaced.
            for occurrence, event in zip(read.occurrences, events, strict=True):
                named = event.organizer and event.subject == event.organizer.name
                if event.subject.isprintable():
                    assert occurrence.title == SafeText("" if named else event.subject[:SUBJECT])
                assert occurrence.private == (event.sensitivity == "private")
                assert occurrence.cancelled == event.cancelled


async def test_what_people_do_in_the_office_is_seen_and_what_they_do_at_the_door_is_there(on_premises: Office) -> None:
    office, now = on_premises, on_premises.clock.now
    async with door(office, "borealis") as calendar:
        window = around(office, "borealis")
        cursor = (await calendar.read(window)).cursor
        office.control.make_private("borealis")
        assert await calendar.changed(cursor)
        assert any(one.private for one in (await calendar.read(window)).occurrences)
        office.control.cancel_meeting("borealis")
        assert any(one.cancelled for one in (await calendar.read(window)).occurrences)
        booked = await calendar.book(Booking(key="press-1", start=now, end=now + timedelta(minutes=30)))
    mailbox = office.tenant_cloud.mailboxes["borealis@office.example"]
    (event,) = (event for event in mailbox.stored() if event.subject == "Booked at the door")
    assert event_bounds(event, mailbox.zone) == booked.bounds("UTC")


async def test_faults_of_the_way_and_of_the_server_are_told_apart(on_premises: Office) -> None:
    office = on_premises
    async with door(office) as calendar:
        window = around(office)
        office.faults.add(Fault.THROTTLED, retry_after="2.128", times=1)
        with pytest.raises(CalendarBusy) as busy:
            await calendar.read(window)
        assert busy.value.retry_after == timedelta(seconds=2.128)
        for fault in (Fault.HTML, Fault.GARBAGE, Fault.HUGE, Fault.REDIRECT):
            office.faults.add(fault, path="/FindItem/", times=1)
            with pytest.raises(MalformedAnswer):
                await calendar.read(window)
        for fault in (Fault.RESET, Fault.TRUNCATED, Fault.GATEWAY_TIMEOUT, Fault.SERVER_ERROR):
            office.faults.add(fault, times=1)
            with pytest.raises(CalendarUnreachable):
                await calendar.read(window)
        office.control.cut_network()
        with pytest.raises(CalendarUnreachable):
            await calendar.read(window)
        office.control.restore_network()
        assert (await calendar.read(window)).server_date == office.clock.now
