"""All that the glass shows at a moment, apart from how: what the agent said last, what time it is, who stands there."""

import time
from collections.abc import Callable

from device.model.state import Dim, RoomState
from device.wire.panel import FaultShown, FromAgent, LookShown, PairingShown, RoomShown, TimeShown
from kiosk.patience import Patience
from kiosk.presence import Presence
from kiosk.telling.sight import Sight
from kiosk.telling.trouble import Trouble, tell_fault, tell_silence
from kiosk.timepiece import Timepiece
from kiosk.vigil import Vigil
from kiosk.words.speech import Speech

Subject = Sight | PairingShown | Trouble
"""What a screen is about: a room, a device without one, or why there is nothing to show."""


class Scene:
    """The last word of the agent about everything.

    Args:
        patience: how long a visitor's wishes hold.
        machine: the machine's monotonic seconds.
    """

    def __init__(self, patience: Patience, machine: Callable[[], float] = time.monotonic) -> None:
        self.timepiece = Timepiece(machine)
        self.presence = Presence(patience)
        self.look = LookShown()
        self._machine = machine
        self._vigil = Vigil()
        self._shown: RoomShown | PairingShown | FaultShown | None = None
        self._speech = Speech(self.look.language, self.look.zone)

    def take(self, frame: FromAgent, at: float | None = None) -> None:
        """Hear a frame; `at` is the machine second of its arrival, if that is past."""
        match frame:
            case TimeShown():
                self.timepiece.heard(frame, at)
            case LookShown():
                self.look = frame
            case RoomShown():
                self._shown = frame
                self._vigil.heard(frame.state, self.timepiece.elapsed)
            case PairingShown() | FaultShown():
                self._shown = frame
                self._vigil.forget()

    def recall(self, state: RoomState) -> None:
        """Take what was written down before this start; nobody vouches for it."""
        self._shown = RoomShown(state=state)
        self._vigil.recalled(state)

    @property
    def speech(self) -> Speech:
        """The language of the moment: a visitor's, else the room's."""
        language = self.presence.language(self._machine()) or self.look.language
        wanted = (language, self.look.zone, self.look.hour24)
        if (self._speech.language, self._speech.zone, self._speech.asked_hour24) != wanted:
            self._speech = Speech(language, self.look.zone, hour24=self.look.hour24)
        return self._speech

    @property
    def room(self) -> RoomState | None:
        """The room as it may be drawn now, in doubt where the last word about it is too old."""
        return self._vigil.state(self.timepiece.elapsed)

    def subject(self, *, linked: bool) -> Subject:
        """What the glass is about."""
        room = self.room
        if room is not None:
            now = self.timepiece.now
            return Sight(state=room, now=now or room.as_of, speech=self.speech, timed=now is not None, linked=linked)
        match self._shown:
            case PairingShown() as pairing:
                return pairing
            case FaultShown() as fault:
                return tell_fault(fault, self.speech)
            case _:
                return tell_silence(self.speech.words)

    @property
    def dim(self) -> Dim:
        """How dark the glass is, unless somebody is there."""
        room = self.room
        return room.dim if room is not None and not self.presence.awake(self._machine()) else Dim.DAY

    @property
    def wait_for_doubt(self) -> float | None:
        """Machine seconds until the room's state is too old to stand; None where there is none to doubt."""
        left = self._vigil.left(self.timepiece.elapsed)
        return None if left is None else self.timepiece.machine_seconds(left)
