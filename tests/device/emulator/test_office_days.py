"""Whenever a scenario begins, both changes of the clock included, every room has a well-formed day."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device.emulator.event import Event, EventKind
from device.emulator.faults import Faults
from device.emulator.mailbox import event_bounds
from device.emulator.office import Office, first_instant, open_office
from device.emulator.placing import directory_of, place
from device.emulator.scenario import Scenario, load_scenario, scenario_names
from device.emulator.tenant import Tenant
from device.emulator.world_clock import WorldClock
from device.model.availability import DoorState, availability
from device.model.clock import ClockTrust
from device.model.freshness import Freshness
from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.window import Dates, Window, day_window, window_around

CHANGES = [date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29), date(2026, 12, 31), date(2027, 3, 28)]


def placed(scenario: Scenario, day: date) -> Tenant:
    start = first_instant(scenario, datetime.combine(day, time(0, 30)))
    tenant = Tenant(directory_of(scenario), WorldClock(start), Faults())
    place(scenario, day, tenant)
    return tenant


def check(scenario: Scenario, day: date) -> None:
    tenant = placed(scenario, day)
    for mailbox in tenant.mailboxes.values():
        found = [
            event
            for offset in (-1, 0, 1, 2)
            for event in mailbox.view(day_window(day + timedelta(days=offset), mailbox.zone))
        ]
        for event in found:
            bounds = event_bounds(event, mailbox.zone)
            assert bounds.start < bounds.end
            assert mailbox.find(event.id) == event
            if not isinstance(event.when, Dates):
                assert bounds.end - bounds.start <= timedelta(hours=25)
        once = [event.id for event in mailbox.view(window_around(tenant.clock.now, mailbox.zone))]
        assert len(once) == len(set(once))


@pytest.mark.parametrize("name", scenario_names())
@pytest.mark.parametrize("day", CHANGES)
def test_days_on_which_the_clock_changes_are_well_formed(name: str, day: date) -> None:
    check(load_scenario(name), day)


SCENARIOS = [load_scenario(name) for name in scenario_names()]


@settings(max_examples=40)
@given(st.sampled_from(SCENARIOS), st.dates(date(2020, 1, 1), date(2037, 1, 1)))
def test_any_day_is_well_formed(scenario: Scenario, day: date) -> None:
    check(scenario, day)


def test_a_daily_meeting_keeps_its_time_on_the_wall_across_both_changes() -> None:
    scenario = load_scenario("dst-night")
    for first in (date(2026, 10, 25), date(2026, 3, 29)):
        mailbox = placed(scenario, first).mailboxes["leitstand@office.example"]
        window = Window(
            start=datetime.combine(first - timedelta(days=5), time(), UTC),
            end=datetime.combine(first + timedelta(days=5), time(), UTC),
        )
        found = [event for event in mailbox.view(window) if event.subject == "Across all of it"]
        walls = {event_bounds(event, "UTC").start.astimezone(ZoneInfo("Europe/Berlin")).time() for event in found}
        assert len(found) == 10
        assert walls == {time(4)}


def test_the_second_half_past_two_is_not_the_first() -> None:
    tenant = placed(load_scenario("dst-night"), date(2026, 10, 25))
    mailbox = tenant.mailboxes["leitstand@office.example"]
    night = mailbox.view(day_window(date(2026, 10, 25), "Europe/Berlin"))
    starts = {event.subject: event_bounds(event, mailbox.zone).start for event in night}
    assert starts["In the second half past two"] == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert starts["After the change"] - starts["Before the change"] == timedelta(hours=2, minutes=15)


def door_states(office: Office) -> dict[str, DoorState]:
    """What a perfect door would say at each room now."""
    now = office.clock.now
    states = {}
    for entry in office.rooms:
        window = window_around(now, entry.room.zone)
        occurrences = [_occurrence(event) for event in office.tenant_cloud.mailboxes[entry.address].view(window)]
        freshness = Freshness(confirmed_at=now, window=window)
        states[entry.name] = availability(now, occurrences, entry.room, freshness, ClockTrust.TRUSTED).state
    return states


def _occurrence(event: Event) -> Occurrence:
    busy = FreeBusy.FREE if event.show_as == "free" else FreeBusy.BUSY
    response = Response.DECLINED if event.response == "declined" else Response.ACCEPTED
    return Occurrence(id=event.id, when=event.when, free_busy=busy, response=response, cancelled=event.cancelled)


async def test_monday_begins_with_every_word_that_a_door_can_say(office: Office) -> None:
    assert door_states(office) == {
        "aurora": DoorState.FREE,
        "borealis": DoorState.IN_USE,
        "cosmos": DoorState.STARTING,
        "etoile": DoorState.CHECK_IN,
        "akari": DoorState.IN_USE,
        "noor": DoorState.CLOSED,
    }


async def test_an_occurrence_that_was_changed_takes_the_place_of_the_one_that_was_not(office: Office) -> None:
    mailbox = office.tenant_cloud.mailboxes["borealis@office.example"]
    window = Window(start=office.clock.now, end=office.clock.now + timedelta(days=5))
    stand_ups = [event for event in mailbox.view(window) if event.subject == "Daily stand-up"]
    walls = [
        f"{event_bounds(event, 'UTC').start.astimezone(ZoneInfo('Europe/Berlin')):%a %H:%M}" for event in stand_ups
    ]
    assert walls == ["Mon 09:45", "Tue 10:30", "Wed 09:45", "Fri 09:45"]
    assert [event.kind for event in stand_ups].count(EventKind.EXCEPTION) == 1


async def test_rooms_with_exchanges_defaults_tell_the_organizer_in_place_of_the_subject(tmp_path: Path) -> None:
    async with open_office("all-hands", tmp_path) as office:
        window = Window(start=office.clock.now, end=office.clock.now + timedelta(hours=3))
        titles = {
            entry.name: office.tenant_cloud.mailboxes[entry.address].view(window)[-1].subject for entry in office.rooms
        }
    assert titles["ponta"] == "Inês Carvalho"
    assert titles["atlantico"].startswith("All hands")


async def test_a_start_of_ones_own_is_taken_on_the_wall_of_the_office(tmp_path: Path) -> None:
    start = datetime(2030, 6, 3, 13, 20)  # noqa: DTZ001 - on the wall of the office
    async with open_office("monday", tmp_path, start=start, rate=60) as office:
        assert office.first_day == date(2030, 6, 3)
        assert office.clock.now.astimezone(ZoneInfo("Europe/Berlin")).hour == 13
        assert office.clock.rate == 60
