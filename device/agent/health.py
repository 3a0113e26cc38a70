"""Tells systemd that the agent is ready, how it is, and that its loop still turns (sd_notify(3))."""

import asyncio
import logging
import os
import socket
from collections.abc import Mapping

from device.model.state import RoomState

log = logging.getLogger(__name__)


class Health:
    """The agent's word to whoever supervises it; to nobody where nobody does.

    Args:
        environment: where systemd says how to be told.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._interval = _interval(environment)
        self._status = ""

    def ready(self) -> None:
        """The panel can be reached."""
        self._say("READY=1")

    def stopping(self) -> None:
        """We were asked to end."""
        self._say("STOPPING=1")

    def shown(self, state: RoomState) -> None:
        """Say how the room is, where that is news: states and faults, never anybody's words."""
        down = ", ".join(f"{hop.hop.value}: {hop.fault}" for hop in state.hops if not hop.healthy)
        answer = state.availability
        status = f"{answer.state.value} ({answer.reason.value})" + (f"; down: {down}" if down else "")
        if status != self._status:
            self._status = status
            self._say(f"STATUS={status}")

    async def run(self) -> None:
        """Say that the loop turns, as often as is wanted, until cancelled."""
        while True:
            if self._interval is None:
                await asyncio.Event().wait()
            else:
                self._say("WATCHDOG=1")
                await asyncio.sleep(self._interval)

    def _say(self, word: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as out:
                out.sendto(word.encode(), self._address)
        except OSError as error:
            log.debug("nobody hears %s: %s", word.partition("=")[0], error.strerror)


def _interval(environment: Mapping[str, str]) -> float | None:
    """Half of the time in which a sign of life is wanted of this process, in seconds; None where none is."""
    wanted, who = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not wanted.isdecimal() or int(wanted) == 0 or (who and who != str(os.getpid())):
        return None
    return int(wanted) / 2_000_000
