"""Frames on the wire: every one comes back as it went, and nothing else is let in."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from device.model.availability import Availability, DoorState, Reason
from device.model.changes import Change, ChangeKind
from device.model.freshness import Hop, HopReport
from device.model.occurrence import Occurrence
from device.model.requests import (
    BookRequested,
    CheckInRequested,
    EndRequested,
    ExtendRequested,
    Hold,
    Offer,
    Outcome,
)
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.secret import Secret
from device.model.state import Dim, LastKnown, RoomState
from device.model.value import Value, decode, encode
from device.model.window import Dates, Window
from device.wire.framing import MAX_FRAME, BadFrame, pack, read_frame, unpack
from device.wire.panel import (
    ActEnded,
    ActStarted,
    Fault,
    FaultShown,
    FindRoomRequested,
    FromAgent,
    FromKiosk,
    LastShown,
    LookShown,
    Neighbour,
    NeighboursShown,
    Painted,
    PairingShown,
    RetryRequested,
    RoomShown,
    Theme,
    TimeShown,
)

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)
MEETING = Occurrence(
    id="AAMk/+=",
    when=Window(start=NOON, end=NOON + HOUR),
    title=SafeText("会議 – Séance 🎉"),
    organizer=SafeText("Inês"),
)
ALL_DAY = Occurrence(id="2", when=Dates(first=NOON.date(), until=NOON.date() + timedelta(days=1)), private=True)
STATE = RoomState(
    room=Room(id="aurora", name=SafeText("Aurora"), zone="Europe/Berlin"),
    as_of=NOON,
    availability=Availability(
        state=DoorState.IN_USE, reason=Reason.OCCUPIED, next_change=NOON + HOUR, until=NOON + HOUR, current=MEETING
    ),
    day=(MEETING, ALL_DAY),
    confirmed_at=NOON,
    hops=(HopReport(hop=Hop.CLOCK, healthy=True, at=NOON),),
    last_known=LastKnown(state=DoorState.FREE, at=NOON),
    notices=(
        Change(
            kind=ChangeKind.MOVED,
            title=SafeText("x"),
            private=False,
            was=Window(start=NOON, end=NOON + HOUR),
            noticed_at=NOON,
        ),
    ),
    offers=(Offer.EXTEND, Offer.END),
    extend_minutes=(15, 30),
    hold=Hold(key="k", start=NOON, end=NOON + HOUR, made_at=NOON),
    dim=Dim.NIGHT,
    good_for=timedelta(minutes=5),
)
SAID_BY_AGENT: tuple[Value, ...] = (
    TimeShown(now=NOON, rate=60.0, trusted=False),
    LookShown(theme=Theme.COLOUR_BLIND, language="ar", hour24=True, zone="Asia/Kolkata"),
    RoomShown(state=STATE),
    PairingShown(code="ABCD2345", url="https://hub.example/pair", words=("otter", "lamp", "north"), online=False),
    FaultShown(fault=Fault.PROXY, detail=SafeText("proxy.example"), retry_at=NOON),
    ActStarted(key="k"),
    ActEnded(key="k", outcome=Outcome.HELD, until=NOON),
    NeighboursShown(key="k", rooms=(Neighbour(name=SafeText("Borealis"), free=True, free_until=NOON),)),
)
SAID_BY_KIOSK: tuple[Value, ...] = (
    BookRequested(key="k"),
    BookRequested(key="k", minutes=30),
    ExtendRequested(key="k", occurrence="x", minutes=15),
    EndRequested(key="k", occurrence="x"),
    CheckInRequested(key="k", occurrence="x"),
    FindRoomRequested(key="k"),
    RetryRequested(key="k"),
    Painted(),
)


@pytest.mark.parametrize("frame", SAID_BY_AGENT, ids=lambda frame: type(frame).__name__)
def test_what_the_agent_says_arrives_as_it_was_said(frame: Value) -> None:
    assert unpack(pack(frame), FromAgent) == frame


@pytest.mark.parametrize("frame", SAID_BY_KIOSK, ids=lambda frame: type(frame).__name__)
def test_what_the_kiosk_says_arrives_as_it_was_said(frame: Value) -> None:
    assert unpack(pack(frame), FromKiosk) == frame


@pytest.mark.parametrize("frame", SAID_BY_AGENT, ids=lambda frame: type(frame).__name__)
def test_neither_side_may_speak_for_the_other(frame: Value) -> None:
    with pytest.raises(BadFrame):
        unpack(pack(frame), FromKiosk)


@pytest.mark.parametrize("frame", [*SAID_BY_AGENT, *SAID_BY_KIOSK], ids=lambda frame: type(frame).__name__)
def test_a_frame_is_one_line_of_ascii_or_utf8_json(frame: Value) -> None:
    line = pack(frame)

    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    line.decode()


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"type":"time"}',
        b'{"type":"nonsense"}',
        b'{"type":"time","now":"soon"}',
        b'{"type":"time","now":"2026-11-23T11:00:00Z","more":1}',
        b'{"type":"look","theme":"pink"}',
        b'{"type":"fault","fault":"calendar","detail":5}',
        b'{"type":"fault"',
        b'{"type":"fault","fault":"calendar"} {}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_no_frame_is_a_bad_frame(line: bytes) -> None:
    with pytest.raises(BadFrame):
        unpack(line, FromAgent)


def test_text_is_made_safe_even_where_the_other_side_did_not() -> None:
    frame = unpack(b'{"type":"fault","fault":"calendar","detail":"a\\u001b[31mb\\u202ec"}', FromAgent)

    assert frame.detail == "abc"


def test_a_secret_never_goes_onto_the_wire() -> None:
    class Careless(Value, tag="careless"):
        token: Secret

    with pytest.raises(NotImplementedError):
        encode(Careless(token=Secret("s3cret")))


def test_what_is_left_beside_the_socket_comes_back_whole() -> None:
    last = LastShown(look=LookShown(language="pl"), state=STATE)

    assert decode(encode(last), LastShown) == last


def test_a_day_of_five_hundred_long_titles_is_one_frame() -> None:
    many = tuple(
        Occurrence(
            id=str(number) * 100,
            when=Window(start=NOON, end=NOON + HOUR),
            title=SafeText("会" * 200),
            organizer=SafeText("界" * 200),
        )
        for number in range(500)
    )
    state = RoomState(room=STATE.room, as_of=NOON, availability=STATE.availability, day=many)

    assert len(pack(RoomShown(state=state))) < MAX_FRAME


async def read(*chunks: bytes, limit: int = 1024) -> object:
    reader = asyncio.StreamReader(limit=limit)
    for chunk in chunks:
        reader.feed_data(chunk)
    reader.feed_eof()
    return await read_frame(reader, FromKiosk)


async def test_a_frame_may_arrive_in_pieces() -> None:
    assert await read(b'{"type":', b'"painted"}', b"\n") == Painted()


async def test_the_end_between_frames_is_an_end_and_within_one_a_bad_frame() -> None:
    assert await read() is None
    with pytest.raises(BadFrame, match="within a frame"):
        await read(b'{"type":"pain')


async def test_a_frame_without_an_end_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(BadFrame, match="too long"):
        await read(b"x" * 4096)
