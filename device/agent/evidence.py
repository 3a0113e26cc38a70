"""What speaks for and against the machine's clock: the kernel, a battery, servers' dates, a time known to be past."""

import contextlib
import ctypes
import functools
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import device
from device.model.clock import JUMP, ClockEvidence, ClockReading, ClockTrust, clock_trust

TIMESYNCD = Path("/run/systemd/timesync/synchronized")
"""There once timesyncd has set the clock. The agent's own unit forbids it to ask the kernel."""
BATTERY = Path("/sys/class/rtc/rtc0/hctosys")
"""`1` where the kernel set its clock from a battery clock."""
SERVER_COUNTS_FOR = timedelta(hours=1)
"""A server's date is no evidence for longer than this."""
STAMP_EVERY = timedelta(days=1)
"""How often the floor is written down: a stamp is one inode on the card."""
_UNSYNCHRONISED = 0x40
_ERROR = 5


class Evidence:
    """All that is known about the machine's clock since this process started.

    Args:
        stamp: a file whose modification time is a time at which the clock was trusted; it need not exist.
    """

    def __init__(self, stamp: Path) -> None:
        self._stamp = stamp
        self._floor = max(_changed_at(Path(device.__file__)), _changed_at(stamp))
        self._server: tuple[datetime, timedelta] | None = None
        self._trusted: tuple[datetime, timedelta] | None = None

    def heard(self, server_date: datetime, reading: ClockReading) -> None:
        """A server said what time it is, just now."""
        self._server = server_date, reading.elapsed

    def trust(self, reading: ClockReading) -> ClockTrust:
        """How far to believe a reading of the machine's clock."""
        synchronised, offset = kernel_synchronised(), self._offset(reading)
        agreed = synchronised is True and offset is not None and abs(offset) <= JUMP
        trusted = clock_trust(
            reading.now,
            ClockEvidence(
                synchronised=synchronised,
                server_offset=offset,
                trusted_ago=reading.elapsed - self._trusted[1] if self._trusted else None,
                unexplained_jump=self._jumped(reading),
                floor=None if agreed else self._floor,
            ),
        )
        if trusted is ClockTrust.TRUSTED:
            self._trusted = reading.now, reading.elapsed
            self._write_down(reading.now)
        return trusted

    def _offset(self, reading: ClockReading) -> timedelta | None:
        """The last server's date, counted on to now, minus our clock."""
        if self._server is None or reading.elapsed - self._server[1] > SERVER_COUNTS_FOR:
            return None
        date, at = self._server
        return date + (reading.elapsed - at) - reading.now

    def _jumped(self, reading: ClockReading) -> timedelta:
        if self._trusted is None:
            return timedelta()
        return (reading.now - self._trusted[0]) - (reading.elapsed - self._trusted[1])

    def _write_down(self, now: datetime) -> None:
        """Let the floor follow, rarely; a floor that was beyond a time agreed by kernel and server was wrong."""
        if self._floor <= now < self._floor + STAMP_EVERY:
            return
        self._floor = now
        with contextlib.suppress(OSError):  # a card that cannot be written only costs a later floor
            self._stamp.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            self._stamp.touch(mode=0o640)
            os.utime(self._stamp, (now.timestamp(), now.timestamp()))


def kernel_synchronised() -> bool | None:
    """Whether something set the kernel's clock and keeps it right, or None where that cannot be told."""
    if TIMESYNCD.exists() or _from_battery():
        return True
    return _asked()


def _from_battery() -> bool:
    try:
        return BATTERY.read_text(encoding="ascii").strip() == "1"
    except (OSError, ValueError):
        return False


class _Timex(ctypes.Structure):
    """`struct timex` of adjtimex(2), as far as the status, and room for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


@functools.cache
def _adjtimex() -> Any:
    return getattr(ctypes.CDLL(None), "adjtimex", None)


def _asked() -> bool | None:
    """What adjtimex(2) says; None where there is none or it is forbidden."""
    ask = _adjtimex()
    if ask is None:
        return None
    timex = _Timex()
    state: int = ask(ctypes.byref(timex))
    if state < 0:
        return None
    return state != _ERROR and not timex.status & _UNSYNCHRONISED


def _changed_at(file: Path) -> datetime:
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError:
        return datetime.fromtimestamp(0, UTC)
