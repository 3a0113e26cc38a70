"""What the agent leaves in its runtime directory, which is memory and costs the card nothing.

`state.json` is what was shown last, for a kiosk that finds no agent. `confirmed.json` says when the calendar last
confirmed what is on the card, so that an agent that is started again need not begin with Unknown.
"""

import logging
import os
from pathlib import Path

import msgspec

from device.agent.knowledge import Confirmed
from device.model.clock import ClockReading
from device.model.value import Value, decode, encode
from device.wire.panel import LastShown

log = logging.getLogger(__name__)

LAST_SHOWN = "state.json"
CONFIRMED = "confirmed.json"
APART = 2.0
"""Seconds by which wall and steady clock may differ over a restart before the record is another clock's."""


class _Record(Value):
    """A confirmation, and the digest of what was confirmed."""

    confirmed: Confirmed
    digest: str


class RuntimeFiles:
    """The files in one runtime directory. A failure to write is said once and costs nothing else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._failing = False

    def show(self, shown: LastShown) -> None:
        """Leave what is shown now."""
        self._write(LAST_SHOWN, shown)

    def confirm(self, confirmed: Confirmed, digest: str) -> None:
        """Leave when the card's content was confirmed."""
        self._write(CONFIRMED, _Record(confirmed=confirmed, digest=digest))

    def confirmed(self, digest: str, reading: ClockReading) -> Confirmed | None:
        """When the content with this digest was confirmed; None where nobody can tell by the clock of `reading`."""
        try:
            record: _Record = decode((self._folder / CONFIRMED).read_bytes(), _Record)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None
        elapsed = (reading.elapsed - record.confirmed.elapsed).total_seconds()
        passed = (reading.now - record.confirmed.now).total_seconds()
        same_clock = elapsed >= 0 and abs(passed - elapsed) <= APART
        return record.confirmed if same_clock and digest and record.digest == digest else None

    def _write(self, name: str, value: Value) -> None:
        """Replace a file as a whole, so that no reader sees half of it."""
        beside = self._folder / f".{name}"
        try:
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
            with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, for its mode
                file.write(encode(value))
            beside.replace(self._folder / name)
        except OSError as error:
            if not self._failing:
                log.warning("the runtime directory cannot be written: %s", error.strerror)
            self._failing = True
        else:
            self._failing = False
