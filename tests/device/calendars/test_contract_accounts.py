"""What the hub half of every provider keeps to, told once, against real far sides."""

import json
from datetime import timedelta

import msgspec
import pytest
from account_worlds import AccountWorld

from device.calendars.interface import (
    AccessToken,
    CalendarAccount,
    Heard,
    ManyRooms,
    Notification,
    NotificationTarget,
    Notifies,
    Provider,
    Subscription,
)
from device.model.errors import (
    AccessDenied,
    AccessError,
    CalendarError,
    NotificationsRefused,
    RoomNotFound,
    SubscriptionLost,
)
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.secret import Secret
from device.model.window import Window

NOWHERE = NotificationTarget(url="https://hub.example/notify", lifecycle_url="https://hub.example/lifecycle")


def stranger(world: AccountWorld) -> Subscription:
    """A subscription that nobody ever made."""
    now = world.clock.read().now
    return Subscription(id="nobodys", room=world.room, expires_at=now + timedelta(hours=1), secret=Secret("x" * 32))


async def subscribed(account: CalendarAccount, world: AccountWorld) -> Subscription:
    """A subscription to the room, whose calls the receiver understands."""
    known: list[Subscription] = []
    world.receiver.hear = lambda call: account.hear(call, known)
    made = await account.subscribe(world.room, world.receiver.target)
    known.append(made)
    return made


async def test_the_rooms_are_listed_each_once(account: CalendarAccount, account_world: AccountWorld) -> None:
    rooms = await account.rooms()
    assert sorted(str(room.name) for room in rooms) == sorted(account_world.names)
    assert account_world.room in {room.id for room in rooms}
    assert len({room.id for room in rooms}) == len(rooms)
    assert all(isinstance(room.name, SafeText) for room in rooms)


async def test_minted_access_opens_the_room_and_keeps_itself_to_itself(
    account: CalendarAccount, account_world: AccountWorld, hub: Provider
) -> None:
    access = await account.mint(account_world.room)
    now = account_world.clock.read().now
    assert access.expires_at is None or now < access.expires_at <= now + timedelta(days=1)
    secret = access.token.reveal()
    assert not secret or secret not in f"{access!r} {access}"

    async def given() -> AccessToken:
        return access

    room = Room(id=account_world.room, name=SafeText("Aurora"), zone="Europe/Berlin")
    options = account_world.options
    if "/" in account_world.room:  # a device at the door is told which of a server's calendars is its room's
        options = msgspec.structs.replace(options, url=f"{options.url.rstrip('/')}{account_world.room}")  # type: ignore[attr-defined]
    async with hub.open_room(room, options, given, account_world.clock) as door:
        read = await door.read(Window(start=now - timedelta(hours=1), end=now + timedelta(hours=1)))
    assert read.skipped == ()


async def test_people_are_found_by_how_they_begin(account: CalendarAccount, account_world: AccountWorld) -> None:
    assert await account.people("") == ()
    assert await account.people("  ") == ()
    assert await account.people("Nobody is called that") == ()
    for hostile in ("'", "') or startswith(mail,'", "\x1b[2J", "\0", "a" * 10_000, "%27&$top=1", "\ud800"):
        assert isinstance(await account.people(hostile), tuple)
    if account_world.person is not None:
        begins, address = account_world.person
        assert address in {person.address for person in await account.people(begins)}
        assert address in {person.address for person in await account.people(begins.upper())}
        assert address in {person.address for person in await account.people(address[:6])}


async def test_who_calls_nobody_says_so(account: CalendarAccount, account_world: AccountWorld, hub: Provider) -> None:
    if hub.notifies is not Notifies.LISTENS:
        with pytest.raises(NotificationsRefused):
            async with account.listen([account_world.room]):
                pass
    if hub.notifies is not Notifies.CALLS:
        with pytest.raises(NotificationsRefused):
            await account.subscribe(account_world.room, NOWHERE)
        with pytest.raises(SubscriptionLost):
            await account.renew(stranger(account_world), NOWHERE)


async def test_what_is_gone_has_ended(account: CalendarAccount, account_world: AccountWorld) -> None:
    await account.unsubscribe(stranger(account_world))


JUNK = [
    b"",
    b"\x00\xff\xfe",
    b"null",
    b"[]",
    b'"value"',
    b'{"value": null}',
    b'{"value": {}}',
    b'{"value": [null, 1, "x", [], {}]}',
    b'{"value": [{"subscriptionId": 5, "clientState": []}]}',
    b'{"value": [{"subscriptionId": "nobodys", "clientState": null}]}',
    b'{"value": [{"subscriptionId": "nobodys"}]}',
    json.dumps({"value": [{"subscriptionId": "nobodys", "clientState": "\ud800"}]}).encode(),
    json.dumps({"value": [{"subscriptionId": "nobodys", "clientState": "é" * 32}]}).encode(),
    b'{"value": ' + b"[" * 100_000,
    b'{"value": [' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"]}",
    b'{"value": [' + b"1," * 2_000_000 + b"1]}",
    b"<notification/>",
]


@pytest.mark.parametrize("number", range(len(JUNK)))
async def test_junk_means_nothing_and_never_raises(
    account: CalendarAccount, account_world: AccountWorld, number: int
) -> None:
    known = [stranger(account_world)]
    for headers in ({}, {"content-type": "application/json"}, {"x-goog-channel-id": "nobodys"}, {"x": "\ud800"}):
        assert account.hear(Notification(headers=headers, body=JUNK[number]), known) == Heard()
        assert account.hear(Notification(headers=headers, body=JUNK[number]), []) == Heard()


async def test_a_change_is_heard_for_its_room_alone(
    account: CalendarAccount, account_world: AccountWorld, hub: Provider
) -> None:
    if hub.notifies is not Notifies.CALLS:
        pytest.skip("it calls nobody")
    made = await subscribed(account, account_world)
    now = account_world.clock.read().now
    assert made.room == account_world.room
    assert now < made.expires_at
    assert len(made.secret) >= 22
    assert made.secret.reveal() not in repr(made)
    await account_world.change()
    heard = await account_world.receiver.until(lambda heard: bool(heard.rooms))
    assert heard == Heard(rooms=(account_world.room,))


async def test_a_call_with_another_secret_means_nothing(
    account: CalendarAccount, account_world: AccountWorld, hub: Provider
) -> None:
    if hub.notifies is not Notifies.CALLS:
        pytest.skip("it calls nobody")
    made = await subscribed(account, account_world)
    await account_world.change()
    await account_world.receiver.until(lambda heard: bool(heard.rooms))
    call = next(
        call
        for call, heard in zip(account_world.receiver.calls, account_world.receiver.heard, strict=True)
        if heard.rooms
    )
    assert account.hear(call, [made]).rooms == (account_world.room,)
    other = msgspec.structs.replace(made, secret=Secret("y" * len(made.secret)))
    assert account.hear(call, [other]) == Heard()
    assert account.hear(call, [msgspec.structs.replace(made, secret=Secret(""))]) == Heard()
    assert account.hear(call, []) == Heard()


async def test_it_is_renewed_until_it_is_lost(
    account: CalendarAccount, account_world: AccountWorld, hub: Provider
) -> None:
    if hub.notifies is not Notifies.CALLS:
        pytest.skip("it calls nobody")
    made = await subscribed(account, account_world)
    renewed = await account.renew(made, account_world.receiver.target)
    assert renewed.room == made.room
    assert renewed.expires_at >= made.expires_at - timedelta(minutes=1)
    await account_world.lose()
    if renewed.id == made.id:
        with pytest.raises(SubscriptionLost):
            await account.renew(renewed, account_world.receiver.target)
    else:  # a vendor that prolongs none is asked for another, and never missed the one before
        again = await account.renew(renewed, account_world.receiver.target)
        assert again.id not in (made.id, renewed.id)
        await account.unsubscribe(again)
    await account.unsubscribe(renewed)


async def test_asking_twice_leaves_one_that_is_heard(
    account: CalendarAccount, account_world: AccountWorld, hub: Provider
) -> None:
    if hub.notifies is not Notifies.CALLS:
        pytest.skip("it calls nobody")
    await subscribed(account, account_world)
    second = await subscribed(account, account_world)
    await account_world.change()
    heard = await account_world.receiver.until(lambda heard: bool(heard.rooms))
    assert heard.rooms == (account_world.room,)
    await account.unsubscribe(second)
    await account.unsubscribe(second)


async def test_who_is_listened_to_tells_of_each_room_once_and_then_of_changes(
    account: CalendarAccount, account_world: AccountWorld, hub: Provider
) -> None:
    if hub.notifies is not Notifies.LISTENS:
        pytest.skip("it is not listened to")
    async with account.listen([account_world.room]) as rooms:
        assert await anext(rooms) == account_world.room
        await account_world.change()
        assert await anext(rooms) == account_world.room


async def test_access_reaches_its_room_and_no_canary(account: CalendarAccount, account_world: AccountWorld) -> None:
    access = await account.mint(account_world.room)
    canaries = (account_world.canary,) if account_world.canary else ()
    reach = await account.reach(access, account_world.room, canaries)
    assert (reach.own_room, reach.beyond) == (True, ())
    if canaries:
        await account_world.widen()
        access = await account.mint(account_world.room)
        reach = await account.reach(access, account_world.room, canaries)
        assert (reach.own_room, reach.beyond) == (True, canaries)


async def test_a_room_that_is_set_up_has_nothing_to_complain_of(
    account: CalendarAccount, account_world: AccountWorld
) -> None:
    complaints = await account.audit(account_world.room, "Europe/Berlin")
    assert [complaint for complaint in complaints if complaint.seen] == []
    for complaint in complaints:
        assert complaint.evidence
        assert complaint.cure


async def test_rooms_that_do_not_exist_are_told_apart(account: CalendarAccount, account_world: AccountWorld) -> None:
    if account_world.canary:
        with pytest.raises((RoomNotFound, AccessDenied)):
            await account.audit("nobody@office.example")


async def test_a_credential_that_is_refused_is_an_access_error(
    account: CalendarAccount, account_world: AccountWorld
) -> None:
    await account_world.refuse()
    for call in (account.rooms, lambda: account.audit(account_world.room), lambda: account.mint(account_world.room)):
        with pytest.raises(AccessError):
            await call()


async def test_many_rooms_are_read_at_once_as_each_alone(
    account: CalendarAccount, account_world: AccountWorld, hub: Provider
) -> None:
    if not isinstance(account, ManyRooms):
        pytest.skip("its vendor answers for one room at a time")
    rooms = [msgspec.structs.replace(room, zone="Europe/Berlin") for room in await account.rooms()]
    now = account_world.clock.read().now
    window = Window(start=now - timedelta(days=1), end=now + timedelta(days=1))
    found = await account.windows(rooms, window)
    assert list(found) == [room.id for room in rooms]

    async def given() -> AccessToken:
        return await account.mint(account_world.room)

    for room in rooms:
        async with hub.open_room(room, account_world.options, given, account_world.clock) as door:
            alone = await door.read(window)
        read = found[room.id]
        assert not isinstance(read, CalendarError)
        assert read.occurrences == alone.occurrences
        assert (read.skipped, read.truncated, read.window) == (alone.skipped, alone.truncated, alone.window)
    assert any(read.occurrences for read in found.values() if not isinstance(read, CalendarError))
