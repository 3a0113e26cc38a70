"""The other rooms, for somebody who has to go somewhere."""

from collections.abc import Iterable

from device.wire.panel import Neighbour
from kiosk.telling.line import Line
from kiosk.words.speech import Speech


def tell_neighbours(rooms: Iterable[Neighbour], speech: Speech) -> tuple[Line, ...]:
    """The free ones first, then the unknown, then those in use; one line that says so where there are none."""
    ordered = sorted(rooms, key=lambda room: (not (room.free and room.known), room.known, room.name))
    lines = tuple(_line(room, speech) for room in ordered)
    if any(room.free and room.known for room in ordered):
        return lines
    return (Line(head="", body=speech.words.rooms_none), *lines)


def _line(room: Neighbour, speech: Speech) -> Line:
    seats = speech.number(speech.words.seats, room.capacity) if room.capacity else ""
    return Line(head=room.name, body=" · ".join(text for text in (room.place, seats) if text), tail=_free(room, speech))


def _free(room: Neighbour, speech: Speech) -> str:
    words = speech.words
    if not room.known:
        return words.room_unknown
    if not room.free:
        return words.room_in_use
    return words.until.format(time=speech.time(room.free_until)) if room.free_until else words.rest_of_day
