"""Whoever answers when a room system calls: by what was dialled, so that a test or a demo can say how it goes."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from device.model.value import Value


class Manner(StrEnum):
    """What the far side does."""

    ANSWERS = "answers"
    BUSY = "busy"
    DECLINES = "declines"
    UNKNOWN = "unknown"
    """Nobody has that address."""
    SILENT = "silent"
    """It rings and rings."""


class FarSide(Value):
    """How calls go that a room system makes."""

    manner: Manner = Manner.ANSWERS
    of: Mapping[str, Manner] = {}
    """Other manners, by what was dialled."""
    rings_for: timedelta = timedelta(milliseconds=50)
    """Before it does anything at all."""

    def manner_of(self, number: str) -> Manner:
        """How a call to that number goes."""
        return self.of.get(number, self.manner)
