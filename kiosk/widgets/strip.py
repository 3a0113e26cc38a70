"""The day as a strip: what is taken, what is over, and where now is."""

from collections.abc import Mapping
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from kiosk.telling.day import Day, Span, tell_day
from kiosk.telling.sight import Sight
from kiosk.type import Lettering
from kiosk.widgets.part import Part

_TICKS = 8
"""The most hours that are written below a day."""


class Bar(Widget):
    """The strip itself, drawn to an eighth of a column."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"bar--taken", "bar--maybe", "bar--gone", "bar--track", "bar--now"}

    day = Day(now=None, taken=(), ticks=())
    rtl = False

    def show(self, day: Day, *, rtl: bool) -> None:
        """Draw another day, if it is another; a new minute redraws the columns that now leaves and enters."""
        before, self.day = self.day, day
        if (before.taken, self.rtl) != (day.taken, rtl):
            self.rtl = rtl
            self.refresh()
        elif self._column(before.now) != self._column(day.now):
            for column in (self._column(before.now), self._column(day.now)):
                if column is not None:
                    self.refresh(Region(column, 0, 1, self.size.height))

    def _column(self, at: float | None) -> int | None:
        """The column of a fraction of the strip."""
        if at is None or not 0 <= at < 1:
            return None
        column = min(int(at * self.size.width), self.size.width - 1)
        return self.size.width - 1 - column if self.rtl else column

    def render_line(self, y: int) -> Strip:
        """The first row holds the pin of now; those below are the bar."""
        now, width = self._column(self.day.now), self.size.width
        pin = self.get_component_rich_style("bar--now")
        if y == 0:
            ground = Style(bgcolor=pin.bgcolor)
            cells = [Segment(" " * width, ground)]
            if now is not None:
                cells = [Segment(" " * now, ground), Segment("╻", pin), Segment(" " * (width - now - 1), ground)]
            return Strip(cells, width)
        cells = self._bar(width)
        if now is not None:
            below = cells[now].style
            cells[now] = Segment("┃", Style(color=pin.color, bgcolor=below.bgcolor if below else None))
        return Strip(Segment.simplify(cells), width)

    def _bar(self, width: int) -> list[Segment]:
        """The bar, a segment a column: what differs between the halves of a column is a half block."""
        halves = _paint(self.day, width)
        if self.rtl:
            halves.reverse()
        colours = {
            name: self.get_component_rich_style(f"bar--{name}").color for name in ("taken", "maybe", "gone", "track")
        }
        cells = []
        for left, right in zip(halves[::2], halves[1::2], strict=True):
            style = Style(color=colours[left], bgcolor=colours[right])
            cells.append(Segment("▌", style) if left != right else Segment(" ", Style(bgcolor=colours[right])))
        return cells


def _paint(day: Day, width: int) -> list[str]:
    """What each half of a column is, from left to right."""
    halves = ["track"] * (2 * width)
    now = day.now
    for span in sorted(day.taken, key=lambda span: not span.tentative):
        first, last = _halves(span, 2 * width)
        for half in range(first, last):
            over = now is not None and (half + 0.5) / (2 * width) < now
            halves[half] = "gone" if over else "maybe" if span.tentative else "taken"
    return halves


def _halves(span: Span, count: int) -> tuple[int, int]:
    """The halves that a span covers, at least one."""
    first = min(round(span.start * count), count - 1)
    return first, max(round(span.end * count), first + 1)


class StripPart(Part):
    """The bar and the hours below it."""

    def __init__(self) -> None:
        self._bar = Bar(id="bar")
        self._ticks = [Lettering(id=f"tick-{number}", classes="soft", align="center") for number in range(_TICKS)]
        self._day = Day(now=None, taken=(), ticks=())
        super().__init__(self._bar, *self._ticks, id="strip")

    def tell(self, sight: Sight) -> None:
        """The day; the labels are touched only when the hours shown are others."""
        before, self._day = self._day, tell_day(sight)
        self._bar.show(self._day, rtl=self.rtl)
        if before.ticks != self._day.ticks:
            for lettering, tick in zip(self._ticks, self._day.ticks, strict=False):
                lettering.text = tick.label
            self.replan()

    def plan(self, size: Size) -> Mapping[str, Region]:
        """The bar above, each hour centred below its place."""
        assert self.measures is not None  # noqa: S101 - only asked once it has been told
        label = self.measures.label
        plan = {"bar": Region(0, 0, size.width, size.height - label)}
        width = 3 * label
        for number, tick in enumerate(self._day.ticks):
            x = min(max(round(tick.at * size.width - width / 2), 0), size.width - width)
            plan[f"tick-{number}"] = Region(x, size.height - label, width, label)
        return plan
