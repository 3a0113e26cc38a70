"""Why there is nothing to show, for a person."""

from device.model.value import Value
from device.wire.panel import Fault, FaultShown
from kiosk.words import Words
from kiosk.words.speech import Speech


class Trouble(Value):
    """A sentence, a hint, and the small print."""

    sentence: str
    hint: str
    detail: str = ""
    retry: bool = False
    """Whether somebody may ask for another try."""


def tell_fault(shown: FaultShown, speech: Speech) -> Trouble:
    """What the agent says is wrong."""
    sentence, hint = speech.words.faults[shown.fault]
    again = speech.words.retry_at.format(time=speech.time(shown.retry_at)) if shown.retry_at else ""
    detail = "  ·  ".join(text for text in (shown.detail, again) if text)
    return Trouble(sentence=sentence, hint=hint, detail=detail, retry=shown.fault is not Fault.STARTING)


def tell_silence(words: Words) -> Trouble:
    """There has been no word from the agent at all."""
    return Trouble(sentence=words.silent, hint=words.silent_hint)
