"""A question to the person at the door; left alone, it goes away."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size

from kiosk.layout import Flow
from kiosk.patience import Patience
from kiosk.screens.glass import Glass
from kiosk.telling.choice import Choice, Names
from kiosk.type import Lettering
from kiosk.widgets.grid import Grid
from kiosk.widgets.part import Side
from kiosk.widgets.touch import Touch
from kiosk.words import Words


class Dialog(Glass[Choice]):
    """A heading, a line below it and some choices; dismissed with the one that was touched, or with None.

    Args:
        words: the language it is in.
        ground: the ground of the door's state, which whoever stands further away still sees.
        heading: what is asked.
        choices: the answers; one that closes is added.
        line: a smaller line below the heading.
        close: what the closing choice is called.
        patience: how long it waits for a touch.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(
        self,
        words: Words,
        ground: str,
        heading: str,
        choices: Sequence[Choice],
        *,
        line: str = "",
        close: str = "",
        patience: Patience,
    ) -> None:
        super().__init__()
        self.words = words
        self.rtl = words.rtl
        self._patience = patience.dialog
        side: Side = "right" if words.rtl else "left"
        self._heading = Lettering(heading, id="heading", weight="bold", fit="shrink", align=side)
        self._line = Lettering(line, id="line", classes="soft", align=side)
        self._grid = Grid((*choices, Choice(name=Names.CLOSE, label=close or words.close)))
        self.ground(ground)

    def compose(self) -> ComposeResult:
        """The heading, the line, the choices."""
        yield self._heading
        yield self._line
        yield self._grid

    def on_mount(self) -> None:
        """Wait for a touch, but not for ever."""
        self._timer = self.set_timer(self._patience, self.action_leave)

    def on_resize(self) -> None:
        """Take the measures of the glass."""
        self._grid.turn(self.words, self.measures)

    def plan(self, size: Size) -> Mapping[str, Region]:
        """The heading above, the choices in what is left."""
        of = self.measures
        flow = Flow(of, top=of.top + 1)
        flow.put("heading", of.beside)
        flow.put("line", of.line if self._line.text else 0)
        flow.gap(1)
        flow.put("grid", size.height - flow.y - 1)
        return flow.regions

    def action_leave(self) -> None:
        """Nobody chose anything. Under another screen it waits on: only what is on top can go away."""
        if self.is_current:
            self.dismiss(None)
        else:
            self._timer = self.set_timer(self._patience, self.action_leave)

    def on_mouse_down(self) -> None:
        """Somebody is there: the waiting begins again."""
        super().on_mouse_down()
        self._timer.reset()

    def on_key(self) -> None:
        """A key is as good as a touch."""
        super().on_key()
        self._timer.reset()

    @on(Touch.Fired)
    def choose(self, event: Touch.Fired) -> None:
        """The choice that was touched; to close is to choose nothing."""
        event.stop()
        if self.is_current:
            self.dismiss(None if event.choice.name == Names.CLOSE else event.choice)
