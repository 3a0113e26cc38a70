"""A button as large as a finger: a word or two, pressed at once, fired once."""

from collections.abc import Mapping

from textual import events
from textual.app import ComposeResult
from textual.geometry import Region, Size
from textual.message import Message

from kiosk.telling.choice import Choice
from kiosk.type import Lettering
from kiosk.widgets.paragraph import split
from kiosk.widgets.part import Part, columns

PRESSED_FOR = 0.2
"""Seconds that a press stays visible, however short the touch."""


class Touch(Part, can_focus=True):
    """A button. Its texts are drawn literally."""

    class Fired(Message):
        """Somebody pressed it."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self, choice: Choice | None = None, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        self.choice: Choice | None = None
        self._upper = Lettering(id="upper", align="center", fit="shrink")
        self._lower = Lettering(id="lower", align="center", fit="shrink", weight="semibold")
        super().__init__(self._upper, self._lower, id=id, classes=classes)
        if choice is not None:
            self.offer(choice)

    @property
    def idle(self) -> bool:
        """Whether it stands for nothing."""
        return self.choice is None

    def compose(self) -> ComposeResult:
        """Both lines, since only its width tells how many it takes."""
        yield from self._parts

    def offer(self, choice: Choice | None) -> None:
        """Become the button of another choice, or of none."""
        if self.choice != choice:
            self.choice = choice
            self.set_class(choice is not None and choice.primary, "-primary")
            self._write()

    def allow_focus(self) -> bool:
        """Only what stands for something can be reached by keys."""
        return self.choice is not None and super().allow_focus()

    def on_resize(self) -> None:
        """Another width, perhaps other lines."""
        self._write()

    @property
    def plain(self) -> bool:
        """Whether its letters are the terminal's own where there are no images."""
        return self._lower.plain

    @plain.setter
    def plain(self, plain: bool) -> None:
        if plain != self.plain:
            self._upper.plain = self._lower.plain = plain
            self._write()

    @property
    def wanted(self) -> int:
        """The columns that it would like to have."""
        assert self.measures is not None  # noqa: S101 - only asked once it has been told
        lines = self._lines(0)
        return 2 + max(columns(self._lower, line, self.measures.line) for line in lines)

    def plan(self, size: Size) -> Mapping[str, Region]:
        """Two lines, or one in the middle."""
        assert self.measures is not None  # noqa: S101 - only asked once it has been told
        lines = 2 if self._upper.text else 1
        line = min(self.measures.line, size.height // lines)
        first = Region(1, (size.height - lines * line) // 2, size.width - 2, line)
        return {"lower": first} if lines == 1 else {"upper": first, "lower": first.translate((0, line))}

    def _write(self) -> None:
        """Write the label, in one line where there is room for it."""
        upper, lower = self._lines(self.size.width - 2)
        if bool(upper) != bool(self._upper.text):
            self.replan()
        self._upper.text, self._lower.text = upper, lower

    def _lines(self, width: int) -> tuple[str, str]:
        """The upper line, if there has to be one, and the lower."""
        if self.choice is None:
            return "", ""
        if self.choice.above or self.measures is None or not self.is_mounted:
            return self.choice.above, self.choice.label
        fits = columns(self._lower, self.choice.label, self.measures.line) <= width
        return ("", self.choice.label) if fits else split(self.choice.label)

    def on_mouse_down(self) -> None:
        """The touch is answered on the glass before it is anything else."""
        self.add_class("-pressed")

    def on_click(self, event: events.Click) -> None:
        """A touch that ended where it began."""
        event.stop()
        self._fire()

    def on_leave(self) -> None:
        """The finger went elsewhere."""
        self.remove_class("-pressed")

    def on_key(self, event: events.Key) -> None:
        """Enter and space press it too."""
        if event.key in ("enter", "space"):
            event.stop()
            self.add_class("-pressed")
            self._fire()

    def _fire(self) -> None:
        self.set_timer(PRESSED_FOR, lambda: self.remove_class("-pressed"))
        if self.choice is not None:
            self.post_message(self.Fired(self.choice))
