"""The hub half on the office's Exchange: rooms, people, access and its reach, and what an administrator is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from exchange_room import Standing
from exchange_worlds import options_for

from device.calendars.exchange import PROVIDER
from device.calendars.exchange.options import Access, Auth
from device.calendars.interface import (
    Ailment,
    CalendarAccount,
    Complaint,
    Heard,
    Notification,
    NotificationTarget,
    Notifies,
    Reach,
    Subscription,
)
from device.emulator.event import Attendee, Event, Person
from device.emulator.ews.exchange import Share
from device.emulator.faults import Fault
from device.emulator.office import Office, open_office
from device.model.errors import (
    CalendarBusy,
    CredentialRefused,
    NotificationsRefused,
    RoomNotFound,
    SubscriptionLost,
)
from device.model.secret import Secret
from device.model.window import Window

ATTENDANT = "Set-CalendarProcessing -Identity 'aurora@office.example'"
AURORA, BOREALIS = "aurora@office.example", "borealis@office.example"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office("monday", tmp_path, machine=Standing()) as opened:
        yield opened


@asynccontextmanager
async def account_of(office: Office, clock: Standing | None = None, **changes: Any) -> AsyncIterator[CalendarAccount]:
    assert PROVIDER.open_account is not None
    options = options_for(office, **changes)
    async with PROVIDER.open_account(options, clock or Standing(office.clock.now)) as account:
        yield account


@pytest.fixture
async def account(office: Office) -> AsyncIterator[CalendarAccount]:
    async with account_of(office) as opened:
        yield opened


async def test_rooms_are_those_of_all_lists(account: CalendarAccount, office: Office) -> None:
    rooms = await account.rooms()
    assert [room.id for room in rooms] == [entry.address for entry in office.rooms]
    assert (rooms[0].name, rooms[0].place, rooms[0].zone) == ("Aurora", "Lighthouse", "")


async def test_people_are_found_by_the_beginning_of_any_of_their_names(account: CalendarAccount) -> None:
    for text in ("köh", "Sabine", "sabine.koe", "  SABINE "):
        (person,) = await account.people(text)
        assert person.address == "sabine.koehler@office.example"
    assert len(await account.people("s")) > 1
    assert await account.people("zzz") == ()
    assert await account.people("  ") == ()


async def test_access_is_the_accounts_own(account: CalendarAccount, office: Office) -> None:
    access = await account.mint(AURORA)
    assert (access.username, access.token.reveal()) == (office.exchange.username, office.exchange.password.reveal())
    assert access.expires_at is None


async def test_reach_is_proven_by_reading(office: Office) -> None:
    async with account_of(office) as account:
        access = await account.mint(AURORA)
        canaries = (BOREALIS, "nobody@office.example", "sabine.koehler@office.example")
        assert await account.reach(access, AURORA, canaries) == reach_of((BOREALIS,))
        office.exchange.impersonates = {AURORA}
        assert await account.reach(access, AURORA, canaries) == reach_of(())
        office.exchange.shares[BOREALIS] = Share.REVIEWER  # by the other right
        assert await account.reach(access, AURORA, canaries) == reach_of((BOREALIS,))
        office.exchange.impersonates = set()
        assert (await account.reach(access, AURORA, ())).own_room is False


def reach_of(beyond: tuple[str, ...]) -> Reach:
    return Reach(own_room=True, beyond=beyond)


async def test_reach_cannot_be_proven_while_nobody_answers(account: CalendarAccount, office: Office) -> None:
    access = await account.mint(AURORA)
    office.faults.add(Fault.THROTTLED)
    with pytest.raises(CalendarBusy):
        await account.reach(access, AURORA, (BOREALIS,))


async def test_a_wrong_password_is_tried_once(office: Office) -> None:
    async with account_of(office, password=Secret("wrong")) as account:
        for _ in range(3):
            with pytest.raises(CredentialRefused):
                await account.rooms()
    assert office.exchange.failed_logins == 1


async def test_a_token_that_was_withdrawn_is_made_anew_once(office: Office) -> None:
    entra = {
        "auth": Auth.OAUTH,
        "token_endpoint": f"{office.authority}/{office.tenant}/oauth2/v2.0/token",
        "client_id": office.client_id,
        "client_secret": office.client_secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    async with account_of(office, **entra) as account:
        assert await account.rooms()
        office.control.expire_access()
        assert await account.rooms()
        access = await account.mint(AURORA)
        assert (access.username, access.expires_at is not None) == ("", True)
        office.faults.add(Fault.UNAUTHORISED, path="/EWS/")
        with pytest.raises(CredentialRefused):
            await account.rooms()


async def test_exchange_calls_nobody(account: CalendarAccount) -> None:
    assert PROVIDER.notifies is Notifies.LISTENS
    target = NotificationTarget(url="https://hub.example/hook")
    with pytest.raises(NotificationsRefused):
        await account.subscribe(AURORA, target)
    gone = Subscription(id="x", room=AURORA, expires_at=Standing().now, secret=Secret("x"))
    with pytest.raises(SubscriptionLost):
        await account.renew(gone, target)
    await account.unsubscribe(gone)
    assert account.hear(Notification(headers={}, body=b"<x/>"), (gone,)) == Heard()


def invite(office: Office, count: int, **changes: Any) -> None:
    """So many invitations in the first room, alike but for their days."""
    mailbox = office.tenant_cloud.mailboxes[AURORA]
    for event in mailbox.stored():
        mailbox.remove(event.id)
    usual = {
        "subject": "Budget",
        "organizer": Person(name="Inês Carvalho", address="ines.carvalho@office.example"),
        "attendees": (Attendee(person=mailbox.owner, kind="resource"),),
        "body": "See the agenda.",
        "created": office.clock.now - timedelta(days=2),
    }
    for number in range(count):
        start = office.clock.now + timedelta(days=1, hours=number)
        when = Window(start=start, end=start + timedelta(minutes=30))
        event = Event(id=mailbox.new_id(), when=when, uid=str(number), zone="UTC", **(usual | changes))
        mailbox.add(event)


async def only(account: CalendarAccount) -> Complaint:
    (complaint,) = await account.audit(AURORA)
    return complaint


async def test_a_room_that_is_well_has_no_complaint(account: CalendarAccount, office: Office) -> None:
    invite(office, 10)
    assert await account.audit(AURORA) == ()


@pytest.mark.parametrize(
    ("count", "changes", "ailment", "evidence", "cure"),
    [
        (
            4,
            {"subject": "Inês Carvalho"},
            Ailment.SUBJECT_IS_ORGANIZER,
            "4 of 4",
            f"{ATTENDANT} -DeleteSubject $false -AddOrganizerToSubject $false",
        ),
        (
            8,
            {"body": ""},
            Ailment.BODY_REMOVED,
            "8 of 8",
            f"{ATTENDANT} -DeleteComments $false",
        ),
        (
            25,
            {},
            Ailment.PRIVATE_FLAG_REMOVED,
            "0 of 25 are private",
            f"{ATTENDANT} -RemovePrivateProperty $false",
        ),
        (
            5,
            {"response": "tentativelyAccepted"},
            Ailment.NOT_ANSWERED,
            "5 of 5",
            f"{ATTENDANT} -AutomateProcessing AutoAccept",
        ),
        (
            5,
            {"response": "none"},
            Ailment.NOT_ANSWERED,
            "5 of 5",
            f"{ATTENDANT} -AutomateProcessing AutoAccept",
        ),
    ],
)
async def test_what_the_attendant_does_is_concluded_from_the_meetings(
    account: CalendarAccount,
    office: Office,
    count: int,
    changes: dict[str, Any],
    ailment: Ailment,
    evidence: str,
    cure: str,
) -> None:
    invite(office, count, **changes)
    complaint = await only(account)
    assert complaint == Complaint(ailment=ailment, evidence=evidence, cure=cure, sure=False)
    assert "Budget" not in repr(complaint)


async def test_nothing_is_concluded_from_a_few(account: CalendarAccount, office: Office) -> None:
    invite(office, 2, subject="Inês Carvalho", body="", response="none")
    assert await account.audit(AURORA) == ()


async def test_one_private_meeting_shows_that_the_flag_survives(account: CalendarAccount, office: Office) -> None:
    invite(office, 25)
    mailbox = office.tenant_cloud.mailboxes[AURORA]
    mailbox.replace(msgspec.structs.replace(mailbox.stored()[3], sensitivity="private"))
    assert await account.audit(AURORA) == ()


async def test_an_invitation_of_this_hour_may_still_be_answered(account: CalendarAccount, office: Office) -> None:
    invite(office, 5, response="none", created=office.clock.now - timedelta(minutes=10))
    assert await account.audit(AURORA) == ()


async def test_a_room_out_of_scope_is_not_shared_and_the_line_says_how(office: Office) -> None:
    office.exchange.impersonates = set()
    async with account_of(office) as account:
        complaint = await only(account)
    assert (complaint.ailment, complaint.sure) == (Ailment.NOT_SHARED, True)
    assert complaint.evidence == "ErrorImpersonateUserDenied"
    assert "New-ManagementRoleAssignment" in complaint.cure
    assert "-User 'OFFICE\\svc-doors'" in complaint.cure


@pytest.mark.parametrize(
    ("share", "ailment"),
    [
        (Share.NONE, Ailment.NOT_SHARED),
        (Share.AVAILABILITY_ONLY, Ailment.NOT_SHARED),
        (Share.REVIEWER, Ailment.NO_WRITE_PERMISSION),
        (Share.EDITOR, None),
    ],
)
async def test_a_delegates_rights_are_read(office: Office, share: Share, ailment: Ailment | None) -> None:
    invite(office, 10)
    office.exchange.shares[AURORA] = share
    async with account_of(office, access=Access.DELEGATE) as account:
        complaints = await account.audit(AURORA)
    assert [each.ailment for each in complaints] == ([ailment] if ailment else [])
    for complaint in complaints:
        assert complaint.cure == (
            "Add-MailboxFolderPermission -Identity 'aurora@office.example:\\Calendar' "
            "-User 'OFFICE\\svc-doors' -AccessRights Editor"
        )
        assert complaint.sure


async def test_a_room_that_does_not_exist_is_not_found(account: CalendarAccount) -> None:
    with pytest.raises(RoomNotFound):
        await account.audit("nobody@office.example")


async def test_a_mailbox_without_working_hours_does_not_know_its_zone(account: CalendarAccount, office: Office) -> None:
    invite(office, 5)
    office.exchange.unhoused.add(AURORA)
    complaint = await only(account)
    assert (complaint.ailment, complaint.sure) == (Ailment.TIME_ZONE_MISSING, False)
    assert "Set-MailboxRegionalConfiguration -Identity 'aurora@office.example'" in complaint.cure


async def test_an_audit_that_meets_trouble_says_so(account: CalendarAccount, office: Office) -> None:
    office.faults.add(Fault.UNAVAILABLE, retry_after="5", times=1)
    with pytest.raises(CalendarBusy):
        await account.audit(AURORA)


def test_names_are_quoted_for_the_shell() -> None:
    from device.calendars.exchange.audit import _quoted

    assert _quoted("o'neill@office.example") == "'o''neill@office.example'"
    assert _quoted("a’; Remove-Mailbox") == "'a’’; Remove-Mailbox'"


def test_the_provider_says_what_it_asks_a_person_for() -> None:
    asked = {kind.name: kind.asks for kind in PROVIDER.credentials}
    fields = {field.encode_name for field in msgspec.structs.fields(PROVIDER.options)}
    assert asked["password"] == ("server", "username", "password")
    assert all(set(asks) <= fields for asks in asked.values())
