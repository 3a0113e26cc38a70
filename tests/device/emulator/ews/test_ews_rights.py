"""What the service account may do: as a room that it impersonates, and as a delegate with rights of its own."""

import pytest
from ews_asking import ROOM, EwsClient, acting_as, create, delete, get, ids, times, view

from device.emulator.ews.exchange import Share
from device.emulator.office import Office

SHARED = (
    f'<t:DistinguishedFolderId Id="calendar"><t:Mailbox><t:EmailAddress>{ROOM}</t:EmailAddress></t:Mailbox>'
    "</t:DistinguishedFolderId>"
)
DAY = view("2026-11-23T00:00:00Z", "2026-11-23T23:59:59Z", folder=SHARED)
SHAPE = "<m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape>"
FOLDER = f"<m:GetFolder>{SHAPE}<m:FolderIds>{SHARED}</m:FolderIds></m:GetFolder>"
BOOKING = create(f"<t:Subject>Mine</t:Subject>{times('20:00', '21:00')}", folder=SHARED)


@pytest.mark.parametrize("kind", ["PrimarySmtpAddress", "SmtpAddress", "PrincipalName"])
async def test_a_room_is_acted_as_by_any_of_its_names(ews: EwsClient, kind: str) -> None:
    assert len(await ews.subjects(header=acting_as(ROOM.upper(), kind))) == 9


async def test_outside_of_the_scope_nobody_is_acted_as(ews: EwsClient, office: Office) -> None:
    office.exchange.impersonates.remove(ROOM)
    assert await ews.code(DAY) == "ErrorImpersonateUserDenied"
    assert await ews.code(DAY, acting_as("nobody@office.example")) == "ErrorNonExistentMailbox"
    assert await ews.code(DAY, acting_as("")) == "ErrorNonExistentMailbox"


async def test_acting_as_one_room_opens_no_other(ews: EwsClient) -> None:
    assert await ews.code(DAY, acting_as("borealis@office.example")) == "ErrorAccessDenied"


@pytest.mark.parametrize(
    ("share", "folder", "reads", "writes"),
    [
        (Share.NONE, "ErrorItemNotFound", "ErrorItemNotFound", "ErrorItemNotFound"),
        (Share.AVAILABILITY_ONLY, "ErrorAccessDenied", "ErrorAccessDenied", "ErrorAccessDenied"),
        (Share.LIMITED_DETAILS, "NoError", "NoError", "ErrorAccessDenied"),
        (Share.REVIEWER, "NoError", "NoError", "ErrorAccessDenied"),
        (Share.EDITOR, "NoError", "NoError", "NoError"),
    ],
)
async def test_a_delegate_may_do_what_the_folder_says(
    ews: EwsClient, office: Office, share: Share, folder: str, reads: str, writes: str
) -> None:
    office.exchange.shares[ROOM] = share
    assert await ews.code(FOLDER, "") == folder
    assert await ews.code(DAY, "") == reads
    assert await ews.code(BOOKING, "") == writes


async def test_a_delegate_sees_that_a_private_meeting_is_there_and_no_more(ews: EwsClient, office: Office) -> None:
    office.control.make_private("aurora")
    office.exchange.shares[ROOM] = Share.REVIEWER
    found = [each.text for each in (await ews.ask(DAY, "")).iter() if each.tag.endswith("}Subject")]
    assert "Private Appointment" in found
    assert "Design review: the new door" not in found
    assert "Design review: the new door" in await ews.subjects()


async def test_one_without_a_mailbox_must_say_whose_calendar_it_means(ews: EwsClient) -> None:
    assert await ews.code(view("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"), "") == "ErrorMissingEmailAddress"


async def test_an_id_opens_nothing_that_its_mailbox_does_not(ews: EwsClient) -> None:
    identifier, _ = ids(await ews.ask(DAY))[0]
    assert await ews.code(get(identifier), acting_as("borealis@office.example")) == "ErrorAccessDenied"
    assert await ews.code(delete(identifier), acting_as("borealis@office.example")) == "ErrorAccessDenied"
    assert await ews.code(get(identifier)) == "NoError"
