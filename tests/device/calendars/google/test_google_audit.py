"""What the audit of a room finds, and that each complaint names its cure."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from far_side import json_answer
from google_room import ROOM, event, own
from google_schema import GoogleOracle
from test_google_account import AURORA, account_at, account_of, delegated

from device.calendars.google.options import Options
from device.calendars.interface import Ailment, Complaint
from device.emulator.google.grants import AUTH
from device.emulator.google.workspace import ADMINISTRATOR, SERVICE_ACCOUNT, Role
from device.emulator.office import Office, open_office
from device.model.errors import CalendarUnreachable, RoomNotFound


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office("monday", tmp_path) as office:
        with GoogleOracle().watching(office):
            yield office


async def complaints(office: Office, given: Options | None = None) -> dict[Ailment, Complaint]:
    async with account_of(office, given) as account:
        return {one.ailment: one for one in await account.audit(AURORA)}


async def test_a_room_that_is_all_right_has_no_complaint(office: Office) -> None:
    assert await complaints(office) == {}
    assert await complaints(office, delegated(office)) == {}


async def test_a_room_that_is_not_shared_says_with_whom_to_share_it(office: Office) -> None:
    office.workspace.share(AURORA, Role.NONE)
    found = await complaints(office)
    assert set(found) == {Ailment.NOT_SHARED}
    cure = found[Ailment.NOT_SHARED].cure
    assert f"gam calendar {AURORA} add acls writer {SERVICE_ACCOUNT}" in cure
    assert "Make changes to events" in cure
    assert not found[Ailment.NOT_SHARED].sure  # for all that this account can tell, there is no such room
    by_directory = (await complaints(office, delegated(office)))[Ailment.NOT_SHARED]
    assert by_directory.sure
    assert ADMINISTRATOR in by_directory.cure


async def test_a_room_that_the_directory_does_not_know_is_not_found(office: Office) -> None:
    async with account_of(office, delegated(office)) as account:
        with pytest.raises(RoomNotFound):
            await account.audit("nobody@office.example")


@pytest.mark.parametrize(
    ("role", "ailments"),
    [
        (Role.FREE_BUSY, {Ailment.DETAILS_HIDDEN, Ailment.NO_WRITE_PERMISSION}),
        (Role.READER, {Ailment.NO_WRITE_PERMISSION}),
        (Role.WRITER_NOT_PRIVATE, set()),
        (Role.WRITER, set()),
        (Role.OWNER, set()),
    ],
)
async def test_what_the_account_may_do_decides(role: Role, ailments: set[Ailment], office: Office) -> None:
    office.workspace.share(AURORA, role)
    found = await complaints(office)
    assert set(found) == ailments
    assert all(one.sure and role.value in one.evidence for one in found.values())


async def test_a_room_that_does_not_answer_invitations_is_told_by_its_setting(office: Office) -> None:
    office.workspace.declining.add(AURORA)
    (found,) = (await complaints(office)).values()
    assert (found.ailment, found.sure) == (Ailment.NOT_ANSWERED, True)
    assert AURORA in found.cure
    assert "autoAcceptInvitations" in found.cure


async def test_where_the_setting_may_not_be_read_it_is_concluded_from_the_meetings(office: Office) -> None:
    office.workspace.declining.add(AURORA)
    office.workspace.delegated.discard(f"{AUTH}calendar.calendars.readonly")
    assert await complaints(office, delegated(office)) == {}
    mailbox = office.tenant_cloud.mailboxes[AURORA]
    waiting = next(event for event in mailbox.stored() if event.rule is None and not event.cancelled)
    when = waiting.when
    mailbox.replace(msgspec.structs.replace(waiting, response="none", when=when))
    office.clock.jump(timedelta(hours=-12))
    (found,) = (await complaints(office, delegated(office))).values()
    assert (found.ailment, found.sure) == (Ailment.NOT_ANSWERED, False)
    assert found.evidence == "1 unanswered invitations"


@pytest.mark.parametrize("zone", [None, "", "Nowhere/Atlantis", 5])
async def test_a_calendar_without_a_zone_is_told(zone: Any, tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/events"):
            return json_answer({"accessRole": "owner", "timeZone": zone, "items": []})
        return json_answer({"autoAcceptInvitations": True})

    async with account_at(handler, tmp_path) as (account, _):
        (found,) = await account.audit(ROOM.id, "America/Lima")
    assert found.ailment is Ailment.TIME_ZONE_MISSING
    assert '{"timeZone": "America/Lima"}' in found.cure


@pytest.mark.parametrize(("days", "told"), [(29, True), (31, False), (-1, True), (None, False)])
async def test_a_credential_that_runs_out_is_told_in_time(days: int | None, told: bool, office: Office) -> None:
    expires = None if days is None else office.clock.now + timedelta(days=days)
    found = await complaints(office, delegated(office, credential_expires=expires))
    assert (Ailment.CREDENTIAL_EXPIRES in found) is told


async def test_no_complaint_holds_a_word_of_a_meeting(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/events"):
            meetings = [event(summary="canary", attendees=[own("needsAction")]), event("two22"), "broken", {"id": 5}]
            return json_answer({"accessRole": "reader", "items": meetings})
        return json_answer({})

    async with account_at(handler, tmp_path) as (account, side):
        found = await account.audit(ROOM.id)
    assert {one.ailment for one in found} == {
        Ailment.NO_WRITE_PERMISSION,
        Ailment.TIME_ZONE_MISSING,
        Ailment.NOT_ANSWERED,
    }
    assert "canary" not in str(found)
    assert "summary" not in side.seen[1].query["fields"]
    assert {request.method for request in side.seen if request.path != "/token"} == {"GET"}


async def test_an_audit_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return json_answer({"error": {"code": 503, "message": "x", "errors": []}}, 503)

    async with account_at(handler, tmp_path) as (account, _):
        with pytest.raises(CalendarUnreachable):
            await account.audit(ROOM.id)
