"""Buttons in rows and columns, as a dialog has them."""

from collections.abc import Mapping, Sequence

from textual.geometry import Region, Size

from kiosk.measures import Measures, Shape
from kiosk.telling.choice import Choice
from kiosk.widgets.part import Part
from kiosk.widgets.touch import Touch
from kiosk.words import Words


class Grid(Part):
    """Choices to touch, as large as the room allows."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        self._touches = [Touch(choice, id=f"choice-{number}") for number, choice in enumerate(choices)]
        super().__init__(*self._touches, id="grid")

    def turn(self, words: Words, measures: Measures) -> None:
        """The buttons turn with the grid."""
        super().turn(words, measures)
        for touch in self._touches:
            touch.turn(words, measures)

    def plan(self, size: Size) -> Mapping[str, Region]:
        """At most three columns, two in portrait; rows no higher than twice a button of the door."""
        assert self.measures is not None  # noqa: S101 - only asked once it has been turned
        count = len(self._touches)
        widest = 2 if self.measures.shape is Shape.PORTRAIT else 3
        columns = min(count, widest)
        rows = -(-count // columns)
        height = min((size.height - rows + 1) // rows, self.measures.action * 3 // 2)
        top = size.height - rows * (height + 1) + 1
        plan: dict[str, Region] = {}
        for number, touch in enumerate(self._touches):
            down, across = divmod(number, columns)
            left = (size.width + 2) * across // columns
            right = (size.width + 2) * (across + 1) // columns - 2
            plan[touch.id or ""] = Region(left, top + down * (height + 1), right - left, height)
        return plan
