"""Puts the kiosk together: what the first paint found, and the app that goes on from there."""

import logging
import os
from datetime import UTC, datetime

import msgspec

from device.model.availability import Availability, DoorState, Reason
from device.model.room import Room
from device.model.state import RoomState
from device.model.value import decode
from device.wire.framing import BadFrame, unpack
from device.wire.panel import FromAgent, LastShown, LookShown
from kiosk.app import DoorApp
from kiosk.first_paint import Found
from kiosk.options import Options
from kiosk.patience import Patience
from kiosk.scene import Scene
from kiosk.textual_internals.painting import EnteredDriver

NEVER = datetime.fromtimestamp(0, UTC)

log = logging.getLogger(__name__)


def door_app(options: Options, found: Found, *, painted: bool) -> DoorApp:
    """The app, ready to run; `painted` says whether the first frame is on the glass already."""
    patience = Patience()
    scene = Scene(patience)
    try:
        _remember(scene, found)
    except (msgspec.DecodeError, BadFrame, UnicodeDecodeError) as error:
        log.warning("what the agent left cannot be read: %s", type(error).__name__)
    driver = EnteredDriver if painted and "TEXTUAL_DRIVER" not in os.environ else None
    return DoorApp(options.runtime, scene=scene, patience=patience, driver=driver)


def _remember(scene: Scene, found: Found) -> None:
    """Let the scene know what the first paint knew.

    Raises:
        msgspec.DecodeError, BadFrame: what was found is not what an agent says.
    """
    if found.left:
        last: LastShown = decode(found.left, LastShown)
        scene.take(last.look)
        scene.recall(last.state)
    elif found.room:
        scene.take(decode(found.look, LookShown))
        scene.recall(_unread(decode(found.room, Room)))
    for at, line in found.lines:
        scene.take(unpack(line, FromAgent), at)


def _unread(room: Room) -> RoomState:
    """A room of which nothing is known but that it is there; no time of it is ever shown."""
    answer = Availability(state=DoorState.UNKNOWN, reason=Reason.NEVER_READ, next_change=NEVER)
    return RoomState(room=room, as_of=NEVER, availability=answer, fresh=False)
