"""When Textual paints: a frame that is true, once, and none in between."""

from typing import Any, TypeVar

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen
from textual.widget import Widget

ENTER = "\x1b[?1049h"
"""The code by which a terminal goes to its other screen."""
Result = TypeVar("Result")


class EnteredDriver(LinuxDriver):
    """The driver for a terminal that the first paint has already brought to the other screen.

    To go there a second time would clear that screen on some terminals: a flash between the first frame and the next.
    """

    def write(self, data: str) -> None:
        """Write all but the one code that was written before."""
        if data != ENTER:
            super().write(data)


class UnhurriedScreen(Screen[Result], inherit_bindings=False):
    """A screen that is not rendered while the app holds its picture back (`App.batch_update`)."""

    def _compositor_refresh(self) -> None:
        if not self.app._batch_count:  # noqa: SLF001 - see the package
            super()._compositor_refresh()


def no_pop_ups(app: App[None]) -> None:
    """Give no screen of this app a place for notifications and tooltips, which read what they show as markup."""
    app._disable_notifications = app._disable_tooltips = True  # noqa: SLF001 - Textual lets only tests say so


def paint_at_once(screen: Screen[Any], *, whole: bool) -> None:
    """Lay out a screen and paint it now, as a whole or what has changed on it.

    By itself Textual would first paint the new colours in the old places, then the new places, then what moved in them:
    three times the bytes, and each of them a frame that was never true.
    """
    if whole:
        screen.refresh()
    widgets = [screen, *screen.walk_children(Widget)]
    for widget in widgets:
        widget._clear_arrangement_cache()  # noqa: SLF001 - see the module
    screen._dirty_widgets |= {widget for widget in widgets if widget._repaint_required}  # noqa: SLF001
    screen._refresh_layout()  # noqa: SLF001
    screen._dirty_widgets.clear()  # noqa: SLF001
    for widget in widgets:
        widget._layout_required = widget._repaint_required = False  # noqa: SLF001
