"""The kiosk's app: hears the agent, keeps the time, and draws one screen."""

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import App
from textual.binding import BindingType
from textual.geometry import Offset
from textual.timer import Timer

from device.model.state import Dim
from device.model.value import Value
from device.wire.panel import (
    ActEnded,
    ActStarted,
    FaultShown,
    FromAgent,
    LookShown,
    NeighboursShown,
    Painted,
    PairingShown,
    RetryRequested,
    RoomShown,
    TimeShown,
)
from kiosk.acts import Acts
from kiosk.dialogs import Dialogs
from kiosk.layout import Shape, measures
from kiosk.link import Link
from kiosk.messages import Wanted
from kiosk.patience import Patience
from kiosk.presence import Presence
from kiosk.screens.cover import DarkScreen, TinyScreen
from kiosk.screens.door import DoorScreen
from kiosk.screens.fault import RETRY, FaultScreen
from kiosk.screens.glass import Glass
from kiosk.screens.pairing import PairingScreen
from kiosk.telling.answer import tell_answer
from kiosk.telling.sight import Sight
from kiosk.telling.trouble import tell_fault, tell_silence
from kiosk.textual_internals import settle
from kiosk.themes import textual_theme, theme_name
from kiosk.timepiece import Timepiece
from kiosk.vigil import Vigil
from kiosk.words.speech import Speech

log = logging.getLogger(__name__)

_SHIFTS = (Offset(0, 0), Offset(1, 0), Offset(0, 0), Offset(-1, 0))


class DoorApp(App[None], inherit_bindings=False):
    """The glass beside a door.

    Args:
        runtime: the directory with the agent's panel socket.
        heard: what the first paint heard already, each with the machine second of its arrival.
        timepiece: counts the time on.
        patience: how long to wait for people.
        machine: the machine's monotonic seconds.
    """

    CSS_PATH: ClassVar[list[str]] = ["screens/grounds.tcss", "screens/screens.tcss"]
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        runtime: Path,
        *,
        heard: Iterable[tuple[float, FromAgent]] = (),
        timepiece: Timepiece | None = None,
        patience: Patience | None = None,
        machine: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.animation_level = "none"
        self.timepiece = timepiece or Timepiece()
        self.patience = patience or Patience()
        self.look = LookShown()
        self._shown: RoomShown | PairingShown | FaultShown | None = None
        self._machine = machine
        self._vigil = Vigil()
        self._link = Link(runtime / "panel.sock", self._hear, self._turn)
        self.acts = Acts(self._link.send)
        self._presence = Presence(self.patience)
        self._dialogs = Dialogs(self)
        self._speech: Speech | None = None
        self._screen: Glass[Any] | None = None
        self._cover: Glass[None] | None = None
        self._timers: dict[str, Timer] = {}
        self._painted_at = -self.patience.painted
        for at, frame in heard:
            self._take(frame, at)
