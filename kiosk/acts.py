"""The one act that is under way: asked once, shown as long as it takes, ended in a sentence."""

import os
from collections.abc import Callable
from enum import StrEnum

import msgspec

from device.model.requests import Outcome, Request
from device.wire.panel import ActEnded
from kiosk.words.speech import Speech


class Phase(StrEnum):
    """How far an act has come."""

    IDLE = "idle"
    PRESSED = "pressed"
    """Sent; the provider is not asked yet."""
    ASKING = "asking"
    ENDED = "ended"


class Acts:
    """At most one act at a time, so that a second tap is no second wish.

    Args:
        send: gives a request to the agent; False where nobody is there.
    """

    def __init__(self, send: Callable[[Request], bool]) -> None:
        self._send = send
        self.phase = Phase.IDLE
        self.choice = ""
        """The name of the button that was pressed."""
        self._key = ""
        self._tag = ""
        self._end: Callable[[Speech], str] = _nothing

    @property
    def busy(self) -> bool:
        """Whether an answer is still awaited."""
        return self.phase in (Phase.PRESSED, Phase.ASKING)

    def begin(self, choice: str, request: Request) -> bool:
        """Ask for something, unless something is asked for already; the request gets its key here, once a press."""
        if self.busy:
            return False
        keyed = msgspec.structs.replace(request, key=new_key())
        self._key, self._tag, self.choice = keyed.key, str(keyed.__struct_config__.tag), choice
        self.phase = Phase.PRESSED
        if not self._send(keyed):
            self._close(lambda speech: speech.words.outcomes[Outcome.UNREACHABLE])
        return True

    def started(self, key: str) -> None:
        """The provider is being asked."""
        if key == self._key and self.busy:
            self.phase = Phase.ASKING

    def ended(self, frame: ActEnded) -> None:
        """The agent says how it ended, even if that comes after all patience."""
        if frame.key == self._key:
            tag = self._tag
            self._close(lambda speech: _sentence(tag, frame, speech))

    def give_up(self) -> None:
        """No answer came in time."""
        if self.busy:
            self._close(lambda speech: speech.words.no_answer)

    def rest(self) -> None:
        """The sentence has been read."""
        if not self.busy:
            self.phase, self.choice = Phase.IDLE, ""

    def sentence(self, speech: Speech) -> str:
        """What the door says about it now; empty while there is nothing to say."""
        if self.phase is Phase.ASKING:
            return speech.words.asking[self._tag]
        return self._end(speech) if self.phase is Phase.ENDED else ""

    def _close(self, end: Callable[[Speech], str]) -> None:
        self.phase, self._end = Phase.ENDED, end


def new_key() -> str:
    """A key that no other press has."""
    return os.urandom(8).hex()


def _sentence(tag: str, frame: ActEnded, speech: Speech) -> str:
    words = speech.words
    pattern = words.done[tag] if frame.outcome is Outcome.DONE else words.outcomes[frame.outcome]
    if "{until}" not in pattern:
        return pattern
    return pattern.format(until=speech.time(frame.until)) if frame.until else words.reserved


def _nothing(_speech: Speech) -> str:
    return ""
