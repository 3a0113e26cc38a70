"""Holds the person's terminal, the door's pseudo-terminal and the keys together, from the first frame to the last."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence

from device.emulator.console.channel import Channel
from device.emulator.console.door import start_on_terminal
from device.emulator.console.help_rows import HelpRows
from device.emulator.console.input import INTERRUPT, Click, Input, Key, Typed
from device.emulator.console.layout import Grid, Place, place
from device.emulator.console.output import Output
from device.emulator.console.terminal import Terminal, grid_of, set_grid
from device.emulator.knobs import Knob
from device.emulator.programs import stop
from device.model.errors import DoorlightError

log = logging.getLogger(__name__)

_CLEAR = b"\x1b[r\x1b[0m\x1b[2J"
_ENTERED_SCREEN = b"\x1b[?1049h"
_LEFT_SCREEN = b"\x1b[?1049l"
_LAST_WORDS = 16_384
_LAST_WORDS_WAIT = 1.0
_REDRAW_WAIT = 0.1


class Console:
    """One evening at the terminal.

    Args:
        command: the door, a full-screen program.
        environment: what it runs in.
        knobs: what a person can do besides.
        wanted: the panel's size; None: all there is.
        facts: where and when, for the right end of the help; asked again after each key.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        knobs: Sequence[Knob],
        *,
        wanted: Grid | None = None,
        facts: Callable[[], str] = lambda: "",
        greeting: str = "",
    ) -> None:
        self._command, self._environment, self._wanted, self._facts = command, environment, wanted, facts
        own = (
            Knob(name="help", key="?", label="help", help="Explain every key, and back.", act=self._explain),
            Knob(name="quit", key="q", label="quit", help="End it all and tidy up; Ctrl+C does too.", act=self._quit),
        )
        self._acts = {knob.key: knob for knob in (*knobs, *own)}
        self._help = HelpRows((*knobs, *own))
        self._output = Output()
        self._said = greeting
        self._dirty = True
        self._running = False
        self._off_screen = False
        self._stained = False
        """Whether places that the door does not draw may show something old."""
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._asked: asyncio.Queue[Knob] = asyncio.Queue()
        self.last_words = b""
        """What the door wrote after it had left the screen: why it crashed, if it did."""

    async def run(self, terminal: Terminal | None = None) -> int:
        """Show it until the person or the door ends it. The exit code: 0, or 128 and the signal's number, or 1."""
        self._terminal = terminal or Terminal()
        self._place = self._placed()
        self._input = Input(self._place)
        with self._terminal.lent():
            process, descriptor = await start_on_terminal(self._command, self._place.grid, self._environment)
            try:
                self._connect(descriptor)
                return await self._until_ended(process)
            finally:
                self._disconnect()
                await stop(process)

    def _connect(self, descriptor: int) -> None:
        loop = asyncio.get_running_loop()
        self._silent = asyncio.Event()
        self._door = Channel(descriptor, received=self._drawn, ended=self._silent.set)
        self._screen = Channel(
            self._terminal.descriptor, received=self._typed, ended=lambda: self._end(128 + signal.SIGHUP),
            drained=self._door.resume,
        )  # fmt: skip
        loop.add_signal_handler(signal.SIGWINCH, self._resized)
        self._running = True
        self._draw_help()

    def _disconnect(self) -> None:
        self._running = False
        asyncio.get_running_loop().remove_signal_handler(signal.SIGWINCH)
        self._screen.close()
        self._door.close()

    async def _until_ended(self, process: asyncio.subprocess.Process) -> int:
        worker = asyncio.create_task(self._work())
        left = asyncio.create_task(process.wait())
        try:
            await asyncio.wait((self._ended, worker, left), return_when=asyncio.FIRST_COMPLETED)
            if worker.done():
                worker.result()
            if self._ended.done():
                return self._ended.result()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._silent.wait(), _LAST_WORDS_WAIT)
            return 0 if left.result() == 0 else 1
        finally:
            for task in (worker, left):
                task.cancel()
            await asyncio.gather(worker, left, return_exceptions=True)

    def _end(self, code: int) -> None:
        if not self._ended.done():
            self._ended.set_result(code)

    def _drawn(self, data: bytes) -> None:
        """The door drew something."""
        passed = b"".join(self._on_screen(self._output.feed(data)))
        self._screen.send(passed)
        if self._screen.full:
            self._door.pause()
        if self._output.damaged:
            self._output.damaged, self._dirty = False, True
        self._draw_help()

    def _on_screen(self, data: bytes) -> Iterator[bytes]:
        """What the door draws while it has the screen; what it writes after it left is kept as its last words."""
        if self._off_screen:
            word, entered, data = data.partition(_ENTERED_SCREEN)
            self.last_words = (self.last_words + word)[-_LAST_WORDS:]
            if not entered:
                return
            yield entered
            self._off_screen, self.last_words = False, b""
        drawn, left, after = data.partition(_LEFT_SCREEN)
        yield drawn
        if left:
            self._off_screen = True
            yield from self._on_screen(after)

    def _typed(self, data: bytes) -> None:
        """The person's terminal sent something."""
        for typed in self._input.feed(data):
            self._take(typed)
        if self._input.wait is not None:
            held = self._input
            asyncio.get_running_loop().call_later(self._input.wait, self._settle, held)

    def _settle(self, held: Input) -> None:
        for typed in held.settle():
            self._take(typed)

    def _take(self, typed: Typed) -> None:
        if typed == INTERRUPT:
            self._end(128 + signal.SIGINT)
        elif isinstance(typed, Key):
            self._press(typed.character, otherwise=typed.data)
        elif isinstance(typed, Click):
            self._press(self._help.key_at(typed.column, typed.row))
        else:
            self._door.send(typed.data)

    def _press(self, key: str | None, otherwise: bytes = b"") -> None:
        knob = self._acts.get(key or "")
        if knob:
            self._asked.put_nowait(knob)
        else:
            self._door.send(otherwise)

    async def _work(self) -> None:
        """One wish after another."""
        while True:
            knob = await self._asked.get()
            try:
                self._said = await knob.act()
            except (DoorlightError, ValueError, OSError) as error:
                log.warning("%s failed: %s", knob.name, error)
                self._said = f"That did not work: {error}"
            self.refresh()

    def refresh(self, said: str | None = None) -> None:
        """Draw the help again, with another sentence if one is given."""
        self._said = self._said if said is None else said
        self._dirty = True
        self._draw_help()

    def _draw_help(self) -> None:
        if not (self._running and self._dirty and self._output.quiet):
            return
        grid = self._terminal.grid
        help_ = self._help.draw(self._place, grid.columns, grid.rows, self._said, self._facts())
        self._screen.send(_CLEAR + help_ if self._stained else help_)
        if self._stained:
            self._have_door_drawn()
        self._dirty = self._stained = False

    def _placed(self) -> Place:
        grid = self._terminal.grid
        placed = place(grid, self._wanted, self._help.count(grid.columns, grid.rows))
        self._output.left, self._output.top, self._output.rows = placed.left, placed.top, placed.grid.rows
        return placed

    def _resized(self) -> None:
        """The terminal, or what the help takes of it, has another size."""
        self._place = self._placed()
        self._input.place = self._place
        self._stained = True
        self.refresh()

    def _have_door_drawn(self) -> None:
        """Tell the door its size; the same size again is no news to it, so another one first."""
        if grid_of(self._door.descriptor) == self._place.grid:
            grid = self._place.grid
            set_grid(self._door.descriptor, grid.part(grid.columns, max(grid.rows - 1, 1)))
            asyncio.get_running_loop().call_later(_REDRAW_WAIT, self._fit)
        else:
            self._fit()

    def _fit(self) -> None:
        if self._running:
            set_grid(self._door.descriptor, self._place.grid)

    async def _explain(self) -> str:
        self._help.explained = not self._help.explained
        self._resized()
        return "Press ? again for the short help." if self._help.explained else self._said

    async def _quit(self) -> str:
        self._end(0)
        return "Tidying up."
