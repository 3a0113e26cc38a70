"""Items by hand: what Exchange insists on, the versions that it checks, and its words for what cannot be."""

from datetime import timedelta

import pytest
from ews_asking import (
    ROOM,
    EwsClient,
    T,
    acting_as,
    create,
    delete,
    get,
    ids,
    reply,
    set_field,
    times,
    update,
    view,
)

from device.emulator.office import Office

BOOKING = f"<t:Subject>Mine</t:Subject>{times('20:00', '21:00')}"


async def made(ews: EwsClient, item: str = BOOKING) -> tuple[str, str]:
    return ids(await ews.ask(create(item)))[0]


async def first(ews: EwsClient) -> tuple[str, str]:
    """The first meeting of the day, to which the room was invited."""
    return ids(await ews.ask(view("2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z")))[0]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (create(BOOKING, invitations=""), "ErrorSendMeetingInvitationsRequired"),
        (create("<t:Subject>Mine</t:Subject>"), "ErrorCalendarEndDateIsEarlierThanStartDate"),
        (create(f"{times('21:00', '20:00')}"), "ErrorCalendarEndDateIsEarlierThanStartDate"),
        (create("<t:Start>soon</t:Start><t:End>later</t:End>"), "ErrorSchemaValidation"),
        (create(f"<t:Sensitivity>Secret</t:Sensitivity>{times('20:00', '21:00')}"), "ErrorSchemaValidation"),
        (create(f"<t:IsCancelled>true</t:IsCancelled>{times('20:00', '21:00')}"), "ErrorInvalidPropertySet"),
        (create(f"{times('20:00', '21:00')}<t:StartTimeZone Id='Nowhere'/>"), "ErrorInvalidTimeZone"),
        (create(BOOKING, folder='<t:DistinguishedFolderId Id="inbox"/>'), "ErrorFolderNotFound"),
        (create(BOOKING, folder='<t:FolderId Id="rubbish"/>'), "ErrorInvalidIdMalformed"),
        (get("rubbish"), "ErrorInvalidIdMalformed"),
        (get("AAMkADAwATM0YXVyb3JhQG9mZmljZS5leGFtcGxlLzk5OQ=="), "ErrorItemNotFound"),
        (delete("AAMkADAwATM0YXVyb3JhQG9mZmljZS5leGFtcGxlLzk5OQ==", ""), "ErrorSendMeetingCancellationsRequired"),
        (view("2026-11-24T00:00:00Z", "2026-11-23T00:00:00Z"), "ErrorCalendarEndDateIsEarlierThanStartDate"),
        (view("2026-11-24T00:00:00Z", "2029-11-23T00:00:00Z"), "ErrorCalendarViewRangeTooBig"),
        ("<m:Teleport/>", "ErrorInvalidOperation"),
    ],
)
async def test_what_cannot_be_is_told_in_exchanges_words(ews: EwsClient, body: str, code: str) -> None:
    assert await ews.code(body) == code


async def test_a_change_must_be_of_the_present_version(ews: EwsClient) -> None:
    identifier, version = await made(ews)
    longer = set_field("calendar:End", "<t:End>2026-11-23T22:00:00Z</t:End>")
    (_, changed), *_ = ids(await ews.ask(update(identifier, version, longer)))
    assert changed != version
    assert await ews.code(update(identifier, version, longer)) == "ErrorIrresolvableConflict"
    assert await ews.code(update(identifier, "", longer)) == "ErrorChangeKeyRequiredForWriteOperations"
    assert await ews.code(update(identifier, "", longer, "AlwaysOverwrite")) == "NoError"


async def test_a_property_is_deleted_by_its_path(ews: EwsClient, office: Office) -> None:
    identifier, version = await made(
        ews, f"<t:Subject>Mine</t:Subject>{times('20:00', '21:00')}<t:Location>X</t:Location>"
    )
    gone = '<t:DeleteItemField><t:FieldURI FieldURI="calendar:Location"/></t:DeleteItemField>'
    assert await ews.code(update(identifier, version, gone)) == "NoError"
    (event,) = (each for each in office.tenant_cloud.mailboxes[ROOM].stored() if each.subject == "Mine")
    assert event.location == ""


async def test_one_that_fails_costs_no_other(ews: EwsClient) -> None:
    identifier, _ = await made(ews)
    both = get(identifier).replace("</m:ItemIds>", '<t:ItemId Id="rubbish"/></m:ItemIds>')
    inside = await ews.ask(both)
    assert [each.get("ResponseClass") for each in inside[0]] == ["Success", "Error"]


async def test_an_invitation_is_answered_and_an_own_meeting_is_not(ews: EwsClient) -> None:
    invited, _ = await first(ews)
    own, _ = await made(ews)
    assert await ews.code(reply("CancelCalendarItem", invited)) == "ErrorCalendarIsNotOrganizer"
    assert await ews.code(reply("DeclineItem", own)) == "ErrorCalendarIsOrganizerForDecline"
    assert await ews.code(reply("AcceptItem", own)) == "ErrorCalendarIsOrganizerForAccept"
    assert await ews.code(reply("DeclineItem", invited).replace(' MessageDisposition="SendOnly"', "")) == (
        "ErrorMessageDispositionRequired"
    )
    assert await ews.code(reply("DeclineItem", invited)) == "NoError"
    assert await ews.code(get(invited)) == "ErrorItemNotFound"
    assert await ews.code(reply("CancelCalendarItem", own)) == "NoError"


async def test_a_view_gives_what_ends_where_it_begins_and_says_when_there_is_more(ews: EwsClient) -> None:
    whole = await ews.ask(view("2026-11-23T09:15:00Z", "2026-11-23T10:00:00Z"))
    subjects = [each.text for each in whole.iter(f"{T}Subject")]
    assert subjects == ["Design review: the new door", "Sprint planning"]
    part = await ews.ask(view("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z", most=4))
    root = next(part.iter("{http://schemas.microsoft.com/exchange/services/2006/messages}RootFolder"))
    assert (root.get("TotalItemsInView"), root.get("IncludesLastItemInRange")) == ("4", "false")


async def test_a_view_knows_people_inside_by_their_old_names(ews: EwsClient) -> None:
    found = await ews.ask(view("2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z"))
    mailbox = next(found.iter(f"{T}Organizer"))[0]
    assert [mailbox.findtext(f"{T}{name}") for name in ("Name", "RoutingType")] == ["Inês Carvalho", "EX"]
    identifier, _ = ids(found)[0]
    whole = next((await ews.ask(get(identifier))).iter(f"{T}Organizer"))[0]
    assert whole.findtext(f"{T}EmailAddress") == "ines.carvalho@office.example"


async def test_times_come_in_the_zone_of_the_request(ews: EwsClient) -> None:
    zone = '<t:TimeZoneContext><t:TimeZoneDefinition Id="W. Europe Standard Time"/></t:TimeZoneContext>'
    found = await ews.ask(view("2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z"), acting_as(ROOM) + zone)
    assert next(found.iter(f"{T}Start")).text == "2026-11-23T09:30:00+01:00"


async def test_characters_that_xml_has_no_place_for_go_out_by_their_numbers(ews: EwsClient, office: Office) -> None:
    office.control.add_meeting("aurora", title="\x1b[31m\x00 and \r", lasts=timedelta(minutes=5))
    answer = await ews.send(view("2026-11-23T07:00:00Z", "2026-11-23T08:10:00Z"))
    assert "<t:Subject>&#x1B;[31m&#x0; and &#xD;</t:Subject>" in answer.text


async def test_rubbish_is_refused_and_nothing_more(ews: EwsClient, office: Office) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "x">]><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"/>'
    for body in (b"", b"\0", b"<", b"<a/>", bomb, b"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'/>"):
        answer = await ews.http.post(office.ews, content=body)
        assert answer.status_code == 500
        assert "ErrorSchemaValidation" in answer.text
    assert (await ews.http.get(office.ews)).status_code == 405
    assert (await ews.http.post(f"{office.authority}/EWS/Other.asmx")).status_code == 404
    large = await ews.http.post(office.ews, content=b" " * (5 << 20))
    assert "too large" in large.text


async def test_a_version_that_nobody_speaks_is_refused(ews: EwsClient) -> None:
    assert await ews.code("<m:GetRoomLists/>", '<t:RequestServerVersion Version="Exchange2031"/>') == (
        "ErrorInvalidServerVersion"
    )
