"""Where each part of the screen stands, for the measures of the glass."""

from collections.abc import Callable, Mapping

from textual.geometry import Offset, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from kiosk.measures import Measures


def door(of: Measures, *, notice: bool) -> Mapping[str, Region]:
    """The regions of a door's screen by the name of their part; those without room are left out."""
    bottom = of.rows - of.actions
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

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:  # noqa: ARG002
        """Textual's question where the children go."""
        parent.pre_layout(self)
        regions = self._plan(size)
        found = ((child, regions.get(child.id or "", Region())) for child in children)
        placed = [(child, region) for child, region in found if region.area]
        if not placed:
            placed = [(child, Region()) for child in children[:1]]  # Textual cannot measure a parent of nothing
        return [WidgetPlacement(region, Offset(), child.styles.margin, child) for child, region in placed]


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
