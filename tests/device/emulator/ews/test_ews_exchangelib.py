"""exchangelib, unchanged and used by itself, against the office: what it reads, writes and hears is what is there."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from exchangelib import BASIC, NTLM, CalendarItem, EWSDate, EWSDateTime, ExtendedProperty, Mailbox
from exchangelib import UTC as EWS_UTC
from exchangelib.errors import (
    ErrorImpersonateUserDenied,
    ErrorInvalidSyncStateData,
    ErrorItemNotFound,
    ErrorNonExistentMailbox,
    ErrorServerBusy,
    ErrorSubscriptionNotFound,
    UnauthorizedError,
)
from exchangelib.ewsdatetime import EWSTimeZone
from exchangelib.recurrence import DailyPattern, Recurrence, WeeklyPattern

from device.emulator.faults import Fault
from device.emulator.office import Office

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # exchangelib leaves sockets to the garbage collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
DAY = EWSDateTime(2026, 11, 23, tzinfo=EWS_UTC)
Apart = Callable[[Callable[[], Any]], Awaitable[Any]]


def hour(number: float) -> EWSDateTime:
    return DAY + timedelta(hours=number)


def titles(account: Any, days: int = 1, start: EWSDateTime = DAY) -> list[str]:
    return [
        item.subject for item in account.calendar.view(start=start, end=start + timedelta(days=days), max_items=500)
    ]


@pytest.mark.parametrize("auth", [BASIC, NTLM])
async def test_a_day_is_read_either_way(office: Office, account_of: Any, apart: Apart, auth: str) -> None:
    office.exchange.schemes = ("NTLM",) if auth == NTLM else ("Basic",)
    found = await apart(lambda: titles(account_of(auth=auth)))
    assert found[:2] == ["Early shift handover", "Design review: the new door"]
    assert len(found) == 9


async def test_how_to_sign_in_and_what_is_spoken_is_found_out(account_of: Any, apart: Apart) -> None:
    account = account_of(guess=True)
    assert len(await apart(lambda: titles(account))) == 9
    assert account.protocol.auth_type == NTLM
    assert str(account.version.build).startswith("15.2.")


@pytest.mark.parametrize("auth", [BASIC, NTLM])
async def test_a_wrong_password_is_refused(office: Office, account_of: Any, apart: Apart, auth: str) -> None:
    account = account_of(auth=auth, password="wrong")
    with pytest.raises(UnauthorizedError):
        await apart(lambda: titles(account))
    assert office.exchange.failed_logins == 1


async def test_an_item_has_all_that_a_door_reads(account_of: Any, apart: Apart) -> None:
    account = account_of()
    item = await apart(lambda: account.calendar.view(start=hour(8), end=hour(9), max_items=10)[0])
    assert (item.start, item.end) == (hour(8.5), hour(9.25))
    assert item.organizer.email_address == "ines.carvalho@office.example"
    assert [each.mailbox.email_address for each in item.resources] == ["aurora@office.example"]
    assert (item.type, item.my_response_type, item.legacy_free_busy_status) == ("Single", "Accept", "Busy")
    assert (item.is_all_day, item.is_cancelled, item.is_meeting, item.sensitivity) == (False, False, True, "Normal")
    assert item.datetime_created.tzinfo == EWS_UTC


async def test_a_meeting_is_made_moved_and_removed(account_of: Any, apart: Apart) -> None:
    account = account_of()

    def story() -> None:
        item = CalendarItem(account=account, folder=account.calendar, subject="Ä & <b>", start=hour(20), end=hour(21))
        item.save()
        before = item.changekey
        item.end, item.location = hour(22), "Here"
        item.save(update_fields=["end", "location"])
        assert item.changekey != before
        again = account.calendar.get(id=item.id)
        assert (again.subject, again.end, again.location) == ("Ä & <b>", hour(22), "Here")
        again.delete()
        with pytest.raises(ErrorItemNotFound):
            item.refresh()

    await apart(story)


async def test_an_all_day_meeting_is_of_days(account_of: Any, apart: Apart) -> None:
    account = account_of(zone="America/New_York")

    def story() -> Any:
        day = EWSDate(2026, 11, 26)
        item = CalendarItem(
            account=account, folder=account.calendar, subject="Fair", start=day, end=day, is_all_day=True
        )
        item.save()
        return account.calendar.get(id=item.id)

    item = await apart(story)
    assert (item.is_all_day, item.start, item.end) == (True, EWSDate(2026, 11, 26), EWSDate(2026, 11, 26))


@pytest.mark.parametrize(
    ("pattern", "count"), [(DailyPattern(interval=2), 4), (WeeklyPattern(interval=1, weekdays=["Monday", "Friday"]), 2)]
)
async def test_a_series_is_expanded_and_its_days_stand_alone(
    account_of: Any, apart: Apart, pattern: Any, count: int
) -> None:
    account = account_of()

    def story() -> None:
        rule = Recurrence(pattern=pattern, start=EWSDate(2026, 11, 23), number=8)
        master = CalendarItem(
            account=account, folder=account.calendar, subject="Series", start=hour(3), end=hour(4), recurrence=rule
        )
        master.save()
        week = account.calendar.view(start=DAY, end=DAY + timedelta(days=7), max_items=100)
        days = [item for item in week if item.subject == "Series"]
        assert [item.type for item in days] == ["Occurrence"] * count
        assert len({item.uid for item in days}) == 1
        days[1].end = days[1].end + timedelta(hours=1)
        days[1].save(update_fields=["end"])
        days[0].delete()
        left = [item for item in week.all() if item.subject == "Series"]
        assert [item.type for item in left][:1] == ["Exception"]
        assert len(left) == count - 1
        assert master.occurrence(2).refresh().subject == "Series"

    await apart(story)


async def test_invitations_are_answered(office: Office, account_of: Any, apart: Apart) -> None:
    account = account_of()

    def story() -> None:
        first, second = account.calendar.view(start=hour(8), end=hour(10), max_items=10)
        first.tentatively_accept(message_disposition="SendOnly")
        second.decline(message_disposition="SendOnly", body="No.")
        (left,) = account.calendar.view(start=hour(8), end=hour(10), max_items=10)
        assert left.my_response_type == "Tentative"
        assert left.legacy_free_busy_status == "Tentative"

    await apart(story)


async def test_extended_properties_are_kept_and_given_back(account_of: Any, apart: Apart) -> None:
    class Mark(ExtendedProperty):
        property_set_id = "bf2722d5-ad38-4c8e-83f9-848ea9617aba"
        property_name = "DoorlightBooking"
        property_type = "String"

    account = account_of()

    def story() -> None:
        item = CalendarItem(
            account=account, folder=account.calendar, subject="Marked", start=hour(20), end=hour(21), mark="key <1>"
        )
        item.save()
        (found,) = account.calendar.view(start=hour(20), end=hour(21), max_items=10).only("mark")
        assert found.mark == "key <1>"

    CalendarItem.register("mark", Mark)
    try:
        await apart(story)
    finally:
        CalendarItem.deregister("mark")


async def test_changes_since_a_state_are_told(office: Office, account_of: Any, apart: Apart) -> None:
    account = account_of()
    calendar = await apart(lambda: account.calendar)
    everything = await apart(lambda: list(calendar.sync_items(max_changes_returned=5)))
    assert [kind for kind, _ in everything] == ["create"] * len(everything)
    state = calendar.item_sync_state
    assert await apart(lambda: list(calendar.sync_items(sync_state=state))) == []
    office.control.add_meeting("aurora", title="New")
    office.control.cancel_meeting("aurora")
    news = await apart(lambda: list(calendar.sync_items(sync_state=state)))
    assert [(kind, item.subject) for kind, item in news] == [("create", "Canceled: New")]
    office.control.expire_cursors()
    with pytest.raises(ErrorInvalidSyncStateData):
        await apart(lambda: list(calendar.sync_items(sync_state=state)))


async def test_a_stream_tells_of_changes_and_ends_with_its_subscription(
    office: Office, account_of: Any, apart: Apart
) -> None:
    account = account_of()
    calendar = await apart(lambda: account.calendar)
    subscription = await apart(calendar.subscribe_to_streaming)
    office.control.add_meeting("aurora", title="New")

    def first() -> Any:
        stream = calendar.get_streaming_events(subscription, connection_timeout=1)
        return next(stream)

    told = await apart(first)
    assert [type(event).__name__ for event in told.events] == ["CreatedEvent", "ModifiedEvent"]
    await apart(lambda: calendar.unsubscribe(subscription))
    with pytest.raises(ErrorSubscriptionNotFound):
        await apart(first)


async def test_a_stream_closes_when_its_time_is_over(office: Office, account_of: Any, apart: Apart) -> None:
    office.exchange.limits.minute = office.exchange.limits.heartbeat = 0.1
    account = account_of()
    calendar = await apart(lambda: account.calendar)
    subscription = await apart(calendar.subscribe_to_streaming)
    assert await apart(lambda: list(calendar.get_streaming_events(subscription, connection_timeout=3))) == []


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"])
async def test_busy_times_come_in_the_zone_that_asks(account_of: Any, apart: Apart, zone: str) -> None:
    account = account_of()
    start = EWSDateTime(2026, 11, 23, tzinfo=EWSTimeZone(zone))

    def story() -> list[Any]:
        asked = [(account, "Resource", False), ("nobody@office.example", "Required", False)]
        return list(account.protocol.get_free_busy_info(asked, start, start + timedelta(days=1)))

    view, nobody = await apart(story)
    assert isinstance(nobody, Exception)
    spans = {(event.start.astimezone(EWS_UTC), event.end.astimezone(EWS_UTC)) for event in view.calendar_events}
    assert (hour(8.5), hour(9.25)) in spans
    assert len(view.merged) == 48


async def test_rooms_and_people_are_found(account_of: Any, apart: Apart) -> None:
    account = account_of()

    def story() -> tuple[Any, ...]:
        lists = list(account.protocol.get_roomlists())
        rooms = [room.email_address for each in lists for room in account.protocol.get_rooms(each.email_address)]
        people = [account.protocol.resolve_names([name]) for name in ("Köhler", "zzz")]
        return [each.name for each in lists], rooms, people

    lists, rooms, ((person,), (nobody,)) = await apart(story)
    assert lists == ["Lighthouse", "Boathouse"]
    assert rooms[0] == "aurora@office.example"
    assert len(rooms) == 6
    assert isinstance(person, Mailbox)
    assert person.email_address == "sabine.koehler@office.example"
    assert isinstance(nobody, Exception)


async def test_zones_are_told_with_their_rules(account_of: Any, apart: Apart) -> None:
    account = account_of()
    known = await apart(lambda: list(account.protocol.get_timezones(return_full_timezone_data=True)))
    names = {zone.id for zone in known}
    assert {"UTC", "W. Europe Standard Time", "Tokyo Standard Time"} <= names
    for zone in known:
        zone.get_std_and_dst(for_year=2026)


async def test_whom_one_may_act_as_is_limited(office: Office, account_of: Any, apart: Apart) -> None:
    office.exchange.impersonates.discard("borealis@office.example")
    with pytest.raises(ErrorImpersonateUserDenied):
        await apart(lambda: titles(account_of("borealis@office.example")))
    with pytest.raises(ErrorNonExistentMailbox):
        await apart(lambda: titles(account_of("nobody@office.example")))


async def test_a_busy_server_says_how_long_to_wait(office: Office, account_of: Any, apart: Apart) -> None:
    office.faults.add(Fault.THROTTLED, retry_after="2.5", times=1)
    with pytest.raises(ErrorServerBusy) as busy:
        await apart(lambda: titles(account_of()))
    assert busy.value.back_off == 2.5
