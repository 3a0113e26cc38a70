"""From the pieces of calendars to the occurrences of a window, in bounded time; what is unreadable is named."""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from device.calendars.ical.event import occurrence
from device.calendars.ical.series import Walls, instances, parse
from device.calendars.ical.text import Cut, RawEvent
from device.calendars.ical.times import Unreadable
from device.calendars.ical.watchdog import RanTooLong, Watchdog
from device.calendars.ical.zones import define_zones, own_zones, zone_named
from device.calendars.interface import OCCURRENCE_LIMIT, Skipped
from device.model.errors import MalformedAnswer
from device.model.occurrence import Occurrence
from device.model.safetext import SafeText
from device.model.value import Value
from device.model.window import Window

SERIES_LIMIT = 1.0
"""Seconds of processor time for one UID; a common one takes a thousandth."""
CALENDAR_LIMIT = 10.0
"""Seconds of processor time for all of them."""

WINDOW_LIMIT = timedelta(days=31)
"""The longest window that is read at once."""

logger = logging.getLogger(__name__)


class Source(Value):
    """A calendar in pieces, and where it is from."""

    pieces: Cut
    name: str = ""
    """What the provider calls it, where it keeps every UID by itself; the identifiers begin with it then."""
    etag: str = ""


class Found(Value):
    """What was in a window."""

    occurrences: tuple[Occurrence, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    truncated: bool = False


async def occurrences_of(sources: Sequence[Source], window: Window, zone: str) -> Found:
    """What touches `window`, by start; worked out in a thread.

    Args:
        sources: where to look.
        window: when.
        zone: the room's, for floating times and for days.

    Raises:
        MalformedAnswer: it would take far too long.
    """
    return await asyncio.to_thread(read_sources, sources, window, zone)


def bounded(window: Window) -> Window:
    """The part of a window that is read at once."""
    return Window(start=window.start, end=min(window.end, window.start + WINDOW_LIMIT))


def read_sources(sources: Iterable[Source], window: Window, zone: str) -> Found:
    """The same in this thread."""
    found: dict[str, Occurrence] = {}
    skipped: list[Skipped] = []
    with own_zones(), Watchdog() as watchdog:
        until = watchdog.spent() + CALENDAR_LIMIT
        for source in sources:
            for uid, raws in source.pieces.events.items():
                wanted = _inside(raws, window)
                if not wanted:
                    continue
                left = until - watchdog.spent()
                if left <= 0:
                    raise MalformedAnswer("its series take too long to expand")
                reader = _Reader(source, uid, window, zone)
                try:
                    with watchdog.limit(min(left, SERIES_LIMIT)):
                        found.update((one.id, one) for one in reader.read(wanted))
                except RanTooLong:
                    reader.note("its rule takes too long to expand")
                except Exception as error:  # noqa: BLE001 - whatever a parser stumbles over costs this UID only
                    reader.note(
                        str(error) if isinstance(error, Unreadable) else f"{type(error).__name__} in reading it"
                    )
                skipped += reader.skipped
    if skipped:
        logger.debug("%d meetings could not be read", len(skipped))
    ordered = sorted(found.values(), key=lambda one: (one.bounds(zone).start, one.bounds(zone).end, one.id))
    return Found(
        occurrences=tuple(ordered[:OCCURRENCE_LIMIT]),
        skipped=tuple(skipped),
        truncated=len(ordered) > OCCURRENCE_LIMIT,
    )


def _inside(raws: tuple[RawEvent, ...], window: Window) -> tuple[RawEvent, ...]:
    """What has to be parsed: of a series all or nothing."""
    if any(raw.recurs for raw in raws):
        return () if all(raw.is_outside(window) for raw in raws) else raws
    return tuple(raw for raw in raws if not raw.is_outside(window))


class _Reader:
    """Reads one UID and remembers what of it could not be read."""

    def __init__(self, source: Source, uid: str, window: Window, zone: str) -> None:
        self._source = source
        self._uid = uid
        self._window = window
        self._zone = zone
        several = len(source.pieces.events) > 1
        self._name = (f"{source.name}/{uid}" if several else source.name) if source.name else uid
        self.skipped: list[Skipped] = []

    def note(self, why: str) -> None:
        """Remember that a part of it could not be read, and why."""
        self.skipped.append(Skipped(id=SafeText(self._name, limit=100), why=SafeText(why)))

    def read(self, raws: Iterable[RawEvent]) -> Iterator[Occurrence]:
        """Its occurrences in the window."""
        events = []
        for raw in raws:
            define_zones("\n".join(raw.lines), self._source.pieces.zones)
            events.append(parse(raw, self._uid))
        floating = zone_named(self._source.pieces.zone) or ZoneInfo(self._zone)
        whole = self._name
        for one in instances(events, self._window, Walls(zone=self._zone, floating=floating), self.note):
            yield occurrence(
                one.event,
                one.when,
                identity=f"{whole}#{one.recurrence}" if one.recurrence else whole,
                series=whole if one.recurs else "",
                etag=self._source.etag,
            )
