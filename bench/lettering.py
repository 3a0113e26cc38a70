"""What real type costs: setting a screen's worth of text, a tick of the clock, a start, and the memory it takes.

Floors in the same run: Textual's own `Static` and `Digits`, and a bare app with one `Static`.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual.app import App, ComposeResult
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Digits, Static

from bench.table import Row, report

ROUNDS = 7
SCREEN = (
    ("Aurora", 3, "semibold"),
    ("14:07", 3, "semibold"),
    ("In use", 6, "bold"),
    ("until 14:30", 4, "regular"),
    ("Design review with the Lisbon office", 3, "semibold"),
    ("Ana Souza · 4 people", 2, "regular"),
    ("15:00  Sales sync · Łukasz", 2, "regular"),
    ("16:30  Budget 2027, second reading", 2, "regular"),
    ("Extend 15 min", 2, "semibold"),
    ("End early", 2, "semibold"),
    ("Find another room", 2, "semibold"),
    ("as of 14:06", 1, "regular"),
)
PICTURES, OCTANTS, BLOCKS = MEANS = ("pixels", "octants", "blocks")


class Tape(HeadlessDriver):
    """A terminal that counts what it is sent."""

    sent: ClassVar[int] = 0

    @property
    def is_headless(self) -> bool:
        """Textual draws for this one."""
        return False

    def write(self, data: str) -> None:
        """Count it."""
        Tape.sent += len(data.encode())


class Stage(App[None]):
    """Some widgets, one below the other."""

    CSS = "Screen { background: #7a1f1f; } Screen > * { background: #7a1f1f; color: white; width: 100; }"

    def __init__(self, *widgets: Widget) -> None:
        super().__init__(driver_class=Tape)
        self.widgets = widgets

    def compose(self) -> ComposeResult:
        """Them."""
        yield from self.widgets


def letterings() -> list[Widget]:
    """A screen's worth of text; what the floor is measured without is imported here."""
    from kiosk.type import Lettering

    made: list[Widget] = []
    for text, rows, weight in SCREEN:
        lettering = Lettering(text, weight=weight)  # type: ignore[arg-type]
        lettering.styles.height = rows
        made.append(lettering)
    return made


def statics() -> list[Widget]:
    """The same by Textual's own widgets."""
    return [Digits("14:07"), *(Static(text) for text, _, _ in SCREEN)]


def milliseconds_to_set(means: str) -> tuple[float, float]:
    """Setting and encoding the screen for the first time, and again with other words of the same letters."""
    from textual.geometry import Region

    from kiosk.type import Glass, Means, Writing
    from kiosk.type.drawing import draw
    from kiosk.type.painting import Frame, strips

    glass = Glass(means=Means(means))

    def once(turn: Callable[[str], str]) -> float:
        start = time.process_time()
        for text, rows, weight in SCREEN:
            box = Region(0, 0, 100, rows)
            frame = Frame(box, box, (255, 255, 255), (122, 31, 31), 1)
            strips(draw(Writing(turn(text), 100, rows, weight), glass), frame, glass)
        return (time.process_time() - start) * 1000

    return once(str), once(lambda text: text[::-1])


async def ticks(clock: Widget, tick: Callable[[str], object]) -> tuple[float, float]:
    """Bytes and milliseconds of processor of one tick of the clock."""
    sizes: list[int] = []
    costs: list[float] = []

    async def scene(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        for minute in range(8, 8 + 3 * ROUNDS):
            sent, start = Tape.sent, time.process_time()
            tick(f"14:{minute:02}")
            await pilot.pause()
            sizes.append(Tape.sent - sent)
            costs.append((time.process_time() - start) * 1000)
        pilot.app.exit()

    await Stage(clock).run_async(size=(100, 30), auto_pilot=scene, mouse=False)
    return statistics.median(sizes), statistics.median(costs)


def start(kind: str) -> tuple[float, float]:
    """Milliseconds of processor to the first paint and the most memory in MiB of a fresh process."""
    command = [sys.executable, "-m", "bench.lettering", kind]
    environment = os.environ | {"DOORLIGHT_TYPE": kind if kind in MEANS else "plain"}
    answer = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True).stdout
    cpu, most = map(float, answer.split())
    return cpu, most


def child(kind: str) -> None:
    """The fresh process: paint, measure, leave."""
    widgets = letterings() if kind in MEANS else statics() if kind == "statics" else [Static("In use")]

    async def scene(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        pilot.app.exit()

    asyncio.run(Stage(*widgets).run_async(size=(100, 40), auto_pilot=scene, mouse=False))
    status = Path("/proc/self/status").read_text(encoding="ascii")
    most = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    sys.stdout.write(f"{time.process_time() * 1000} {most / 1024}\n")


def starts() -> list[Row]:
    """Interleaved, so that all kinds meet the same machine."""
    kinds = ("bare", "statics", *MEANS)
    measured: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
    for _ in range(ROUNDS):
        for kind in kinds:
            measured[kind].append(start(kind))
    cpu = {kind: statistics.median(figure[0] for figure in figures) for kind, figures in measured.items()}
    most = {kind: statistics.median(figure[1] for figure in figures) for kind, figures in measured.items()}
    promises = {PICTURES: (1.6, 1.6), OCTANTS: (1.25, 1.15), BLOCKS: (1.25, 1.15), "statics": (None, None)}
    rows = []
    for kind, (soon, small) in promises.items():
        rows.append(Row(f"start, {kind}", cpu[kind], "ms", cpu["bare"], soon, floor_is="bare app"))
        rows.append(Row(f"memory, {kind}", most[kind], "MiB", most["bare"], small, floor_is="bare app"))
    return rows


def clocks() -> list[Row]:
    """A tick by each means, beside Textual's Digits and Static."""
    from kiosk.type import Glass, Lettering, Means, Writing, columns_of

    digits, static = Digits("14:07"), Static("14:07")
    digits_bytes, digits_ms = asyncio.run(ticks(digits, digits.update))
    static_bytes, static_ms = asyncio.run(ticks(static, static.update))
    rows = [
        Row("clock tick, Textual's Static", static_bytes, "B"),
        Row("clock tick, Textual's Digits", digits_bytes, "B"),
        Row("processor for a tick, Static", static_ms, "ms", digits_ms, floor_is="Digits"),
    ]
    for means in MEANS:
        os.environ["DOORLIGHT_TYPE"] = means
        clock = Lettering("14:07", weight="semibold", align="right")
        clock.styles.width = columns_of(Writing("14:07", 100, 3, weight="semibold"), Glass(means=Means(means)))
        size, cost = asyncio.run(ticks(clock, partial(setattr, clock, "text")))
        rows.append(Row(f"clock tick, {means}", size, "B", promise=6000 if means == PICTURES else 300))
        rows.append(Row(f"processor for a tick, {means}", cost, "ms", digits_ms, floor_is="Digits"))
    return rows


def main() -> None:
    """Measure and print."""
    rows = []
    for means in MEANS:
        first, again = milliseconds_to_set(means)
        rows.append(Row(f"a screen's {len(SCREEN)} lines set for the first time, {means}", first, "ms"))
        rows.append(Row(f"other words in the same type, {means}", again, "ms"))
    report("lettering", [*rows, *clocks(), *starts()])


if __name__ == "__main__":
    child(sys.argv[1]) if sys.argv[1:] else main()
