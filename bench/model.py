"""What the model's answers cost: the door's word on a full calendar, and a hostile megabyte made harmless."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import perf_counter

from bench.table import Row, report
from device.model.availability import availability
from device.model.clock import ClockTrust
from device.model.freshness import Freshness
from device.model.occurrence import Occurrence
from device.model.redaction import redact_day
from device.model.room import CheckInPolicy, OpenHours, Room, RoomPolicy
from device.model.safetext import SafeText
from device.model.window import Window, window_around

NOW = datetime(2026, 11, 23, 13, 37, tzinfo=UTC)
ROOM = Room(
    id="aurora",
    name=SafeText("Aurora"),
    zone="Europe/Berlin",
    policy=RoomPolicy(hours=(OpenHours(opens="08:00", closes="18:00"),), check_in=CheckInPolicy()),
)
FRESH = Freshness(confirmed_at=NOW, window=window_around(NOW, ROOM.zone))
MEGABYTE = 1 << 20
HOSTILE = {
    "letters": "x",
    "escapes": "\x1b]0;title\x07\x1b[2J",
    "marks in the worst order": "a\u0345\u0301\u0316",
    "joined pictures": "👩\u200d",
    "markup": "[@click=app.quit]x[/]",
}


def meetings(count: int) -> tuple[Occurrence, ...]:
    """That many meetings of half an hour, spread over the window."""
    first = NOW - timedelta(days=1)
    return tuple(
        Occurrence(
            id=f"m{number}",
            when=Window(start=(start := first + number * timedelta(days=3) / count), end=start + timedelta(minutes=30)),
            title=SafeText(f"Meeting {number}"),
        )
        for number in range(count)
    )


def best(act: Callable[[], object], rounds: int = 7) -> float:
    """Seconds for one call, the best of some rounds of about 20 ms each."""
    begun = perf_counter()
    act()
    calls = max(1, int(0.02 / (perf_counter() - begun)))
    return min(_timed(act, calls) for _ in range(rounds)) / calls


def _timed(act: Callable[[], object], calls: int) -> float:
    begun = perf_counter()
    for _ in range(calls):
        act()
    return perf_counter() - begun


def _answers() -> list[Row]:
    rows = []
    for count in (20, 500):
        day = meetings(count)
        cost = best(lambda day=day: availability(NOW, day, ROOM, FRESH, ClockTrust.TRUSTED))  # type: ignore[misc]
        rows.append(Row(f"the door's answer from {count} meetings", cost * 1e3, "ms"))
    day = meetings(500)
    rows.append(Row("500 meetings redacted", best(lambda: redact_day(day, ROOM, NOW)) * 1e3, "ms"))
    return rows


def _texts() -> list[Row]:
    rows = [Row("a plain title made safe", best(lambda: SafeText("Quarterly planning, part two")) * 1e6, "µs")]
    for name, unit in HOSTILE.items():
        huge = unit * (MEGABYTE // len(unit.encode()))
        rows.append(Row(f"1 MB of {name} made safe", best(lambda huge=huge: SafeText(huge)) * 1e3, "ms"))  # type: ignore[misc]
    return rows


if __name__ == "__main__":
    report("model", [*_answers(), *_texts()])
