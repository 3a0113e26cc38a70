"""The hub half at an office, and at far sides that are odd: rooms, people, tokens and how far they reach."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from far_side import FarSide, Handler, far_side, json_answer
from google_room import always, error, options
from google_schema import GoogleOracle
from google_worlds import with_service_account

from device.calendars.google import PROVIDER
from device.calendars.google.options import Options
from device.calendars.google.scopes import CONSENTED, READ
from device.calendars.interface import (
    AccessToken,
    CalendarAccount,
    NotificationTarget,
    Notifies,
    Person,
    Subscription,
)
from device.emulator.google.grants import AUTH, Grant
from device.emulator.google.workspace import ADMINISTRATOR, SERVICE_ACCOUNT, WEB_CLIENT, Role
from device.emulator.office import Office, open_office
from device.model.clock import SystemClock
from device.model.errors import (
    AccessDenied,
    CalendarBusy,
    CalendarUnreachable,
    CredentialRefused,
    MalformedAnswer,
    NotificationsRefused,
)
from device.model.room import Room
from device.model.secret import Secret

AURORA = "aurora@office.example"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office("monday", tmp_path) as office:
        with GoogleOracle().watching(office):
            yield office


def delegated(office: Office, **changes: Any) -> Options:
    return msgspec.structs.replace(with_service_account(office), subject=ADMINISTRATOR, **changes)


def consented(office: Office) -> Options:
    given = msgspec.structs.replace(with_service_account(office), service_account=Secret(""))
    token = office.workspace.grants.refresh(Grant(account=ADMINISTRATOR, scopes=frozenset(CONSENTED)))
    more = {"client_id": WEB_CLIENT, "client_secret": office.workspace.web_secret, "refresh_token": Secret(token)}
    return msgspec.structs.replace(given, **more)


@asynccontextmanager
async def account_of(office: Office, given: Options | None = None) -> AsyncIterator[CalendarAccount]:
    assert PROVIDER.open_account is not None
    async with PROVIDER.open_account(given or with_service_account(office), office.clock) as account:
        yield account


@asynccontextmanager
async def account_at(handler: Handler, folder: Path, **changes: Any) -> AsyncIterator[tuple[CalendarAccount, FarSide]]:
    """An account whose token endpoint is all right, and the rest is the handler's."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path == "/token":
            return json_answer({"access_token": "t", "expires_in": 3600})
        return await handler(request)

    opened = PROVIDER.open_account
    assert opened is not None
    async with far_side(handle, folder) as side, opened(options(side, **changes), SystemClock()) as account:
        yield account, side


@pytest.mark.parametrize("given", [delegated, consented])
async def test_the_domains_rooms_come_in_the_words_of_the_house(given: Any, office: Office) -> None:
    async with account_of(office, given(office)) as account:
        rooms = await account.rooms()
    expected = [
        Room(id=entry.room.id, name=entry.room.name, zone="", capacity=entry.room.capacity, place=entry.room.place)
        for entry in office.rooms
        if entry.floor_label
    ]
    assert [room for room in rooms if room.place in {one.place for one in expected}] == expected
    assert len(rooms) == len(office.rooms)


async def test_an_administrator_may_be_somebody_else_than_the_subject(office: Office) -> None:
    person = next(iter(office.tenant_cloud.directory.people))
    async with account_of(office, delegated(office)) as account:
        assert await account.rooms()
    other = msgspec.structs.replace(delegated(office), subject=person)
    async with account_of(office, other) as account:
        with pytest.raises(AccessDenied):
            await account.rooms()
    async with account_of(office, msgspec.structs.replace(other, administrator=ADMINISTRATOR)) as account:
        assert await account.rooms()


async def test_a_service_account_that_stands_for_nobody_lists_no_rooms_and_no_people(office: Office) -> None:
    async with account_of(office) as account:
        with pytest.raises(AccessDenied):
            await account.rooms()
        with pytest.raises(AccessDenied):
            await account.people("i")


async def test_a_scope_that_was_not_granted_costs_only_what_needs_it(office: Office) -> None:
    office.workspace.delegated.discard(f"{AUTH}directory.readonly")
    async with account_of(office, delegated(office)) as account:
        with pytest.raises(AccessDenied, match="domain-wide delegation"):
            await account.people("i")
        assert await account.rooms()
        office.workspace.delegated.discard(f"{AUTH}calendar.events.readonly")
        with pytest.raises(CredentialRefused):
            await account.audit(AURORA)


@pytest.mark.parametrize("given", [delegated, consented])
async def test_people_are_found_by_the_beginnings_of_their_names_and_addresses(given: Any, office: Office) -> None:
    people = office.tenant_cloud.directory.people.values()
    wanted = next(person for person in people if person.name == "Jonas Weber")
    async with account_of(office, given(office)) as account:
        for text in ("Jon", "weber", wanted.address[:6]):
            assert Person(name=wanted.name, address=wanted.address) in await account.people(text)  # type: ignore[arg-type]
        assert await account.people("nobody at all") == ()
        for nobody in ("", "  ", "\0", "\ud800", "\x1b\n"):
            assert await account.people(nobody) == ()
        for odd in ("'", "a" * 10_000, "%27&$top=1", "\x1b[2J", "J\ud800o"):
            assert isinstance(await account.people(odd), tuple)


async def test_a_devices_token_reads_and_cannot_write(office: Office) -> None:
    async with account_of(office) as account:
        token = await account.mint(AURORA)
    grant = office.workspace.grants.of_access(token.token.reveal())
    assert grant == Grant(account=SERVICE_ACCOUNT, scopes=frozenset(READ), delegated=False)
    assert token.expires_at is not None
    assert token.expires_at - office.clock.now <= timedelta(hours=1)


async def test_a_token_reaches_its_room_and_no_canary(office: Office) -> None:
    office.workspace.share("borealis@office.example", Role.NONE)
    canaries = ["borealis@office.example", "nobody@office.example"]
    async with account_of(office) as account:
        reach = await account.reach(await account.mint(AURORA), AURORA, canaries)
        assert (reach.own_room, reach.beyond) == (True, ())
        office.workspace.share("borealis@office.example", Role.READER)
        reach = await account.reach(await account.mint(AURORA), AURORA, canaries)
        assert (reach.own_room, reach.beyond) == (True, ("borealis@office.example",))
        office.workspace.share("borealis@office.example", Role.FREE_BUSY)
        office.workspace.share(AURORA, Role.NONE)
        reach = await account.reach(await account.mint(AURORA), AURORA, canaries)
        assert (reach.own_room, reach.beyond) == (False, ())


async def test_a_subjects_token_reaches_what_the_subject_sees(office: Office) -> None:
    async with account_of(office, delegated(office)) as account:
        reach = await account.reach(await account.mint(AURORA), AURORA, ["borealis@office.example"])
    assert reach.beyond == ("borealis@office.example",)


async def test_what_cannot_be_asked_proves_nothing(tmp_path: Path) -> None:
    for status, reason, kind in ((503, "backendError", CalendarUnreachable), (403, "quotaExceeded", CalendarBusy)):
        async with account_at(always(error(reason, status), status), tmp_path) as (account, _):
            with pytest.raises(kind):
                await account.reach(AccessToken(token=Secret("t")), AURORA, ["x@office.example"])


async def test_a_token_is_kept_until_it_is_nearly_over(office: Office) -> None:
    asked: list[str] = []
    access = office.workspace.grants.access
    office.workspace.grants.access = lambda grant: asked.append(grant.account) or access(grant)  # type: ignore[assignment, func-returns-value]
    async with account_of(office, delegated(office)) as account:
        for _ in range(3):
            await account.rooms()
        assert len(asked) == 1
        office.clock.jump(timedelta(minutes=56))
        await account.rooms()
        assert len(asked) == 2
        office.tenant_cloud.tokens.expire_all()
        await account.rooms()
        assert len(asked) == 3


async def test_many_rooms_at_once_share_one_token(office: Office) -> None:
    asked: list[Grant] = []
    access = office.workspace.grants.access
    office.workspace.grants.access = lambda grant: asked.append(grant) or access(grant)  # type: ignore[assignment, func-returns-value]
    async with account_of(office) as account:
        audits = (account.audit(entry.address) for entry in office.rooms)
        await asyncio.gather(*audits)
    assert len(asked) == 2  # one for the events, one for the settings


STRANGE: tuple[tuple[Any, int, type[Exception]], ...] = (
    (error("forbidden", 403), 403, AccessDenied),
    (error("quotaExceeded", 403), 403, CalendarBusy),
    (error("backendError", 500), 500, CalendarUnreachable),
    (error("backendError", 503), 503, CalendarUnreachable),
    ("<html>", 200, MalformedAnswer),
    ("{", 200, MalformedAnswer),
    ("[" * 50_000, 200, MalformedAnswer),
    ("{}" + " " * (3 << 20), 200, MalformedAnswer),
)


@pytest.mark.parametrize(("body", "status", "kind"), STRANGE, ids=map(str, range(len(STRANGE))))
@pytest.mark.parametrize("question", ["rooms", "people", "subscribe", "unsubscribe", "audit", "reach"])
async def test_a_far_side_that_is_broken_is_told_in_our_words(
    question: str, body: Any, status: int, kind: type[Exception], tmp_path: Path
) -> None:
    async with account_at(always(body, status), tmp_path) as (account, _):
        channel = Subscription(
            id="c", room=AURORA, expires_at=SystemClock().read().now, secret=Secret("s"), resource="r"
        )
        questions: dict[str, Any] = {
            "rooms": account.rooms,
            "people": lambda: account.people("jo"),
            "subscribe": lambda: account.subscribe(AURORA, NotificationTarget(url="https://hub.example/x")),
            "unsubscribe": lambda: account.unsubscribe(channel),
            "audit": lambda: account.audit(AURORA),
            "reach": lambda: account.reach(AccessToken(token=Secret("t")), AURORA, []),
        }
        if question == "reach" and kind is AccessDenied:
            assert not (await account.reach(AccessToken(token=Secret("t")), AURORA, [])).own_room
            return
        if question == "unsubscribe" and status == 200 and len(body) < 1 << 20:
            await account.unsubscribe(channel)  # whose answer nobody reads
            return
        with pytest.raises(kind):
            await questions[question]()


async def test_new_access_that_is_refused_too_is_the_end(tmp_path: Path) -> None:
    async with account_at(always(error("authError", 401), 401), tmp_path) as (account, side):
        with pytest.raises(CredentialRefused):
            await account.rooms()
    assert side.paths.count("/token") == 2


async def test_every_page_of_rooms_is_followed_and_a_broken_one_costs_no_other(tmp_path: Path) -> None:
    def room(number: int, **more: Any) -> dict[str, Any]:
        usual = {"resourceEmail": f"r{number}@resource.calendar.google.com", "resourceName": f"Room {number}"}
        return usual | {"buildingId": "b1", "floorName": "3"} | more

    pages: list[list[Any]] = [
        [room(1), room(2, resourceCategory="OTHER"), "broken"],
        [],
        [
            room(3, capacity="many"),
            room(4, buildingId="b2", floorName=None, capacity=8),
            {"resourceName": "no address"},
        ],
        [room(5, resourceName=None, generatedResourceName="B-3-Five", buildingId=None)],
    ]

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/buildings"):
            return json_answer(
                {"buildings": [{"buildingId": "b1", "buildingName": "Lighthouse"}, {"buildingName": "x"}]}
            )
        number = int(request.query.get("pageToken", "0"))
        more = {"nextPageToken": str(number + 1)} if number + 1 < len(pages) else {}
        return json_answer({"items": pages[number], **more})

    async with account_at(handler, tmp_path) as (account, side):
        rooms = await account.rooms()
    assert [(room.name, room.place, room.capacity) for room in rooms] == [
        ("Room 1", "Lighthouse, 3", None),
        ("Room 4", "b2", 8),
        ("B-3-Five", "3", None),
    ]
    listed = [request for request in side.seen if request.path.endswith("/resources/calendars")]
    assert listed[0].path == "/admin/directory/v1/customer/my_customer/resources/calendars"
    assert [request.query["maxResults"] for request in listed] == ["500"] * 4


@pytest.mark.parametrize(
    "body", ["[]", "5", '{"items": {}}', '{"items": [], "nextPageToken": 5}', '{"items": [], "nextPageToken": "same"}']
)
async def test_rubbish_is_no_list_of_rooms(body: str, tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return json_answer({"buildings": []} if request.path.endswith("/buildings") else body)

    async with account_at(handler, tmp_path) as (account, _):
        with pytest.raises(MalformedAnswer):
            await account.rooms()


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ([], ()),
        (
            [{"names": [{"displayName": "Jo"}], "emailAddresses": [{"value": "jo@x.example"}]}],
            (("Jo", "jo@x.example"),),
        ),
        ([{"emailAddresses": [{"value": "jo@x.example"}]}], (("jo@x.example", "jo@x.example"),)),
        ([{"names": [{"displayName": "No address"}]}, 5, {"names": 5}], ()),
    ],
)
async def test_people_are_told_as_far_as_they_can_be(people: list[Any], expected: Any, tmp_path: Path) -> None:
    async with account_at(always({"people": people}), tmp_path) as (account, side):
        found = await account.people("jo")
    assert tuple((person.name, person.address) for person in found) == expected
    asked = side.seen[-1]
    assert asked.path == "/v1/people:searchDirectoryPeople"
    assert asked.query["query"] == "jo"
    assert asked.query["readMask"] == "names,emailAddresses"


async def test_rubbish_is_nobody(tmp_path: Path) -> None:
    async with account_at(always({"people": {"no": 1}}), tmp_path) as (account, _):
        with pytest.raises(MalformedAnswer):
            await account.people("jo")


async def test_nobody_listens_to_google(office: Office) -> None:
    assert PROVIDER.notifies is Notifies.CALLS
    async with account_of(office) as account:
        with pytest.raises(NotificationsRefused):
            async with account.listen([AURORA]):
                """Nobody comes here."""


async def test_secrets_stay_out_of_reprs(office: Office) -> None:
    given = delegated(office)
    async with account_of(office, given) as account:
        subscription = await account.subscribe(AURORA, NotificationTarget(url="https://127.0.0.1:9/hook"))
    assert subscription.secret.reveal() not in repr(subscription)
    assert "PRIVATE KEY" not in repr(given)


def test_the_ways_to_give_a_credential_name_options_that_there_are() -> None:
    known = {field.name for field in msgspec.structs.fields(Options)}
    assert [kind.name for kind in PROVIDER.credentials] == ["service-account", "domain-wide-delegation", "oauth"]
    for kind in PROVIDER.credentials:
        assert set(kind.asks) <= known
    assert PROVIDER.expires is not None
    assert PROVIDER.expires(Options()) is None
    soon = SystemClock().read().now
    assert PROVIDER.expires(Options(credential_expires=soon)) == soon
