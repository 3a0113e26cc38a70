"""A kiosk for tests: the real app without a terminal, on a clock that a test turns."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Static

from device.wire.panel import FromAgent
from kiosk.app import DoorApp
from kiosk.patience import Patience
from kiosk.scene import Scene
from kiosk.type import Lettering
from kiosk.widgets.touch import Touch

PANEL = (100, 30)


class Machine:
    """Monotonic seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def door_app(
    frames: Iterable[FromAgent] = (), *, runtime: Path = Path("/nowhere"), patience: Patience | None = None
) -> tuple[DoorApp, Machine]:
    """An app that knows these frames already, and its clock."""
    machine = Machine()
    scene = Scene(patience or Patience(), machine)
    for frame in frames:
        scene.take(frame, 0.0)
    return DoorApp(runtime, scene=scene, patience=patience, machine=machine), machine


@asynccontextmanager
async def running(
    frames: Iterable[FromAgent] = (), *, size: tuple[int, int] = PANEL, **how: Any
) -> AsyncIterator[tuple[DoorApp, Pilot[None], Machine]]:
    """The app on a glass of that size."""
    app, machine = door_app(frames, **how)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot, machine


def shown(app: DoorApp) -> list[str]:
    """Every text that stands on the screen now."""
    texts = [each.text for each in app.screen.query(Lettering) if each.region.area and each.text]
    return texts + [str(each.content) for each in app.screen.query(Static) if each.region.area]


def buttons(app: DoorApp) -> dict[str, Touch]:
    """The buttons that can be touched, by the names of their choices."""
    return {each.choice.name: each for each in app.screen.query(Touch) if each.choice and each.region.area}


async def touch(pilot: Pilot[None], app: DoorApp, name: str) -> None:
    """Touch a button."""
    await pilot.click(buttons(app)[name])
    await pilot.pause()
