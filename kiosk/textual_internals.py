"""Everything that reaches below Textual's public surface, in one place. Import this before Textual.

The kiosk has no command palette and no network, so what Textual and asyncio import for them never enters the process:
about 50 ms and 4 MiB less at each start. The stand-ins fail loudly if anything ever calls them.
"""

import gc
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App
    from textual.driver import Driver
    from textual.screen import Screen

ENTER = "\x1b[?1049h"
"""The code by which a terminal goes to its other screen."""


def lean_imports() -> None:
    """Keep TLS and the command palette out of this process. Does nothing once Textual is imported."""
    if "textual" in sys.modules:
        return
    gc.disable()
    if "ssl" not in sys.modules:
        sys.modules["ssl"] = None  # type: ignore[assignment]
    sys.modules["textual.command"] = _no_palette()


def entered_driver() -> "type[Driver]":
    """Textual's driver for a terminal that the first paint has already brought to the other screen.

    To go there a second time would clear that screen on some terminals: a flash between the first frame and the next.
    """
    from textual.drivers.linux_driver import LinuxDriver

    class EnteredDriver(LinuxDriver):
        """Stays on the screen where it is."""

        def write(self, data: str) -> None:
            """Write all but the one code that was written before."""
            if data != ENTER:
                super().write(data)

    return EnteredDriver


def no_pop_ups(app: "App[None]") -> None:
    """Give no screen of this app a place for notifications and tooltips, which read what they show as markup."""
    app._disable_notifications = app._disable_tooltips = True  # noqa: SLF001 - Textual lets only tests say so


def paint_at_once(screen: "Screen[Any]", *, whole: bool) -> None:
    """Lay out a screen and paint it now, as a whole or what has changed on it.

    By itself Textual would first paint the new colours in the old places, then the new places, then what moved in them:
    three times the bytes, and each of them a frame that was never true.
    """
    from textual.widget import Widget

    if whole:
        screen.refresh()
    widgets = [screen, *screen.walk_children(Widget)]
    for widget in widgets:
        widget._clear_arrangement_cache()  # noqa: SLF001 - see the module
    screen._dirty_widgets.update(widget for widget in widgets if widget._repaint_required)  # noqa: SLF001
    screen._refresh_layout()  # noqa: SLF001
    screen._dirty_widgets.clear()  # noqa: SLF001
    for widget in widgets:
        widget._layout_required = widget._repaint_required = False  # noqa: SLF001


def settle() -> None:
    """After the first paint: what lives now lives on, so the collector need not look at it again."""
    gc.freeze()
    gc.enable()


def _no_palette() -> ModuleType:
    """A `textual.command` with the names that Textual's own modules import and nothing behind them."""
    stub = ModuleType("textual.command")

    class Absent:
        """What a door does not have."""

        def __init__(self, *_: object, **__: object) -> None:
            raise NotImplementedError("a door has no command palette")

        @staticmethod
        def is_open(_app: object) -> bool:
            """It never is."""
            return False

    for name in ("CommandListItem", "CommandPalette", "DiscoveryHit", "Hit", "Hits", "Provider", "SimpleProvider"):
        setattr(stub, name, Absent)
    return stub
