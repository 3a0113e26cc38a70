"""Whatever stands in an invitation: nothing is raised, what comes out is well formed, and the work is bounded."""

import re
from random import Random
from typing import Any

import pytest
from fragments import random_text
from hypothesis import given, settings
from hypothesis import strategies as st

from device.calendars.invitations import google, graph, ical, text
from device.join.links import WayIn, inquiry, look, reading, ways_in
from device.join.links.address import read_address
from device.join.links.page import MOST_TAGS, read_page
from device.join.links.services import Service
from device.model.invitation import Entry, Invitation, Piece

SIP = re.compile(r"[A-Za-z0-9._+~-]+@[A-Za-z0-9.-]+")
H323 = re.compile(r"[0-9.]+##[0-9]+(#[0-9]+)?|[A-Za-z0-9._+~-]+@[A-Za-z0-9.-]+")
PRINTED = re.compile(r"[!-~]+")


def check_way(way: WayIn) -> None:
    assert way.url or way.sip or way.h323 or way.vtc_id, way
    assert way.found_in
    for name in ("meeting_id", "passcode", "dial_passcode", "sip", "h323", "vtc_id", "vtc_address"):
        value = getattr(way, name)
        assert value is None or (isinstance(value, str) and 0 < len(value) <= 1024), (name, value)
    assert way.sip is None or SIP.fullmatch(way.sip), way.sip
    assert way.h323 is None or H323.fullmatch(way.h323), way.h323
    assert way.vtc_id is None or way.vtc_id.isdecimal()
    assert way.vtc_address is None or SIP.fullmatch(way.vtc_address)
    assert way.dial_passcode is None or way.dial_passcode.isdecimal()
    if way.url is not None:
        check_url(way, way.url)


def check_url(way: WayIn, url: str) -> None:
    """An address is written anew from its parts, and leads to the same place again."""
    assert PRINTED.fullmatch(url), ascii(url)
    assert read_address(url).text == url
    declared = {Service.SKYPE_FOR_BUSINESS: (read_address(url).host,)} if way.service == "skype_for_business" else {}
    (again,) = ways_in(Invitation(entries=(Entry(field="x", link=url),)), declared)
    assert (again.service, again.url) == (way.service, url)
    if way.service not in (Service.TEAMS, Service.WEBEX, Service.ZOOM):  # theirs are learned from labels too
        assert again.meeting_id == way.meeting_id


def check(raw: str) -> None:
    invitations = (
        text.of_text(raw),
        text.of_page(raw),
        ical.of_calendar("BEGIN:VEVENT\r\nDESCRIPTION:" + raw),
        Invitation(entries=(Entry(field="x", link=raw, sip=raw, meeting_id=raw, passcode=raw, pin=raw),)),
    )
    for invitation in invitations:
        found = look(invitation)
        assert len(found.ways) <= 16
        for way in found.ways:
            check_way(way)


def check_many(inputs: int, seed: str) -> None:
    rng = Random(seed)  # noqa: S311  a test wants the same inputs each time
    makers = (
        text.of_text,
        text.of_page,
        ical.of_calendar,
        lambda raw: ical.of_calendar("BEGIN:VEVENT\r\nDESCRIPTION:" + raw),
    )
    for _ in range(inputs):
        raw = random_text(rng)
        for way in look(rng.choice(makers)(raw)).ways:
            check_way(way)


def test_twenty_thousand_inputs_end_in_ways_that_are_well_formed() -> None:
    check_many(20_000, "suite")


@pytest.mark.prove
def test_a_million_inputs_end_in_ways_that_are_well_formed() -> None:
    check_many(1_000_000, "prove")


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=())))
def test_any_text_can_be_looked_through(raw: str) -> None:
    check(raw)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from(["https://zoom.us/j/81234567890"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "conferenceData",
                    "entryPoints",
                    "entryPointType",
                    "uri",
                    "pin",
                    "hangoutLink",
                    "location",
                    "locations",
                    "displayName",
                    "onlineMeeting",
                    "onlineMeetingProvider",
                    "joinUrl",
                    "body",
                    "content",
                    "contentType",
                    "joinMeetingIdSettings",
                    "cloudVideoInteropInfo",
                    "subject",
                    "description",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(PLAIN)
def test_any_json_can_be_looked_through(plain: Any) -> None:
    for of_event in (google.of_event, graph.of_event):
        for way in look(of_event(plain)).ways:
            check_way(way)


LONG = {
    "the beginning of a link": "https://",
    "links": "https://zoom.us/j/81234567890 ",
    "hosts": "zoom.us/j/81234567890 ",
    "addresses": "a@b.example ",
    "SIP": "sip:a@b.example ",
    "numbers": "162.255.37.11##81234567890 ",
    "labels": "Meeting ID: 812 3456 7890 ",
    "labels in Chinese": "会议号：",
    "tags": "<a>",
    "open tags": "<a ",
    "attributes": "<a href='https://zoom.us/j/81234567890' ",
    "brackets": "(((<<<",
    "spaces": " ",
    "marks": "a\u0301\u0316",
    "percent signs": "%",
    "wrappers": "https://urldefense.com/v3/__",
    "surrogates": "\ud800",
}


@pytest.mark.parametrize("unit", LONG)
def test_a_long_input_costs_no_more_than_its_beginning(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many links are taken apart and only so many characters searched for labels, however long it is."""
    followed, searched = [0], [0]
    resolve, marks_in = inquiry.resolve, reading._labels_in

    def counted_resolve(*arguments: Any) -> Any:
        followed[0] += 1
        return resolve(*arguments)

    def counted_labels(part: str) -> Any:
        searched[0] += len(part)
        return marks_in(part)

    monkeypatch.setattr(inquiry, "resolve", counted_resolve)
    monkeypatch.setattr(reading, "_labels_in", counted_labels)
    huge = LONG[unit] * (2_000_000 // len(LONG[unit]))
    for invitation in (text.of_text(huge), text.of_page(huge), ical.of_calendar("BEGIN:VEVENT\nDESCRIPTION:" + huge)):
        followed[0] = searched[0] = 0
        assert len(look(invitation).ways) <= 16
        assert followed[0] <= inquiry.MOST_LINKS
        assert searched[0] <= inquiry.LABELLED


def test_distinct_links_are_followed_up_to_a_number() -> None:
    many = " ".join(f"https://zoom.us/j/8{number:09d}" for number in range(5000))
    found = look(text.of_text(many))
    assert len(found.ways) == 16
    assert len(found.noticed) <= inquiry.MOST_NOTICED


def test_many_fields_are_read_up_to_a_number() -> None:
    entries = tuple(Entry(field="x", link=f"https://zoom.us/j/8{number:09d}") for number in range(1000))
    pieces = tuple(Piece(field="y", text=f"https://zoom.us/j/9{number:09d}") for number in range(1000))
    assert len(look(Invitation(entries=entries, pieces=pieces)).ways) == 16


def test_a_link_behind_a_large_picture_is_found() -> None:
    page = f'<p><img src="data:image/png;base64,{"A" * 3_000_000}"></p><a href="https://zoom.us/j/81234567890">Join</a>'
    (way,) = ways_in(text.of_page(page))
    assert way.meeting_id == "81234567890"


def test_a_page_of_more_tags_than_any_invitation_is_read_as_far_as_it_goes() -> None:
    page = "<p>x</p>" * 100 + '<a href="https://zoom.us/j/81234567890">Join</a>' + "<p>x</p>" * 9000
    assert len(ways_in(text.of_page(page))) == 1
    assert read_page("<b>" * 20000) == ("", MOST_TAGS)


def test_the_pages_of_one_event_share_their_tags() -> None:
    link = '<p><a href="https://zoom.us/j/81234567890">Join</a></p>'
    pieces = (Piece(field="x", text="<p>x</p>" * 9000, html=True), Piece(field="y", text=link, html=True))
    assert ways_in(Invitation(pieces=pieces)) == ()
    assert len(ways_in(Invitation(pieces=pieces[::-1]))) == 1


def test_a_way_in_does_not_print_itself() -> None:
    (way,) = ways_in(text.of_text("https://zoom.us/j/81234567890?pwd=secret"))
    assert repr(way) == "WayIn(zoom, found in text)"
    assert "secret" not in f"{way}{way!r}"
