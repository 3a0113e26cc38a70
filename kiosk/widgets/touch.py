"""A button as large as a finger: a word or two, pressed at once, fired once."""

from collections.abc import Mapping

from textual import events
from textual.geometry import Region, Size
from textual.message import Message

from kiosk.telling.choices import Choice
from kiosk.type import Lettering
from kiosk.widgets.part import Part

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
        self.choice = choice
        self._upper = Lettering(id="upper", align="center", fit="shrink")
        self._lower = Lettering(id="lower", align="center", fit="shrink", weight="semibold")
        super().__init__(self._upper, self._lower, id=id, classes=classes)
        if choice is not None:
            self.offer(choice)

    def offer(self, choice: Choice) -> None:
        """Become the button of another choice."""
        self.choice = choice
        upper, lower = (choice.above, choice.label) if choice.above else halves(choice.label)
        if bool(self._upper.text) != bool(upper):
            self.refresh(layout=True)
        self._upper.text, self._lower.text = upper, lower
        self.set_class(choice.primary, "-primary")

    def plan(self, size: Size) -> Mapping[str, Region]:
        """Two lines, or one in the middle."""
        assert self.measures is not None  # noqa: S101 - only asked once it has been told
        line = min(self.measures.line, size.height // (2 if self._upper.text else 1))
        lines = 2 if self._upper.text else 1
        y = (size.height - lines * line) // 2
        inner = Region(1, y, size.width - 2, line)
        if lines == 1:
            return {"lower": inner}
        return {"upper": inner, "lower": inner.translate((0, line))}

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


def halves(label: str) -> tuple[str, str]:
    """A label of several words in two lines as alike in length as can be; a single word in the lower one."""
    spaces = [at for at, character in enumerate(label) if character == " "]
    if not spaces or len(label) <= 7:
        return "", label
    at = min(spaces, key=lambda at: abs(2 * at - len(label)))
    return label[:at], label[at + 1 :]
