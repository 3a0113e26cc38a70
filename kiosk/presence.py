"""What a person at the glass changes for a while: the language, and light at night."""

from kiosk.patience import Patience


class Presence:
    """When the glass was last touched, and which language somebody chose.

    Args:
        patience: how long either holds.
    """

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._touched: float | None = None
        self._language = ""

    def touched(self, at: float) -> None:
        """Somebody touched the glass at that machine second."""
        if not self.language(at):
            self._language = ""
        self._touched = at

    def choose(self, language: str, at: float) -> None:
        """Somebody prefers another language."""
        self._language, self._touched = language, at

    def language(self, at: float) -> str:
        """The visitor's language; empty once nobody is there any more."""
        return self._language if self._within(self._patience.language, at) else ""

    def awake(self, at: float) -> bool:
        """Whether the glass is bright because somebody is there."""
        return self._within(self._patience.awake, at)

    def _within(self, seconds: float, at: float) -> bool:
        return self._touched is not None and at - self._touched < seconds
