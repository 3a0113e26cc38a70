"""What the tests of the command share: how a run ended, calendars to read, and a web server's answers."""

from dataclasses import dataclass, field

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//doorlight//tests//EN
{events}
END:VCALENDAR
"""
EVENT = """BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20260101T{start}
DTEND;TZID=Europe/Berlin:20260101T{end}
RRULE:FREQ=DAILY
SUMMARY:{title}
ORGANIZER;CN=Ada Lovelace:mailto:ada@example.org
{more}
END:VEVENT"""


def event(uid: str, start: str, end: str, title: str, more: str = "X-NOTHING:1") -> str:
    """A daily meeting in Berlin, its times as `100000`."""
    return EVENT.format(uid=uid, start=start, end=end, title=title, more=more)


def calendar(*events: str) -> str:
    """An iCalendar text of these events."""
    return CALENDAR.format(events="\n".join(events)).replace("\n", "\r\n")


DAY = calendar(
    event("stand-up", "090000", "093000", "Stand-up"),
    event("secret", "100000", "110000", "Merger with Umbrella", "CLASS:PRIVATE"),
    event("free", "120000", "130000", "Lunch, come if you like", "TRANSP:TRANSPARENT"),
    event("review", "140000", "153000", "Design review"),
)


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass(slots=True)
class Web:
    """A web server on loopback that answers every request alike."""

    port: int = 0
    status: int = 200
    kind: str = "text/calendar"
    body: bytes = DAY.encode()
    date: str = ""
    """What time it believes it is; empty: the right one."""
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where its calendar is."""
        return f"http://127.0.0.1:{self.port}/aurora.ics"
