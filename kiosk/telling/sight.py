"""What a part of the screen is given to tell about."""

from dataclasses import dataclass
from datetime import datetime

from device.model.occurrence import FreeBusy, Occurrence, Response
from device.model.state import RoomState
from kiosk.words import Words
from kiosk.words.speech import Speech


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One look at a room: its state, the time, and the language it is told in."""

    state: RoomState
    now: datetime
    speech: Speech
    timed: bool = True
    """Whether somebody told the time; else `now` is when the state was true."""
    linked: bool = True
    """Whether the agent is there."""

    @property
    def words(self) -> Words:
        """The words of the language."""
        return self.speech.words

    def title(self, occurrence: Occurrence) -> str:
        """The title, or this language's words where there is none to show."""
        if occurrence.private:
            return self.words.private
        return occurrence.title or self.words.reserved

    def start(self, occurrence: Occurrence) -> datetime:
        """When it begins, in this room."""
        return occurrence.bounds(self.state.room.zone).start

    def end(self, occurrence: Occurrence) -> datetime:
        """When it is over, in this room."""
        return occurrence.bounds(self.state.room.zone).end

    def runs(self, occurrence: Occurrence) -> bool:
        """Whether it takes place at this moment, for the order of the list."""
        return self.start(occurrence) <= self.now < self.end(occurrence)


def is_tentative(occurrence: Occurrence) -> bool:
    """Whether it is marked as not yet certain."""
    return FreeBusy.TENTATIVE is occurrence.free_busy or Response.TENTATIVE is occurrence.response
