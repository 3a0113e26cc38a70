"""A list in three columns: when, what and who of meetings, or the other rooms."""

from collections.abc import Mapping, Sequence

from textual.geometry import Region, Size

from kiosk.telling.line import Line
from kiosk.type import Lettering
from kiosk.widgets.part import Part, columns


class Lines(Part):
    """Lines of text below one another; their columns move only when a text is another."""

    tails_yield = False
    """Whether a tail that would cut its body is left out, rather than the body be cut for it."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        self._rows: list[tuple[Lettering, Lettering, Lettering]] = []
        self._lines: tuple[Line, ...] = ()
        super().__init__(id=id)

    def write(self, lines: Sequence[Line]) -> None:
        """Show these lines and no others."""
        before, self._lines = self._lines, tuple(lines)
        self._grow(len(self._lines))
        for (head, body, tail), line in zip(self._rows, self._lines, strict=False):
            head.text, body.text, tail.text = line.head, line.body, line.tail
            head.align = body.align = self.start
            tail.align = self.end
        if before != self._lines:
            self.replan()

    def _grow(self, count: int) -> None:
        """Have letterings for that many lines."""
        for number in range(len(self._rows), count):
            head = Lettering(id=f"head-{number}", weight="semibold")
            body, tail = Lettering(id=f"body-{number}"), Lettering(id=f"tail-{number}", classes="soft")
            self._rows.append((head, body, tail))
            self.adopt(head, body, tail)

    def plan(self, size: Size) -> Mapping[str, Region]:
        """The heads in one column, the tails at the end, the bodies in between."""
        assert self.measures is not None  # noqa: S101 - only asked once it has been told
        if not self._lines:
            return {}
        height, gap, plan = self.measures.line, self.measures.edge, {}
        first, middle, last = self._rows[0]
        widest = min(max(columns(first, line.head, height) for line in self._lines), size.width // 2)
        left = widest + gap if widest else 0
        for number, line in enumerate(self._lines[: size.height // height]):
            y, spare = number * height, size.width - left - columns(middle, line.body, height) - gap
            tail = self._tail(columns(last, line.tail, height), spare, size.width)
            plan[f"head-{number}"] = Region(0, y, widest, height)
            plan[f"tail-{number}"] = Region(size.width - tail, y, tail, height)
            plan[f"body-{number}"] = Region(left, y, size.width - left - (tail + gap if tail else 0), height)
        return plan

    def _tail(self, wanted: int, spare: int, width: int) -> int:
        if self.tails_yield:
            return wanted if wanted <= spare else 0
        return min(wanted, width // 2)
