"""One story told to every provider: a room's days around a spring clock change, and what a door must make of them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from device.model.occurrence import FreeBusy, Occurrence
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.window import Dates, Window

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 3, day) for day in (27, 28, 29, 30))
ROOM = Room(id="aurora@office.example", name=SafeText("Aurora"), zone="Europe/Berlin")


def at(day: date, hour: int, minute: int = 0, zone: ZoneInfo = BERLIN) -> datetime:
    """A time on the wall, as an aware datetime in that zone."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)


def span(day: date, start: str, end: str, zone: ZoneInfo = BERLIN) -> Window:
    """`span(FRIDAY, "9:00", "9:15")`: instants in UTC."""
    return Window(
        start=at(day, *map(int, start.split(":")), zone=zone).astimezone(UTC),
        end=at(day, *map(int, end.split(":")), zone=zone).astimezone(UTC),
    )


def instants(start: str, end: str) -> Window:
    """A span of UTC, written out."""
    return Window(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end))


@dataclass(frozen=True)
class Meeting:
    """A meeting as somebody enters it at their own calendar."""

    title: str
    when: Window | Dates
    """Of a series: the first time."""
    zone: ZoneInfo = BERLIN
    """Where it was entered."""
    windows_zone: str = ""
    """What a program of Microsoft's calls that place where it writes a calendar itself."""
    organizer: str = "Jane Doe"
    private: bool = False
    cancelled: bool = False
    declined: bool = False
    """By the room."""
    free_busy: FreeBusy = FreeBusy.BUSY
    days: int = 0
    """Of a daily series: how many days."""
    moved: dict[date, Window] = field(default_factory=dict)
    """Days of the series that take place at another time."""
    dropped: tuple[date, ...] = ()
    """Days on which the series does not take place."""


@dataclass(frozen=True)
class Shown:
    """An occurrence without the words that each provider has of its own."""

    title: str
    when: Window | Dates
    organizer: str = "Jane Doe"
    free_busy: FreeBusy = FreeBusy.BUSY
    private: bool = False
    cancelled: bool = False
    of_a_series: bool = False


def shown(occurrence: Occurrence) -> Shown:
    """An occurrence, without identifiers and versions."""
    return Shown(
        title=str(occurrence.title),
        when=occurrence.when,
        organizer=str(occurrence.organizer),
        free_busy=occurrence.free_busy,
        private=occurrence.private,
        cancelled=occurrence.cancelled,
        of_a_series=bool(occurrence.series),
    )


STANDUP = Meeting(
    "Stand-up",
    span(date(2026, 3, 25), "9:00", "9:15"),
    days=8,
    moved={SATURDAY: span(SATURDAY, "14:00", "14:30")},
    dropped=(FRIDAY,),
)
REVIEW = Meeting("Review", span(FRIDAY, "10:00", "11:00"))
STORY = (
    STANDUP,
    REVIEW,
    Meeting("Back to back", span(FRIDAY, "11:00", "11:30")),
    Meeting("Salaries", span(FRIDAY, "13:00", "14:00"), private=True),
    Meeting("Called off", span(FRIDAY, "15:00", "15:30"), cancelled=True),
    Meeting("Lunch is there", span(FRIDAY, "15:30", "16:00"), free_busy=FreeBusy.FREE),
    Meeting("Perhaps", span(FRIDAY, "16:00", "16:30"), free_busy=FreeBusy.TENTATIVE),
    Meeting("Overseas", span(FRIDAY, "12:00", "13:00", zone=NEW_YORK), zone=NEW_YORK),
    Meeting("Across midnight", Window(start=at(FRIDAY, 23).astimezone(UTC), end=at(SATURDAY, 1).astimezone(UTC))),
    Meeting("Stocktaking", Dates(first=MONDAY, until=MONDAY + timedelta(days=1))),
    Meeting("Last week", span(date(2026, 3, 20), "10:00", "11:00")),
)
WINDOW = Window(start=at(FRIDAY, 0).astimezone(UTC), end=at(date(2026, 3, 31), 0).astimezone(UTC))
EXPECTED = (
    Shown("Review", span(FRIDAY, "10:00", "11:00")),
    Shown("Back to back", span(FRIDAY, "11:00", "11:30")),
    Shown("Salaries", span(FRIDAY, "13:00", "14:00"), private=True),
    Shown("Called off", span(FRIDAY, "15:00", "15:30"), cancelled=True),
    Shown("Lunch is there", span(FRIDAY, "15:30", "16:00"), free_busy=FreeBusy.FREE),
    Shown("Perhaps", span(FRIDAY, "16:00", "16:30"), free_busy=FreeBusy.TENTATIVE),
    Shown("Overseas", instants("2026-03-27T16:00Z", "2026-03-27T17:00Z")),
    Shown("Across midnight", instants("2026-03-27T22:00Z", "2026-03-28T00:00Z")),
    Shown("Stand-up", instants("2026-03-28T13:00Z", "2026-03-28T13:30Z"), of_a_series=True),
    Shown("Stand-up", instants("2026-03-29T07:00Z", "2026-03-29T07:15Z"), of_a_series=True),
    Shown("Stocktaking", Dates(first=date(2026, 3, 30), until=date(2026, 3, 31))),
    Shown("Stand-up", instants("2026-03-30T07:00Z", "2026-03-30T07:15Z"), of_a_series=True),
)
"""What is in `WINDOW`, by start; the instants are written out, for nothing to agree with itself."""
