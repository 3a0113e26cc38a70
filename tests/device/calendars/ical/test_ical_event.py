"""What a VEVENT says beside its times."""

import pytest
from calendars import event, read, read_one

from device.model.occurrence import FreeBusy, Occurrence, Response

WHEN = ("DTSTART:20260113T090000Z", "DTEND:20260113T100000Z")
ROOM = "aurora@office.example"


def saying(*lines: str) -> Occurrence:
    return read_one(*WHEN, *lines, attendee=ROOM)


@pytest.mark.parametrize(
    ("lines", "weight"),
    [
        ([], FreeBusy.BUSY),
        (["TRANSP:OPAQUE"], FreeBusy.BUSY),
        (["TRANSP:transparent"], FreeBusy.FREE),
        (["STATUS:TENTATIVE"], FreeBusy.TENTATIVE),
        (["STATUS:TENTATIVE", "TRANSP:TRANSPARENT"], FreeBusy.FREE),
        (["X-MICROSOFT-CDO-BUSYSTATUS:FREE"], FreeBusy.FREE),
        (["X-MICROSOFT-CDO-BUSYSTATUS:OOF", "TRANSP:TRANSPARENT"], FreeBusy.OUT_OF_OFFICE),
        (["X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE"], FreeBusy.ELSEWHERE),
        (["X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE", "X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY"], FreeBusy.TENTATIVE),
        (["X-MICROSOFT-CDO-INTENDEDSTATUS:FREE"], FreeBusy.FREE),
        (["X-MICROSOFT-CDO-BUSYSTATUS:DANCING"], FreeBusy.BUSY),
    ],
)
def test_how_it_weighs_on_the_room(lines: list[str], weight: FreeBusy) -> None:
    assert saying(*lines).free_busy is weight


@pytest.mark.parametrize(
    ("line", "private"),
    [
        ("CLASS:PUBLIC", False),
        ("CLASS:PRIVATE", True),
        ("CLASS:confidential", True),
        ("CLASS:X-BOARD-ONLY", True),
        ("LOCATION:x", False),
    ],
)
def test_what_is_not_known_to_be_public_is_private(line: str, private: bool) -> None:
    assert saying(line).private is private


def test_what_is_cancelled_is_read_and_says_so() -> None:
    assert saying("STATUS:CANCELLED").cancelled
    assert not saying("STATUS:CONFIRMED").cancelled


@pytest.mark.parametrize(
    ("status", "response"),
    [
        ("ACCEPTED", Response.ACCEPTED),
        ("DECLINED", Response.DECLINED),
        ("TENTATIVE", Response.TENTATIVE),
        ("NEEDS-ACTION", Response.NONE),
        ("X-DANCING", Response.NONE),
    ],
)
def test_the_rooms_own_answer_counts_and_nobody_elses(status: str, response: Response) -> None:
    one = saying(
        "ATTENDEE;PARTSTAT=DECLINED:mailto:somebody@office.example",
        f"ATTENDEE;CUTYPE=ROOM;PARTSTAT={status}:MAILTO:Aurora@Office.example",
    )
    assert one.response is response


def test_a_meeting_that_says_nothing_of_the_room_is_accepted_by_being_there() -> None:
    assert saying("ATTENDEE;PARTSTAT=DECLINED:mailto:somebody@office.example").response is Response.ACCEPTED


@pytest.mark.parametrize(
    ("line", "name", "address"),
    [
        ('ORGANIZER;CN="Doe, Jane":mailto:jane@office.example', "Doe, Jane", "jane@office.example"),
        ("ORGANIZER;CN=Jane:MAILTO:jane@office.example", "Jane", "jane@office.example"),
        ("ORGANIZER:mailto:jane@office.example", "jane@office.example", "jane@office.example"),
        ("ORGANIZER;CN=Jane:urn:uuid:1-2-3", "Jane", ""),
        ("ORGANIZER:", "", ""),
    ],
)
def test_who_organises_it(line: str, name: str, address: str) -> None:
    one = saying(line)
    assert (one.organizer, one.organizer_address) == (name, address)


def test_words_are_unescaped_and_made_safe() -> None:
    assert saying("SUMMARY:Plan\\, build\\; \\nrun \x1b[31mred\u202e").title == "Plan, build; run red"


def test_of_two_subjects_the_first_counts() -> None:
    assert saying("SUMMARY:One", "SUMMARY:Two").title == "One"


def test_what_doorlight_wrote_is_understood() -> None:
    one = saying("X-DOORLIGHT-KEY:k1", "X-DOORLIGHT-CHECKED-IN:20260113T090100Z")
    assert one.own
    assert one.checked_in_at is not None
    assert one.checked_in_at.isoformat() == "2026-01-13T09:01:00+00:00"


@pytest.mark.parametrize("value", ["", "yes", "20260113T090100", "20260113", "99999999T999999Z"])
def test_a_check_in_that_nobody_can_read_is_none(value: str) -> None:
    assert saying(f"X-DOORLIGHT-CHECKED-IN:{value}").checked_in_at is None


def test_a_subject_of_a_megabyte_costs_little_and_is_cut() -> None:
    assert 0 < len(saying(f"SUMMARY:{'A' * (1 << 20)}").title) <= 200


def test_broken_lines_beside_the_times_cost_only_themselves() -> None:
    found = read(event(*WHEN, "SUMMARY:Whole", "ATTENDEE;;;=:", "NO COLON HERE", 'ORGANIZER;CN="x:y', "\x00\x01:"))
    assert [one.title for one in found.occurrences] == ["Whole"]
