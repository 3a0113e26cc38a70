"""Exchange's items in our words: every status, all-day meetings of any zone, and items that are none."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from exchange_room import DATA, OPEN, at, element, item
from exchangelib.errors import ErrorInternalServerError, ErrorServerBusy
from hypothesis import given, settings
from hypothesis import strategies as st

from device.calendars.exchange.envelope import MESSAGES, TYPES, header_and_body, well_formed
from device.calendars.exchange.meetings import Meeting, read_item, read_items
from device.calendars.interface import Skipped
from device.model.errors import MalformedAnswer
from device.model.occurrence import FreeBusy, Response
from device.model.window import Dates, Window

BERLIN = "Europe/Berlin"
ALL_DAY = {"IsAllDayEvent": "true"}


def parsed(xml: str) -> Any:
    types = OPEN.partition("<s:Body>")[0]
    return well_formed(f"{types}{xml}</s:Envelope>".encode())[0]


def read(xml: str, zone: str = BERLIN) -> Meeting:
    found = read_item(parsed(xml), zone)
    assert isinstance(found, Meeting), found
    return found


def skipped(xml: str) -> Skipped:
    found = read_item(parsed(xml), BERLIN)
    assert isinstance(found, Skipped), found
    return found


def test_an_ordinary_meeting() -> None:
    meeting = read(item())
    occurrence = meeting.occurrence
    assert (occurrence.id, occurrence.etag, occurrence.title, occurrence.organizer) == (
        "1",
        "c1",
        "Budget",
        "Inês Carvalho",
    )
    assert occurrence.when == Window(start=at(10), end=at(11))
    assert (occurrence.series, occurrence.own, occurrence.private, occurrence.cancelled) == ("", False, False, False)
    assert (meeting.created_at, meeting.ours) == ("2026-11-01T10:00:00Z", False)


@pytest.mark.parametrize(
    ("told", "weight"),
    [
        ("Free", FreeBusy.FREE),
        ("Tentative", FreeBusy.TENTATIVE),
        ("Busy", FreeBusy.BUSY),
        ("OOF", FreeBusy.OUT_OF_OFFICE),
        ("WorkingElsewhere", FreeBusy.ELSEWHERE),
        ("NoData", FreeBusy.UNKNOWN),
        ("Sabbatical", FreeBusy.UNKNOWN),
        ("", FreeBusy.BUSY),
    ],
)
def test_every_weight(told: str, weight: FreeBusy) -> None:
    assert read(item(LegacyFreeBusyStatus=told)).occurrence.free_busy is weight


@pytest.mark.parametrize(
    ("told", "response", "ours"),
    [
        ("Organizer", Response.ACCEPTED, True),
        ("Accept", Response.ACCEPTED, False),
        ("Tentative", Response.TENTATIVE, False),
        ("Decline", Response.DECLINED, False),
        ("NoResponseReceived", Response.NONE, False),
        ("Unknown", Response.NONE, False),
        ("", Response.NONE, False),
    ],
)
def test_every_answer(told: str, response: Response, ours: bool) -> None:
    meeting = read(item(MyResponseType=told))
    assert (meeting.occurrence.response, meeting.ours) == (response, ours)


@pytest.mark.parametrize(
    ("told", "private"),
    [("Normal", False), ("Personal", False), ("Private", True), ("Confidential", True), ("", False), ("Secret", True)],
)
def test_every_sensitivity_and_what_is_unknown_is_private(told: str, private: bool) -> None:
    assert read(item(Sensitivity=told)).occurrence.private is private


def test_what_nobody_was_invited_to_is_the_rooms_own() -> None:
    assert read(item(IsMeeting="false", MyResponseType="")).ours


def test_days_of_a_series_share_their_uid_and_single_meetings_have_no_series() -> None:
    assert read(item(CalendarItemType="Occurrence")).occurrence.series == "uid-1"
    assert read(item(CalendarItemType="Exception")).occurrence.series == "uid-1"
    assert read(item(CalendarItemType="Single")).occurrence.series == ""


def test_the_organizers_name_is_no_title() -> None:
    meeting = read(item(Subject="Inês Carvalho"))
    assert (meeting.occurrence.title, meeting.named_after_organizer) == ("", True)


def test_an_address_from_before_smtp_is_none() -> None:
    old = item().replace("</t:Name>", "</t:Name><t:EmailAddress>/O=OFFICE/CN=INES</t:EmailAddress>")
    new = item().replace("</t:Name>", "</t:Name><t:EmailAddress>ines@office.example</t:EmailAddress>")
    assert read(old).occurrence.organizer_address == ""
    assert read(new).occurrence.organizer_address == "ines@office.example"


def mark(name: str, value: str, space: str = "BF2722D5-AD38-4C8E-83F9-848EA9617ABA") -> str:
    uri = f'<t:ExtendedFieldURI PropertySetId="{space}" PropertyName="{name}" PropertyType="String"/>'
    return f"<t:ExtendedProperty>{uri}{element('Value', value)}</t:ExtendedProperty>"


def test_our_marks_are_read_in_any_case_and_others_are_not() -> None:
    came = "2026-11-23T10:01:00+00:00"
    meeting = read(item(more=mark("DoorlightBooking", "key") + mark("DoorlightCheckIn", came)))
    assert (meeting.key, meeting.occurrence.own, meeting.ours) == ("key", True, True)
    assert meeting.occurrence.checked_in_at == datetime(2026, 11, 23, 10, 1, tzinfo=UTC)
    other = read(item(more=mark("DoorlightBooking", "key", "00020329-0000-0000-c000-000000000046")))
    assert (other.key, other.occurrence.own) == ("", False)
    for rubbish in ("", "soon", "2026-11-23T10:01:00", "9999-99-99"):
        assert read(item(more=mark("DoorlightCheckIn", rubbish))).occurrence.checked_in_at is None


@pytest.mark.parametrize(
    ("start", "end", "zones", "room", "dates"),
    [
        ("2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z", ("W. Europe Standard Time",) * 2, BERLIN, (23, 24)),
        ("2026-11-22T15:00:00Z", "2026-11-23T15:00:00Z", ("Tokyo Standard Time",) * 2, BERLIN, (23, 24)),
        ("2026-11-23T08:00:00Z", "2026-11-25T08:00:00Z", ("Pacific Standard Time",) * 2, BERLIN, (23, 25)),
        ("2026-11-22T11:00:00Z", "2026-11-23T11:00:00Z", ("New Zealand Standard Time",) * 2, BERLIN, (23, 24)),
        ("2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z", ("", ""), BERLIN, (23, 24)),
        ("2026-11-23T05:00:00Z", "2026-11-24T05:00:00Z", ("Customized Time Zone", ""), BERLIN, (23, 24)),
        ("2026-11-22T18:30:00Z", "2026-11-23T18:30:00Z", ("Nowhere", ""), "Asia/Kolkata", (23, 24)),
        ("2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z", ("UTC", "UTC"), BERLIN, (23, 24)),
        ("2026-11-23T00:00:00", "2026-11-24T00:00:00", ("UTC", ""), BERLIN, (23, 24)),
    ],
)
def test_an_all_day_meeting_is_of_the_days_that_were_meant(
    start: str, end: str, zones: tuple[str, str], room: str, dates: tuple[int, int]
) -> None:
    named = zip(("StartTimeZone", "EndTimeZone"), zones, strict=True)
    more = "".join(f'<t:{tag} Id="{zone}"/>' for tag, zone in named if zone)
    meeting = read(item(more=more, Start=start, End=end, **ALL_DAY), room)
    assert meeting.occurrence.when == Dates(first=date(2026, 11, dates[0]), until=date(2026, 11, dates[1]))


@pytest.mark.parametrize("name", ["Start", "End"])
@pytest.mark.parametrize("told", ["", "soon", "2026-13-01T00:00:00Z", "2026-11-23", "x" * 5000, "2026-11-23T25:00:00Z"])
def test_a_time_that_is_none_is_named_without_its_text(name: str, told: str) -> None:
    if told == "2026-11-23":
        pytest.skip("a date is a midnight")
    why = skipped(item(**{name: told})).why
    assert why == "a time that is none"


def test_what_ends_before_it_starts_is_skipped() -> None:
    assert skipped(item(begins=11, ends=10)).why == "ends before it starts"
    assert skipped(item(**(ALL_DAY | {"Start": "2026-11-24T00:00:00Z"}))).why == "ends before it starts"


def test_what_is_no_meeting_is_skipped() -> None:
    assert skipped('<t:MeetingRequest><t:ItemId Id="m"/></t:MeetingRequest>') == Skipped(id="m", why="no meeting")
    assert skipped("<t:CalendarItem/>") == Skipped(id="", why="an item without an id")
    assert skipped('<t:CalendarItem><t:ItemId Id="x"/></t:CalendarItem>').id == "x"


def test_one_bad_item_costs_no_other() -> None:
    meetings, bad = read_items([parsed(item("1")), parsed(item("2", Start="soon")), parsed(item("3"))], BERLIN)
    assert [meeting.occurrence.id for meeting in meetings] == ["1", "3"]
    assert [one.id for one in bad] == ["2"]


NAMES = ("Subject", "Start", "End", "IsAllDayEvent", "Sensitivity", "UID", "CalendarItemType", "MyResponseType")
HOSTILE = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), HOSTILE, max_size=4))
def test_no_text_breaks_the_reading(changes: dict[str, str]) -> None:
    printable = {name: "".join(c for c in text if c.isprintable()) for name, text in changes.items()}
    assert isinstance(read_item(parsed(item(**printable)), BERLIN), Meeting | Skipped)


def sample(name: str) -> bytes:
    if not (DATA / name).exists():
        pytest.skip("the published samples are not on this machine")
    return (DATA / name).read_bytes().replace(b"https://schemas.xmlsoap.org", b"http://schemas.xmlsoap.org")


def items_in(body: Any) -> list[Any]:
    return list(body.iter(f"{TYPES}CalendarItem"))


def test_a_published_week_of_a_series() -> None:
    _, body = header_and_body(sample("recurrence-patterns-and-ews-04-response.xml"))
    meetings, bad = read_items(items_in(body), "America/Los_Angeles")
    assert bad == []
    assert [str(meeting.occurrence.title) for meeting in meetings] == ["Swim Team Practice"] * 5
    days = [meeting.occurrence.when.start.day for meeting in meetings if isinstance(meeting.occurrence.when, Window)]
    assert days == [2, 9, 16, 23, 30]
    assert len({meeting.occurrence.id for meeting in meetings}) == 5


def test_a_published_item() -> None:
    _, body = header_and_body(sample("getitem-calendar-item-03-response.xml"))
    (meeting,), _ = read_items(items_in(body), BERLIN)
    assert meeting.occurrence.organizer == "Bob"
    assert meeting.occurrence.organizer_address == "someone@example.com"
    assert meeting.occurrence.when == Window(
        start=datetime(2006, 6, 16, 0, 30, tzinfo=UTC), end=datetime(2006, 6, 16, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    "path", sorted(path.name for path in DATA.glob("*response*.xml")) or ["absent.xml"], ids=lambda name: name
)
def test_every_published_answer_is_an_envelope(path: str) -> None:
    told = sample(path)
    if b":Envelope" not in told:
        pytest.skip("a part of an answer, printed without its envelope")
    _, body = header_and_body(told)
    assert len(body) == 1
    read_items(items_in(body), BERLIN)


@pytest.mark.parametrize(
    "path", sorted((DATA / "malformed").glob("*")) or [Path("absent.txt")], ids=lambda path: path.name
)
def test_every_published_fragment_is_malformed(path: Path) -> None:
    body = sample(f"malformed/{path.name}")
    try:
        header_and_body(body)
    except MalformedAnswer:
        return
    well_formed(body)  # one that is an envelope after all must be a whole one


def test_published_answers_of_the_services_mean_what_they_say() -> None:
    from exchangelib.services import GetRoomLists, GetRooms, ResolveNames

    from device.calendars.exchange.services import ListedRooms, Names, RoomLists

    def objects(kind: Any, parent: Any, name: str) -> list[Any]:
        service = kind(_Protocol())
        _, body = header_and_body(sample(name))
        assert issubclass(kind, parent)
        return list(service._elems_to_objs(service._get_elements_in_response(service._get_soap_messages(body=body))))

    assert [each.email_address for each in objects(RoomLists, GetRoomLists, "getroomlists-02-response.xml")] == [
        "RoomList@contoso.com"
    ]
    rooms = objects(ListedRooms, GetRooms, "getrooms-02-response.xml")
    assert [room.email_address for room in rooms] == ["Room01@contoso.com", "Room02@contoso.com"]
    names = objects(Names, ResolveNames, "resolvenames-02-response.xml")
    assert [name.email_address for name in names] == ["User2@example.com"]


def test_published_busy_times() -> None:
    from device.calendars.exchange.schedule import _busy

    _, body = header_and_body(sample("getuseravailability-02-response.xml"))
    window = Window(start=datetime(2006, 10, 16, tzinfo=UTC), end=datetime(2006, 10, 18, tzinfo=UTC))
    first = _busy(next(body.iter(f"{MESSAGES}FreeBusyView")), window)
    assert first is not None
    assert [span.start.hour for span in first] == [13, 14, 16]


@pytest.mark.parametrize(
    ("name", "error"),
    [("exchangelib-error_server_busy-01.xml", ErrorServerBusy), ("exchangelib-soap_error-01.xml", Exception)],
)
def test_published_faults_are_told_by_their_codes(name: str, error: type[Exception]) -> None:
    from device.calendars.exchange.services import RoomLists

    text = sample(name)
    if b"{" in text:
        pytest.skip("a template of a test")
    _, body = header_and_body(text)
    with pytest.raises(error):
        RoomLists(_Protocol())._get_soap_messages(body=body)
    assert ErrorInternalServerError


class _Protocol:
    """As much of a protocol as a service looks at before it sends."""

    class version:  # noqa: N801 - as exchangelib spells it
        from exchangelib import Build

        build = Build(15, 2)
