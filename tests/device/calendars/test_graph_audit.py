"""What is wrong with a room's mailbox: concluded from its meetings, read from its settings, proven by canaries."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trustme
from account_worlds import OfficeAccount, office_account
from aiohttp import web
from far_side import json_answer
from graph_room import NOW, ROOM, asked, error, event, open_hub

from device.calendars.graph import PROVIDER, Options, cures
from device.calendars.graph.signs import FEWEST, FEWEST_PRIVATE
from device.calendars.interface import AccessToken, Ailment, Complaint
from device.emulator.directory import READ, SETTINGS
from device.emulator.office import open_office
from device.model.errors import AccessExpired, CalendarBusy, CalendarError, CalendarUnreachable, RoomNotFound
from device.model.secret import Secret

CLAIMED = {"claims": {"roles": ["Calendars.ReadWrite", "Place.Read.All"]}}


def meeting(number: int, **changes: Any) -> dict[str, Any]:
    usual = {
        "subject": f"Canary subject {number}",
        "bodyPreview": "Canary text",
        "isOnlineMeeting": False,
        "responseStatus": {"response": "accepted"},
    }
    return event(f"{number}", **(usual | changes))


def named(number: int, **changes: Any) -> dict[str, Any]:
    return meeting(number, subject="Inês Carvalho", **changes)


def from_outside(number: int, **changes: Any) -> dict[str, Any]:
    rita = {"emailAddress": {"name": "Rita", "address": "rita@partner.example"}}
    return meeting(number, organizer=rita, **changes)


class Mailbox:
    """A room's mailbox with these meetings and settings."""

    def __init__(self, meetings: list[Any], zone: Any = "W. Europe Standard Time", hours: Any = None) -> None:
        self.meetings, self.zone, self.hours = meetings, zone, hours
        self.closed: set[str] = set()
        self.status = 200

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        if self.status != 200:
            return json_answer(error("X"), self.status)
        if any(piece in request.path for piece in self.closed):
            return json_answer(error("ErrorAccessDenied"), 403)
        if request.path.endswith("/mailboxSettings/timeZone"):
            return json_answer({"value": self.zone})
        if request.path.endswith("/mailboxSettings/workingHours"):
            return json_answer({"timeZone": {"name": self.hours or self.zone}})
        assert request.path.endswith("/calendarView")
        assert set(request.query["$select"].split(",")) & {"attendees", "body", "location"} == set()
        at = int(request.query.get("$skip", "0"))
        body: dict[str, Any] = {"value": self.meetings[at : at + 100]}
        if at + 100 < len(self.meetings):
            body["@odata.nextLink"] = f"https://{request.host}{request.path}?$select=id&$skip={at + 100}"
        return json_answer(body)


async def audit(
    mailbox: Any, folder: Path, zone: str = "Europe/Berlin", room: str = ROOM.id, **changes: Any
) -> dict[Ailment, Complaint]:
    async with open_hub(mailbox, folder, **(CLAIMED | changes)) as (account, _):
        complaints = await account.audit(room, zone)
    assert len({one.ailment for one in complaints}) == len(complaints)
    for one in complaints:
        assert "Canary" not in repr(one)
        assert "canary-of-a-token" not in repr(one)
        assert "s3cret" not in repr(one)
        assert one.evidence
        assert one.cure
    return {one.ailment: one for one in complaints}


def wrong(found: dict[Ailment, Complaint]) -> set[Ailment]:
    """What is complained of, what stands in the token left out."""
    return {ailment for ailment, one in found.items() if one.seen} - {Ailment.REACH_UNSCOPED}


FINE = [*[meeting(number) for number in range(5)], meeting(5, sensitivity="private"), from_outside(6)]


async def test_a_mailbox_that_is_set_up_has_nothing_wrong(tmp_path: Path) -> None:
    found = await audit(Mailbox(FINE), tmp_path)
    assert wrong(found) == set()
    assert [ailment for ailment, one in found.items() if not one.seen] == [Ailment.CREDENTIAL_EXPIRES]


async def test_subjects_that_are_names_are_noticed(tmp_path: Path) -> None:
    found = await audit(Mailbox([*FINE, *[named(number) for number in range(10, 20)]]), tmp_path)
    one = found[Ailment.SUBJECT_IS_ORGANIZER]
    assert (one.sure, one.evidence) == (False, "10 of 17 meetings")
    assert one.cure == (
        "Set-CalendarProcessing -Identity 'aurora@office.example' -DeleteSubject $false -AddOrganizerToSubject $false "
        "-RemovePrivateProperty $false"
    )
    prefixed = [meeting(number, subject="Inês Carvalho Budget") for number in range(10, 20)]
    assert Ailment.SUBJECT_IS_ORGANIZER in wrong(await audit(Mailbox([*FINE, *prefixed]), tmp_path))


async def test_a_few_meetings_called_by_a_name_are_no_rule(tmp_path: Path) -> None:
    assert wrong(await audit(Mailbox([*FINE, named(10), named(11)]), tmp_path)) == set()


async def test_texts_that_are_missing_are_noticed_soonest_where_meetings_are_online(tmp_path: Path) -> None:
    online = [meeting(number, bodyPreview=" ", isOnlineMeeting=True) for number in range(10, 12)]
    found = await audit(Mailbox([*FINE, *online]), tmp_path)
    assert found[Ailment.BODY_REMOVED].evidence == "none of 2 online meetings has a text"
    assert found[Ailment.BODY_REMOVED].cure.endswith("-DeleteComments $false")
    bare = [meeting(number, bodyPreview="") for number in range(5)]
    assert wrong(await audit(Mailbox(bare), tmp_path)) == {Ailment.BODY_REMOVED}
    assert wrong(await audit(Mailbox(bare[:4]), tmp_path)) == set()
    assert wrong(await audit(Mailbox([*bare, meeting(9)]), tmp_path)) == set()


async def test_a_private_mark_that_never_comes_is_noticed_among_many(tmp_path: Path) -> None:
    many = [meeting(number) for number in range(FEWEST_PRIVATE)]
    found = await audit(Mailbox(many), tmp_path)
    assert found[Ailment.PRIVATE_FLAG_REMOVED].seen
    assert found[Ailment.PRIVATE_FLAG_REMOVED].cure.endswith("-RemovePrivateProperty $false")
    found = await audit(Mailbox(many[:-1]), tmp_path)
    assert not found[Ailment.PRIVATE_FLAG_REMOVED].seen
    found = await audit(Mailbox([*many, meeting(99, sensitivity="confidential")]), tmp_path)
    assert Ailment.PRIVATE_FLAG_REMOVED not in found


async def test_invitations_that_nobody_answers_are_noticed(tmp_path: Path) -> None:
    for answer in ("none", "notResponded", "tentativelyAccepted", None):
        status = {"responseStatus": {"response": answer} if answer else None}
        found = await audit(Mailbox([meeting(number, **status) for number in range(FEWEST)]), tmp_path)
        assert Ailment.NOT_ANSWERED in wrong(found)
        assert found[Ailment.NOT_ANSWERED].cure.endswith("-AutomateProcessing AutoAccept")
    declined = meeting(9, responseStatus={"response": "declined"})
    open_ones = [meeting(number, responseStatus=None) for number in range(9)]
    assert Ailment.NOT_ANSWERED not in await audit(Mailbox([*open_ones, declined]), tmp_path)


async def test_cancelled_meetings_that_stay_are_noticed_and_not_judged_otherwise(tmp_path: Path) -> None:
    gone = [named(number, isCancelled=True, bodyPreview="") for number in range(10, 30)]
    found = await audit(Mailbox([*FINE, *gone]), tmp_path)
    assert wrong(found) == {Ailment.CANCELLED_KEPT}
    assert found[Ailment.CANCELLED_KEPT].evidence == "20 of 27 meetings"


async def test_who_comes_from_outside_is_refused_only_if_others_are_not(tmp_path: Path) -> None:
    nobody = {"responseStatus": {"response": "notResponded"}}
    inside = [meeting(number) for number in range(5)]
    found = await audit(Mailbox([*inside, from_outside(9, **nobody)]), tmp_path)
    assert found[Ailment.EXTERNAL_REFUSED].seen
    assert found[Ailment.EXTERNAL_REFUSED].cure.endswith("-ProcessExternalMeetingMessages $true")
    for meetings in (inside, [meeting(1, **nobody), from_outside(2, **nobody)], []):
        assert not (await audit(Mailbox(meetings), tmp_path))[Ailment.EXTERNAL_REFUSED].seen
    assert Ailment.EXTERNAL_REFUSED not in await audit(Mailbox([*inside, from_outside(9)]), tmp_path)


async def test_a_series_counts_once_and_what_the_room_booked_itself_not_at_all(tmp_path: Path) -> None:
    series = [named(number, seriesMasterId="daily") for number in range(50)]
    own = [named(number, isOrganizer=True) for number in range(50, 100)]
    assert Ailment.SUBJECT_IS_ORGANIZER not in wrong(await audit(Mailbox([*FINE, *series, *own]), tmp_path))
    found = await audit(Mailbox([*series, *own, meeting(200)]), tmp_path)
    unseen = {ailment for ailment, one in found.items() if not one.seen}
    assert unseen >= {
        Ailment.SUBJECT_IS_ORGANIZER,
        Ailment.BODY_REMOVED,
        Ailment.PRIVATE_FLAG_REMOVED,
        Ailment.NOT_ANSWERED,
    }


async def test_all_pages_up_to_the_fifth_are_looked_at(tmp_path: Path) -> None:
    meetings = [*FINE, *[named(number) for number in range(10, 900)]]
    async with open_hub(Mailbox(meetings), tmp_path, **CLAIMED) as (account, side):
        complaints = await account.audit(ROOM.id)
    (one,) = (one for one in complaints if one.ailment is Ailment.SUBJECT_IS_ORGANIZER)
    assert one.evidence == "493 of 500 meetings"
    assert sum("calendarView" in call for call in asked(side)) == 5


async def test_broken_meetings_are_passed_over(tmp_path: Path) -> None:
    half = [meeting(9, subject=[]), meeting(10, organizer="x"), meeting(11, responseStatus=5)]
    rubbish = [None, 5, [], "x", {}, {"id": 5}, *half]
    assert wrong(await audit(Mailbox([*FINE, *rubbish]), tmp_path)) == set()


@pytest.mark.parametrize(
    ("zone", "hours", "door", "ailment", "words"),
    [
        ("W. Europe Standard Time", None, "Europe/Berlin", None, ""),
        ("Romance Standard Time", None, "Europe/Berlin", None, ""),  # Paris: another name, the same clocks
        ("Europe/Vienna", None, "Europe/Berlin", None, ""),
        ("", None, "Europe/Berlin", Ailment.TIME_ZONE_MISSING, "it has none"),
        (None, None, "Europe/Berlin", Ailment.TIME_ZONE_MISSING, "it has none"),
        (5, None, "Europe/Berlin", Ailment.TIME_ZONE_MISSING, "it has none"),
        ("tzone://Microsoft/Custom", None, "Europe/Berlin", Ailment.TIME_ZONE_MISSING, "tzone://Microsoft/Custom"),
        ("UTC", None, "Europe/London", Ailment.TIME_ZONE_DIFFERS, "Etc/UTC"),
        ("Pacific Standard Time", None, "Europe/Berlin", Ailment.TIME_ZONE_DIFFERS, "America/Los_Angeles"),
        ("Pacific Standard Time", None, "", None, ""),
        (
            "W. Europe Standard Time",
            "Pacific Standard Time",
            "Europe/Berlin",
            Ailment.TIME_ZONE_DIFFERS,
            "working hours",
        ),
    ],
)
async def test_the_time_zones_of_mailbox_and_door_are_compared_by_their_clocks(
    tmp_path: Path, zone: Any, hours: Any, door: str, ailment: Ailment | None, words: str
) -> None:
    found = await audit(Mailbox(FINE, zone, hours), tmp_path, zone=door)
    assert wrong(found) == ({ailment} if ailment else set())
    if ailment:
        assert words in found[ailment].evidence
        assert "TimeZone" in found[ailment].cure
        windows = {"Europe/Berlin": "'W. Europe Standard Time'", "Europe/London": "'GMT Standard Time'"}
        assert windows[door] in found[ailment].cure


async def test_settings_that_may_not_be_read_are_told_as_unseen(tmp_path: Path) -> None:
    mailbox = Mailbox(FINE)
    mailbox.closed = {"mailboxSettings"}
    one = (await audit(mailbox, tmp_path))[Ailment.TIME_ZONE_MISSING]
    assert not one.seen
    assert "Application MailboxSettings.Read" in one.cure


async def test_a_mailbox_that_may_not_be_read_is_not_shared(tmp_path: Path) -> None:
    mailbox = Mailbox(FINE)
    mailbox.closed = {"calendarView"}
    found = await audit(mailbox, tmp_path)
    assert found[Ailment.NOT_SHARED].seen
    assert "New-ManagementRoleAssignment -App 'client'" in found[Ailment.NOT_SHARED].cure
    assert Ailment.SUBJECT_IS_ORGANIZER not in found


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (["Calendars.ReadWrite"], {Ailment.REACH_UNSCOPED: (True, False)}),
        (["Calendars.Read"], {Ailment.NO_WRITE_PERMISSION: (True, False), Ailment.REACH_UNSCOPED: (True, False)}),
        (
            ["Calendars.ReadBasic.All"],
            {
                Ailment.NO_WRITE_PERMISSION: (True, False),
                Ailment.DETAILS_HIDDEN: (True, False),
                Ailment.REACH_UNSCOPED: (True, False),
            },
        ),
        (["Place.Read.All"], {Ailment.NO_WRITE_PERMISSION: (False, True), Ailment.REACH_UNSCOPED: (False, True)}),
        ([], {Ailment.NO_WRITE_PERMISSION: (False, True), Ailment.REACH_UNSCOPED: (False, True)}),
    ],
)
async def test_what_the_token_says_of_itself_explains_the_rights(
    tmp_path: Path, roles: list[str], expected: dict[Ailment, tuple[bool, bool]]
) -> None:
    found = await audit(Mailbox(FINE), tmp_path, claims={"roles": roles})
    about = {Ailment.NO_WRITE_PERMISSION, Ailment.DETAILS_HIDDEN, Ailment.REACH_UNSCOPED}
    assert {key: (one.seen, one.sure) for key, one in found.items() if key in about} == expected


STRANGE: list[dict[str, Any]] = [{"roles": "x"}, {"roles": [5]}, {"tid": 5}, {"roles": ["\x1b[2J", "calendars.READ"]}]


@pytest.mark.parametrize("claims", STRANGE)
async def test_a_token_that_cannot_be_understood_breaks_nothing(tmp_path: Path, claims: dict[str, Any]) -> None:
    for one in (await audit(Mailbox(FINE), tmp_path, claims=claims)).values():
        assert "\x1b" not in one.evidence + one.cure


async def test_a_canary_that_opens_proves_it_and_one_that_stays_closed_clears_it(tmp_path: Path) -> None:
    found = await audit(Mailbox(FINE), tmp_path, canaries=("ceo@office.example",))
    assert found[Ailment.REACH_UNSCOPED].sure
    assert "ceo@office.example" in found[Ailment.REACH_UNSCOPED].evidence
    assert "revoke Calendars.ReadWrite in Entra" in found[Ailment.REACH_UNSCOPED].cure
    mailbox = Mailbox(FINE)
    mailbox.closed = {"/users/ceo"}
    assert Ailment.REACH_UNSCOPED not in await audit(mailbox, tmp_path, canaries=("ceo@office.example",))
    found = await audit(Mailbox(FINE), tmp_path, canaries=("ceo@office.example",), claims={"roles": []})
    assert "Set-ManagementRoleAssignment -CustomResourceScope" in found[Ailment.REACH_UNSCOPED].cure


FAILURES = [
    (404, RoomNotFound),
    (429, CalendarBusy),
    (500, CalendarUnreachable),
]


@pytest.mark.parametrize(("status", "kind"), FAILURES)
async def test_what_is_wrong_on_the_way_is_no_complaint(tmp_path: Path, status: int, kind: type[CalendarError]) -> None:
    mailbox = Mailbox(FINE)
    mailbox.status = status
    with pytest.raises(CalendarError) as caught:
        await audit(mailbox, tmp_path)
    assert type(caught.value) is kind


async def test_only_reading_is_done(tmp_path: Path) -> None:
    async with open_hub(Mailbox(FINE), tmp_path, canaries=("ceo@office.example",), **CLAIMED) as (account, side):
        await account.audit(ROOM.id, "Europe/Berlin")
        await account.reach(await account.mint(ROOM.id), ROOM.id, ("ceo@office.example",))
    assert {call.split()[0] for call in asked(side)} == {"GET"}
    opened = [request for request in side.seen if request.path.endswith("ceo@office.example/calendarView")]
    assert {request.query["startDateTime"][:4] for request in opened} == {"2000"}
    assert {request.query["$select"] for request in opened} == {"id"}


async def test_access_that_is_worth_nothing_proves_nothing(tmp_path: Path) -> None:
    async def graph(request: web.Request) -> web.StreamResponse:
        return json_answer(error("InvalidAuthenticationToken"), 401)

    async with open_hub(graph, tmp_path) as (account, _):
        with pytest.raises(AccessExpired):
            await account.reach(AccessToken(token=Secret("old")), ROOM.id, ())


def certificate(ends: datetime) -> tuple[str, str]:
    issued = trustme.CA().issue_cert("app.office.example", not_after=ends)
    return issued.cert_chain_pems[0].bytes().decode(), issued.private_key_pem.bytes().decode()


@pytest.mark.parametrize(("days", "told"), [(-1, "it ended on"), (29, "it ends on"), (31, "")])
def test_a_credential_that_runs_out_is_announced(days: int, told: str) -> None:
    from device.calendars.graph.expiry import complaint, expires

    end = (NOW + timedelta(days=days)).replace(microsecond=0)
    pem, key = certificate(end)
    with_certificate = Options(tenant="t", client_id="client", certificate=pem, private_key=Secret(key))
    with_secret = Options(tenant="t", client_id="client", client_secret=Secret("s"), client_secret_expires=end.date())
    assert PROVIDER.expires is not None
    assert PROVIDER.expires(with_certificate) == end
    assert PROVIDER.expires(with_secret) == datetime(end.year, end.month, end.day, tzinfo=UTC)
    assert expires(Options()) is None
    for options in (with_certificate, with_secret):
        one = complaint(options, NOW)
        assert (one.evidence.startswith(told) if one else "") == (bool(told) or "")
        assert one is None or "'client'" in one.cure


def test_a_credential_of_which_nobody_knows_the_end_is_told_so() -> None:
    from device.calendars.graph.expiry import complaint

    secret = complaint(Options(client_secret=Secret("s")), NOW)
    assert secret is not None
    assert not secret.seen
    assert complaint(Options(), NOW) is None
    assert complaint(Options(certificate="no PEM", private_key=Secret("x")), NOW) is None


@pytest.mark.parametrize(
    "room",
    ["o'brien@office.example", "a’b@office.example", "‘;Remove-Mailbox x;‘", "$(whoami)", "`x`", "x\r\ny\x1b[2J"],
)
def test_no_name_breaks_out_of_a_command(room: str) -> None:
    for cure in (
        cures.processing(room, DeleteSubject="$false"),
        cures.show_processing(room, "DeleteSubject"),
        cures.time_zone(room, "W. Europe Standard Time"),
        cures.working_hours_zone(room, "UTC"),
        cures.show_permissions(Options(client_id=room), room),
        cures.scoped(Options(client_id=room), "Calendars.Read"),
        cures.rescoped(Options(client_id=room)),
        cures.new_credential(Options(client_id=room)),
    ):
        assert "\n" not in cure
        assert "\x1b" not in cure
        outside = re.sub(r"'(?:[^'‘’‚‛]|['‘’‚‛]{2})*'", "''", cure)
        assert not re.search("[‘’‚‛]", outside)
        assert not any(piece in outside for piece in ("Remove-Mailbox", "whoami", "`"))


@pytest.fixture
async def world(request: pytest.FixtureRequest) -> AsyncIterator[OfficeAccount]:
    async with office_account(request) as world:
        yield world


NEGLECTED: dict[str, set[Ailment]] = {
    "aurora": set(),
    "borealis": {Ailment.SUBJECT_IS_ORGANIZER, Ailment.BODY_REMOVED},
    "cirrus": {Ailment.BODY_REMOVED, Ailment.PRIVATE_FLAG_REMOVED},
    "dune": {Ailment.NOT_ANSWERED},
    "ember": {Ailment.CANCELLED_KEPT, Ailment.TIME_ZONE_MISSING},
    "fjord": {Ailment.TIME_ZONE_DIFFERS},
}


async def test_each_neglected_room_of_the_office_is_found_out(tmp_path: Path) -> None:
    async with open_office("neglected", tmp_path) as office:
        options = Options(
            tenant=office.tenant,
            client_id=office.client_id,
            client_secret=office.client_secret,
            endpoint=office.endpoint,
            authority=office.authority,
            ca_bundle=str(office.ca_bundle),
        )
        assert PROVIDER.open_account is not None
        async with PROVIDER.open_account(options, office.clock) as account:
            for room, expected in NEGLECTED.items():
                complaints = await account.audit(f"{room}@office.example", "Europe/Berlin")
                found = {one.ailment for one in complaints if one.seen} - {Ailment.REACH_UNSCOPED}
                assert found == expected, room


async def test_an_app_that_may_only_read_the_rooms_is_told_apart_from_one_that_may_do_more(
    world: OfficeAccount,
) -> None:
    cloud = world.office.tenant_cloud
    app = cloud.apps[world.office.client_id]
    assert PROVIDER.open_account is not None
    async with PROVIDER.open_account(world.options, world.clock) as account:
        cloud.register(msgspec.structs.replace(app, roles=frozenset((READ,)), consented=True))
        found = {one.ailment: one for one in await account.audit(world.room)}
        assert found[Ailment.NO_WRITE_PERMISSION].seen
        assert not found[Ailment.TIME_ZONE_MISSING].seen
        cloud.register(msgspec.structs.replace(app, roles=frozenset((SETTINGS,))))
        found = {one.ailment: one for one in await account.audit(world.room)}
        assert found[Ailment.NOT_SHARED].seen
