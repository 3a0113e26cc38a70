"""Cutting calendars into pieces: every encoding and every way to break off."""

import pytest
from calendars import calendar, event, read

from device.calendars.ical.text import cut
from device.model.errors import MalformedAnswer

WHEN = ("DTSTART:20260113T090000Z", "DTEND:20260113T100000Z")


def titles(body: bytes) -> list[str]:
    return [raw.line("SUMMARY") for raws in cut(body).events.values() for raw in raws]


def test_a_fold_may_split_a_character() -> None:
    folded = "SUMMARY:Küche".encode().replace("ü".encode(), b"\xc3\r\n \xbc")
    assert titles(calendar(event(*WHEN, "SUMMARY:x")).replace(b"SUMMARY:x", folded)) == ["SUMMARY:Küche"]


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r", b"\r\r\n", b"\n\n"])
def test_lines_may_end_in_any_way(end: bytes) -> None:
    body = calendar(event(*WHEN, "SUMMARY:One", " more")).replace(b"\r\n", end)
    assert titles(body) == ["SUMMARY:Onemore"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_in_a_foreign_encoding_is_read(encoding: str) -> None:
    assert titles(calendar(event(*WHEN, "SUMMARY:Küche")).decode().encode(encoding)) == ["SUMMARY:Küche"]


@pytest.mark.parametrize("cut_at", [30, 100, 160, -6])
def test_a_calendar_that_breaks_off_is_not_taken_for_a_whole_one(cut_at: int) -> None:
    body = calendar(event(*WHEN), event(*WHEN, uid="two")).rstrip()
    with pytest.raises(MalformedAnswer):
        cut(body[:cut_at])


@pytest.mark.parametrize(
    "body", [b"", b"\r\n", b"<html></html>", b"BEGIN:VCARD\r\nEND:VCARD", b"\0" * 1000, b":\n" * 99]
)
def test_something_else_is_no_calendar(body: bytes) -> None:
    with pytest.raises(MalformedAnswer):
        cut(body)


def test_an_empty_calendar_is_a_calendar() -> None:
    assert cut(calendar()).events == {}


def test_an_event_that_is_never_closed_costs_no_other() -> None:
    unclosed = event(*WHEN, "SUMMARY:Unclosed", uid="a").removesuffix("END:VEVENT").rstrip()
    assert titles(calendar(unclosed, event(*WHEN, "SUMMARY:Next", uid="b"))) == ["SUMMARY:Unclosed", "SUMMARY:Next"]
    assert titles(calendar(event(*WHEN, "SUMMARY:First"), unclosed)) == ["SUMMARY:First", "SUMMARY:Unclosed"]


def test_an_alarm_inside_says_nothing_of_the_meeting() -> None:
    alarm = "BEGIN:VALARM\r\nSUMMARY:Wake up\r\nDURATION:PT5M\r\nEND:VALARM"
    assert titles(calendar(event(alarm, *WHEN, "SUMMARY:Meeting"))) == ["SUMMARY:Meeting"]


def test_several_calendars_in_one_text_are_all_read() -> None:
    body = calendar(event(*WHEN, "SUMMARY:One")) + calendar(event(*WHEN, "SUMMARY:Two", uid="two"))
    assert titles(body) == ["SUMMARY:One", "SUMMARY:Two"]


def test_other_components_are_no_meetings() -> None:
    todo = "BEGIN:VTODO\r\nUID:t\r\nDUE:20260113T090000Z\r\nSUMMARY:Do\r\nEND:VTODO"
    assert read(todo, event(*WHEN)).occurrences[0].id == "one"
    assert len(cut(calendar(todo, event(*WHEN))).events) == 1


def test_megabytes_of_rubbish_are_cut_in_linear_time() -> None:
    for filler in (b"\r", b"\n ", b" ", b";", b"BEGIN:VEVENT\n", b"X" * 100 + b"\r\n"):
        body = b"BEGIN:VCALENDAR\r\n" + filler * ((1 << 20) // len(filler)) + b"\r\nEND:VCALENDAR\r\n"
        assert cut(body).zones == {}
