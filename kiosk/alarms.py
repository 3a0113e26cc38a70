"""Things to be done later, at most one of each name."""

from collections.abc import Callable

from textual.message_pump import MessagePump
from textual.timer import Timer


class Alarms:
    """Sets, moves and clears timers by their names.

    Args:
        pump: whose timers they are.
    """

    def __init__(self, pump: MessagePump) -> None:
        self._pump = pump
        self._timers: dict[str, Timer] = {}

    def set(self, name: str, seconds: float | None, ring: Callable[[], None]) -> None:
        """Ring once after some machine seconds, in place of the last setting; None: not at all."""
        running = self._timers.pop(name, None)
        if running is not None:
            running.stop()
        if seconds is not None and self._pump.is_running:
            self._timers[name] = self._pump.set_timer(seconds, ring, name=name)
