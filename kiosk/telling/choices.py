"""What a person at the door can do now, as buttons."""

from datetime import timedelta

from device.model.availability import DoorState
from device.model.requests import (
    BookRequested,
    CheckInRequested,
    EndRequested,
    ExtendRequested,
    Offer,
    Request,
)
from kiosk.telling.choice import Choice, Names
from kiosk.telling.join import join_choices
from kiosk.telling.sight import Sight


def tell_choices(sight: Sight) -> tuple[Choice, ...]:
    """The buttons, the likeliest first."""
    offers = sight.state.offers
    told: list[Choice] = []
    if Offer.CHECK_IN in offers:
        told += _check_in(sight)
    told += join_choices(sight)
    if Offer.BOOK in offers:
        told += _book(sight)
    if Offer.EXTEND in offers:
        told += _extend(sight)
    if Offer.END in offers:
        told.append(Choice(name=Names.END, label=sight.words.end))
    if Offer.FIND_ROOM in offers or (sight.linked and sight.state.availability.state is DoorState.UNKNOWN):
        told.append(Choice(name=Names.FIND_ROOM, label=sight.words.find_room))
    return tuple(told)


def _occurrence(sight: Sight) -> str:
    answer = sight.state.availability
    subject = answer.current or answer.next
    return subject.id if subject else ""


def _check_in(sight: Sight) -> list[Choice]:
    return [
        Choice(
            name=Names.CHECK_IN,
            label=sight.words.check_in,
            primary=True,
            ask=CheckInRequested(key="", occurrence=_occurrence(sight)),
        )
    ]


def _book(sight: Sight) -> list[Choice]:
    words, until = sight.words, sight.state.availability.until
    minutes = sight.state.book_minutes
    told = [
        Choice(
            name=f"book-{length}",
            above=words.book,
            label=sight.speech.duration(timedelta(minutes=length)),
            primary=length == minutes[0],
            ask=BookRequested(key="", minutes=length),
        )
        for length in minutes
    ]
    today = until is not None and sight.speech.days_between(sight.now, until) == 0
    if today and until is not None:
        label = words.book_until.format(time=sight.speech.time(until))
        told.append(Choice(name="book-until", above=words.book, label=label, ask=BookRequested(key="")))
    return told


def _extend(sight: Sight) -> list[Choice]:
    return [
        Choice(
            name=f"extend-{length}",
            above=sight.words.extend,
            label=sight.words.extend_by.format(duration=sight.speech.duration(timedelta(minutes=length))),
            ask=ExtendRequested(key="", occurrence=_occurrence(sight), minutes=length),
        )
        for length in sight.state.extend_minutes
    ]


def end_request(sight: Sight) -> Request:
    """What confirming the end asks for: that very meeting's, whatever runs by then."""
    return EndRequested(key="", occurrence=_occurrence(sight))
