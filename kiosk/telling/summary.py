"""The whole door in one sentence, for a glass too small for more."""

from device.wire.panel import PairingShown
from kiosk.telling.answer import tell_answer
from kiosk.telling.sight import Sight
from kiosk.telling.trouble import Trouble


def summary(subject: Sight | PairingShown | Trouble) -> str:
    """What the screen would say, most important first."""
    match subject:
        case Sight():
            answer = tell_answer(subject)
            told: tuple[str, ...] = (answer.word, answer.beside, answer.title)
            return f"{subject.state.room.name}: {' · '.join(text for text in told if text)}"
        case PairingShown():
            return f"{subject.code} · {subject.url}"
        case Trouble():
            return f"{subject.sentence}. {subject.hint}"
