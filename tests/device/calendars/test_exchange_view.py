"""A window read whole or not at all: halved where it does not fit, each meeting once, and an end to asking."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from exchange_room import WINDOW, answering, at, failure, item, open_exchange, view, xml
from far_side import FarSide, far_side

from device.calendars.exchange.view import MOST
from device.calendars.interface import OCCURRENCE_LIMIT, PAGE_LIMIT, WindowRead
from device.model.errors import CalendarUnreachable, MalformedAnswer
from device.model.window import Window


def asked_window(asked: str) -> Window:
    found = re.search(r'StartDate="([^"]+)"', asked), re.search(r'EndDate="([^"]+)"', asked)
    assert all(found)
    start, end = (datetime.fromisoformat(match[1]).astimezone(UTC) for match in found if match)
    return Window(start=start, end=end)


class Full:
    """A calendar with a meeting of half an hour every hour, that tells at most so many at a time."""

    def __init__(self, most: int, hours: int = 72, error: str = "") -> None:
        self.most = most
        self.error = error
        self.asked: list[Window] = []
        self._starts = [at(0) + timedelta(hours=number) for number in range(-24, hours)]

    def __call__(self, asked: str) -> str:
        window = asked_window(asked)
        self.asked.append(window)
        half = timedelta(minutes=30)
        inside = [start for start in self._starts if start < window.end and start + half >= window.start]
        if self.error and len(inside) > self.most:
            return failure("FindItem", self.error)
        hours = [(start - at(0)) / timedelta(hours=1) for start in inside[: max(self.most, 0)]]
        told = [item(f"{hour:g}", hour, hour + 0.5) for hour in hours]
        return view(*told, last=len(told) == len(inside))


async def read(side: FarSide, window: Window = WINDOW) -> WindowRead:
    async with open_exchange(side) as calendar:
        return await calendar.read(window)


async def test_a_window_that_fits_is_asked_for_once(tmp_path: Path) -> None:
    full = Full(most=500)
    async with far_side(answering(full), tmp_path) as side:
        found = await read(side)
    assert full.asked == [WINDOW]
    assert (len(found.occurrences), found.truncated) == (72, False)


@pytest.mark.parametrize("most", [1, 2, 7, 40])
async def test_a_window_that_does_not_fit_is_halved_until_it_does(tmp_path: Path, most: int) -> None:
    full = Full(most=most, hours=20)
    window = Window(start=at(0), end=at(16))
    async with far_side(answering(full), tmp_path) as side:
        found = await read(side, window)
    assert [one.bounds("UTC").start for one in found.occurrences] == [at(hour) for hour in range(16)]
    assert len({one.id for one in found.occurrences}) == 16
    assert not found.truncated


@pytest.mark.parametrize("error", ["ErrorExceededFindCountLimit", "ErrorCalendarViewRangeTooBig"])
async def test_a_server_may_rather_refuse(tmp_path: Path, error: str) -> None:
    full = Full(most=10, error=error)
    async with far_side(answering(full), tmp_path) as side:
        found = await read(side)
    assert (len(found.occurrences), found.truncated) == (72, False)
    assert 1 < len(full.asked) < PAGE_LIMIT


async def test_a_server_that_refuses_everything_is_not_asked_for_ever(tmp_path: Path) -> None:
    full = Full(most=-1, error="ErrorExceededFindCountLimit")
    async with far_side(answering(full), tmp_path) as side:
        with pytest.raises(CalendarUnreachable):
            await read(side)
    assert len(full.asked) <= PAGE_LIMIT


async def test_a_view_that_never_says_that_it_is_all_ends_all_the_same(tmp_path: Path) -> None:
    """exchangelib by itself repeats such a page for ever (facts: providers C4)."""
    two = view(item("1"), item("2", 11, 12), last=False)
    async with far_side(answering(lambda _: two), tmp_path) as side:
        try:
            found = await read(side, Window(start=at(10), end=at(12)))
        except MalformedAnswer:
            found = None
        assert len(side.seen) <= PAGE_LIMIT + 1
    if found is not None:
        assert found.truncated
        assert [one.id for one in found.occurrences] == ["1", "2"]


async def test_too_many_are_cut_off_at_the_end(tmp_path: Path) -> None:
    window = Window(start=at(0), end=at(0) + timedelta(days=40))
    full = Full(most=MOST, hours=24 * 40)
    async with far_side(answering(full), tmp_path) as side:
        found = await read(side, window)
    assert (len(found.occurrences), found.truncated) == (OCCURRENCE_LIMIT, True)
    assert [one.bounds("UTC").start for one in found.occurrences][:3] == [at(0), at(1), at(2)]


async def test_years_are_asked_for_in_parts(tmp_path: Path) -> None:
    full = Full(most=500, hours=30)
    async with far_side(answering(full), tmp_path) as side:
        await read(side, Window(start=at(0), end=at(0) + timedelta(days=1500)))
    assert max(window.end - window.start for window in full.asked) <= timedelta(days=366)


async def test_what_ends_where_the_window_begins_is_left_out(tmp_path: Path) -> None:
    window = Window(start=at(10.5), end=at(12))
    async with far_side(answering(Full(most=500)), tmp_path) as side:
        found = await read(side, window)
    assert [one.bounds("UTC").start for one in found.occurrences] == [at(11)]


async def test_the_same_meeting_twice_is_one_and_bad_ones_are_counted_once(tmp_path: Path) -> None:
    told = view(item("1"), item("1"), item("2", Start="soon"), item("2", Start="soon"), "<t:Message/>")
    async with far_side(answering(lambda _: told), tmp_path) as side:
        found = await read(side)
    assert [one.id for one in found.occurrences] == ["1"]
    assert [(one.id, one.why) for one in found.skipped] == [
        ("2", "a time that is none"),
        ("", "an item without an id"),
    ]


async def test_only_what_a_door_reads_is_asked_for(tmp_path: Path) -> None:
    async with far_side(answering(lambda _: view()), tmp_path) as side:
        await read(side)
        asked = await side.seen[-1].text()
    for never in ("item:Body", "TextBody", "Attendees", "Attachment", "Location", "Resources"):
        assert never not in asked
    assert 'MaxEntriesReturned="500"' in asked
    assert "<t:BaseShape>IdOnly</t:BaseShape>" in asked
    assert '<t:TimeZoneDefinition Id="UTC"/>' in asked


async def test_an_empty_calendar_and_its_date(tmp_path: Path) -> None:
    def tell(_: str) -> object:
        answer = xml(view())
        answer.headers["Date"] = "Mon, 23 Nov 2026 09:00:00 GMT"
        return answer

    async with far_side(answering(tell), tmp_path) as side:  # type: ignore[arg-type]
        found = await read(side)
    assert (found.occurrences, found.cursor) == ((), "state")
    assert found.server_date == datetime(2026, 11, 23, 9, tzinfo=UTC)
