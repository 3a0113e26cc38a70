"""The next meetings, one line each."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.geometry import Region, Size

from kiosk.telling.agenda import Line, tell_agenda
from kiosk.telling.sight import Sight
from kiosk.type import Lettering
from kiosk.widgets.part import Part, columns

MOST = 8
"""Lines that any glass has room for."""


class Agenda(Part):
    """As many of the next meetings as there is room for."""

    def compose(self) -> ComposeResult:
        """When, what and who, for each line."""
        for number in range(MOST):
            yield Lettering(id=f"when-{number}", weight="semibold")
            yield Lettering(id=f"title-{number}")
            yield Lettering(id=f"by-{number}", classes="soft")

    _lines: tuple[Line, ...] = ()
    room = 1
    """How many lines there is room for, as the screen's plan says."""

    def tell(self, sight: Sight) -> None:
        """The lines; their columns move only when a text is another."""
        before, self._lines = self._lines, tell_agenda(sight, min(self.room, MOST))
        start, end = ("right", "left") if self.rtl else ("left", "right")
        for number, line in enumerate(self._lines):
            when, title, by = (self.lettering(f"{name}-{number}") for name in ("when", "title", "by"))
            when.text, title.text, by.text = line.when, line.title, line.by
            when.align = title.align = start  # type: ignore[assignment]
            by.align = end  # type: ignore[assignment]
        if before != self._lines:
            self.refresh(layout=True)

    def plan(self, size: Size) -> Mapping[str, Region]:
        """The times in one column, the organizers at the end."""
        assert self.measures is not None  # noqa: S101 - only asked once it has been told
        height, plan = self.measures.line, {}
        first = self.lettering("when-0")
        widest = max((columns(first, line.when, height) for line in self._lines), default=0)
        left = widest + 2 if widest else 0
        for number, line in enumerate(self._lines):
            y, by = number * height, min(columns(first, line.by, height), size.width // 3)
            plan[f"when-{number}"] = Region(0, y, widest, height)
            plan[f"by-{number}"] = Region(size.width - by, y, by, height)
            plan[f"title-{number}"] = Region(left, y, size.width - left - (by + 2 if by else 0), height)
        return plan
