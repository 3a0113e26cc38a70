"""A terminal that keeps what Textual writes to it, and a reader that knows every sequence it may write."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from rich.color import ColorSystem
from textual.app import App, ComposeResult
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot

from kiosk.type import Glass, Lettering, set_glass

LETTER = r"[^\x00-\x1f\x7f-\x9f]"
ALLOWED = re.compile(
    r"\x1b\[[0-9;?<>=]*[A-Za-z]"  # moves, colours and modes
    r"|\x1b\]22;[a-z]*\x07"  # Textual's pointer
    r"|\x1b[78]"  # the cursor kept and given back
    r"|\x1bP0;1;0q[!-\[\]-~]*\x1b\\|\x1b_G[0-9A-Za-z=,;+/]*\x1b\\"  # images
    rf"|\n|\r|{LETTER}+"
)


class Tape(HeadlessDriver):
    """A terminal of which nothing is seen but everything is kept."""

    written: ClassVar[list[str]] = []

    @property
    def is_headless(self) -> bool:
        """Textual draws for this one."""
        return False

    def write(self, data: str) -> None:
        """Keep it."""
        self.written.append(data)


class Door(App[None]):
    """An app with some letterings."""

    CSS = "Screen { background: #7a1f1f; } Lettering { background: #7a1f1f; color: white; height: 3; }"

    def __init__(self, glass: Glass, *letterings: Lettering) -> None:
        super().__init__(driver_class=Tape)
        set_glass(self, glass)
        self.console._color_system = ColorSystem.TRUECOLOR
        self.letterings = letterings

    def compose(self) -> ComposeResult:
        """Them."""
        yield from self.letterings


Scene = Callable[[Pilot[Any], Callable[[], str]], Awaitable[None]]


async def played(app: App[Any], scene: Scene, size: tuple[int, int] = (60, 20)) -> None:
    """Run the app on a tape; the scene gets the pilot and what gives the text written since its last call."""
    Tape.written.clear()
    failures: list[BaseException] = []

    def since() -> str:
        text = "".join(Tape.written)
        Tape.written.clear()
        return text

    async def pilot_scene(pilot: Pilot[Any]) -> None:
        try:
            await pilot.pause()
            await scene(pilot, since)
        except BaseException as error:  # noqa: BLE001 -- told to pytest below, outside Textual's own handling
            failures.append(error)
        finally:
            pilot.app.exit()

    await app.run_async(size=size, auto_pilot=pilot_scene, mouse=False)
    if failures:
        raise failures[0]


def tokens(written: str) -> list[str]:
    """What was written, cut into the sequences that a lettering may write; fails on any other."""
    found, at = [], 0
    while at < len(written):
        match = ALLOWED.match(written, at)
        assert match, f"not a sequence of ours: {written[at : at + 40]!r}"
        found.append(match[0])
        at = match.end()
    return found
