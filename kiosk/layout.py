"""Where each part of the screen stands, worked out from the size of the glass alone.

One unit is a row of the 7-inch panel (100×30 cells). Larger glasses get larger type, not more detail; a portrait glass
puts the time below the word and the buttons in two rows.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from textual.geometry import Offset, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from device.model.value import Value

LEAST = Size(80, 24)


class Shape(StrEnum):
    """How the parts stand to each other."""

    TINY = "tiny"
    """Too small for a door: one sentence."""
    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"


class Measures(Value):
    """Heights in rows, widths in columns."""

    shape: Shape
    columns: int
    rows: int
    edge: int
    """Free columns at either side."""
    top: int
    header: int
    word: int
    beside: int
    title: int
    line: int
    strip: int
    service: int
    action: int
    """The height of a button."""
    action_rows: int

    @property
    def answer(self) -> int:
        """The height of the answer: word, title and organizer, and in portrait the time below the word."""
        return self.word + self.title + self.line + (self.beside if self.shape is Shape.PORTRAIT else 0)

    @property
    def inner(self) -> int:
        """The columns between the edges."""
        return self.columns - 2 * self.edge


def measures(size: Size) -> Measures:
    """The measures of a glass of this size."""
    columns, rows = size
    portrait = columns < 2 * rows * 0.9
    tiny = columns < LEAST.width or rows < LEAST.height
    unit = min(columns / 60, rows / 54) if portrait else min(columns / 100, rows / 30)

    def rounded(units: float, least: int = 1) -> int:
        return max(least, round(units * unit))

    return Measures(
        shape=Shape.TINY if tiny else Shape.PORTRAIT if portrait else Shape.LANDSCAPE,
        columns=columns,
        rows=rows,
        edge=rounded(2),
        top=0 if unit < 1.2 else round(unit),
        header=rounded(3, 2),
        word=rounded(7, 6),
        beside=rounded(4, 3),
        title=rounded(3, 3),
        line=rounded(2, 2),
        strip=1 + rounded(1) + rounded(2, 2),
        service=1 if unit < 1.6 else 2,
        action=rounded(6, 5),
        action_rows=2 if portrait else 1,
    )


def door(of: Measures, *, notice: bool) -> Mapping[str, Region]:
    """The regions of a door's screen by the name of their part; those without room are left out."""
    bottom = of.rows - of.action * of.action_rows
    flow = Flow(of, top=of.top)
    flow.put("header", of.header)
    flow.put("answer", of.answer)
    flow.put("strip", of.strip)
    left = bottom - of.service - flow.y
    notices = of.line if notice and left >= of.line else 0
    lines = (left - notices) // of.line
    flow.gap((left - notices) % of.line)
    if lines:
        flow.put("agenda", lines * of.line)
    if notices:
        flow.put("notice", notices)
    flow.y = bottom - of.service
    flow.put("freshness", of.service)
    regions = flow.regions
    regions["actions"] = Region(0, bottom, of.columns, of.rows - bottom)
    return regions


class Flow:
    """Puts regions below one another."""

    def __init__(self, of: Measures, *, top: int = 0) -> None:
        self.regions: dict[str, Region] = {}
        self.y = top
        self._of = of

    def put(self, name: str, height: int) -> None:
        """The next region, from edge to edge."""
        self.regions[name] = Region(self._of.edge, self.y, self._of.inner, height)
        self.y += height

    def gap(self, height: int) -> None:
        """Leave rows free."""
        self.y += height


class ByPlan(Layout):
    """Places the children of a widget where a plan says; a child that the plan does not name is not shown.

    Args:
        plan: gives, for the size of the parent, the region of each child by its id.
    """

    name = "by-plan"

    def __init__(self, plan: Callable[[Size], Mapping[str, Region]]) -> None:
        self._plan = plan

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        """Textual's question where the children go."""
        parent.pre_layout(self)
        regions = self._plan(size)
        return [
            WidgetPlacement(regions[child.id], Offset(), child.styles.margin, child)
            for child in children
            if child.id in regions and regions[child.id].area
        ]


def mirrored(regions: Mapping[str, Region], width: int) -> dict[str, Region]:
    """The same plan for a language that is written from right to left."""
    return {
        name: Region(width - region.x - region.width, region.y, region.width, region.height)
        for name, region in regions.items()
    }


def row(names: Mapping[str, int], width: int, height: int, *, gap: int = 1) -> dict[str, Region]:
    """Regions beside one another that fill `width`: each has the columns it wants and its share of what is left."""
    space = width - gap * (len(names) - 1)
    spare = space - sum(names.values())
    regions, x = {}, 0
    for number, (name, wanted) in enumerate(names.items()):
        share = spare * (number + 1) // len(names) - spare * number // len(names)
        regions[name] = Region(x, 0, max(wanted + share, 1), height)
        x += regions[name].width + gap
    return regions
