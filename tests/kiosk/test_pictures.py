"""Every screen as a picture: whoever changes one sees what he changed (`pytest --snapshot-update` accepts it)."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from doors import SCENES, at, greeting, look
from kiosk_side import door_app, touch
from scripted_agent import greeting_agent, until
from textual.pilot import Pilot

from device.model.door import Theme
from device.model.requests import Outcome
from device.model.safetext import SafeText
from device.wire.panel import ActEnded, ActStarted, LookShown, Neighbour, NeighboursShown
from kiosk.app import DoorApp
from kiosk.screens.rooms import RoomsScreen

Snap = Callable[..., bool]
Step = Callable[[Pilot[None], DoorApp], Awaitable[None]]


@pytest.fixture
def picture(snap_compare: Snap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., bool]:
    """Compares a scene on a glass with the picture that was accepted."""
    monkeypatch.setenv("DOORLIGHT_TYPE", "octants")

    def compare(
        scene: str, size: tuple[int, int] = (100, 30), how: LookShown | None = None, step: Step | None = None
    ) -> bool:
        frames = greeting(scene, how)
        app, _machine = door_app(frames, runtime=tmp_path)

        async def before(pilot: Pilot[None]) -> None:
            await until(lambda: app.link.up)
            await pilot.pause()
            if step is not None:
                await step(pilot, app)
                await pilot.pause()

        with greeting_agent(tmp_path, frames):
            return snap_compare(app, terminal_size=size, run_before=before)

    return compare


@pytest.mark.parametrize("scene", [*SCENES, "pairing", "fault"])
def test_every_state_on_the_smallest_panel(scene: str, picture: Callable[..., bool]) -> None:
    assert picture(scene)


@pytest.mark.parametrize("size", [(80, 24), (90, 80), (160, 45), (160, 50), (240, 67), (60, 15)])
def test_in_use_on_every_glass(size: tuple[int, int], picture: Callable[..., bool]) -> None:
    assert picture("in-use", size)


@pytest.mark.parametrize("scene", ["free", "unknown"])
def test_calm_and_doubtful_in_portrait(scene: str, picture: Callable[..., bool]) -> None:
    assert picture(scene, (90, 80))


@pytest.mark.parametrize("language", ["ja", "ar"])
def test_in_other_scripts(language: str, picture: Callable[..., bool]) -> None:
    assert picture("in-use", how=look(language))


@pytest.mark.parametrize("theme", [Theme.LIGHT, Theme.COLOUR_BLIND])
def test_in_the_other_themes(theme: Theme, picture: Callable[..., bool]) -> None:
    assert picture("in-use", how=look(theme=theme))


async def _language(pilot: Pilot[None], app: DoorApp) -> None:
    await touch(pilot, app, "language")


async def _end(pilot: Pilot[None], app: DoorApp) -> None:
    await touch(pilot, app, "end")


async def _rooms(pilot: Pilot[None], app: DoorApp) -> None:
    await touch(pilot, app, "find-room")
    rooms = (
        Neighbour(name=SafeText("Borealis"), place=SafeText("2nd floor"), capacity=6, free=True, free_until=at(15)),
        Neighbour(name=SafeText("Corona"), capacity=12),
        Neighbour(name=SafeText("Dune"), known=False),
    )
    screen: Any = app.screen
    assert isinstance(screen, RoomsScreen)
    app._hear(NeighboursShown(key=screen.key, rooms=rooms))


async def _asking(pilot: Pilot[None], app: DoorApp) -> None:
    await touch(pilot, app, "book-30")
    app._hear(ActStarted(key=app.acts._key))
    app.screen.query_one("#progress")._timer.stop()  # type: ignore[attr-defined]


async def _held(pilot: Pilot[None], app: DoorApp) -> None:
    await touch(pilot, app, "book-30")
    app._hear(ActEnded(key=app.acts._key, outcome=Outcome.HELD, until=at(11, 12)))


async def _keys(pilot: Pilot[None], app: DoorApp) -> None:
    await pilot.press("tab", "tab")


STEPS: dict[str, tuple[str, Step]] = {
    "language": ("free", _language),
    "end": ("in-use", _end),
    "rooms": ("in-use", _rooms),
    "asking": ("free", _asking),
    "held": ("free", _held),
    "keys": ("in-use", _keys),
}


@pytest.mark.parametrize("step", STEPS)
def test_while_somebody_does_something(step: str, picture: Callable[..., bool]) -> None:
    scene, take = STEPS[step]
    assert picture(scene, step=take)
