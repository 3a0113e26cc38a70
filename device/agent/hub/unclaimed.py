"""A device that nobody has claimed: its code on the glass, and nothing else."""

import asyncio
import logging
from collections.abc import Iterator

from device.agent.clock import Timekeeper
from device.agent.diagnosis import network_fault, way_out
from device.agent.hub.assignment import AssignmentFile
from device.agent.hub.identity import Identity
from device.agent.hub.line import Line
from device.agent.panel import Panel
from device.model.safetext import SafeText
from device.wire.hub import Assigned, Order, Waiting
from device.wire.panel import Fault, FaultShown, FromAgent, LookShown, PairingShown, TimeShown

log = logging.getLogger(__name__)

_REASONS = {"claim-refused": "claim refused", "quarantined": "quarantined", "proof-refused": "key refused"}


class Unclaimed:
    """The ear of a device without a door, and what its glass says."""

    def __init__(self, line: Line, file: AssignmentFile, identity: Identity, clock: Timekeeper, host: str) -> None:
        self._line, self._file, self._identity, self._clock, self._host = line, file, identity, clock, host
        self._code: Waiting | None = None
        self._claimed = asyncio.Event()
        self.panel = Panel(self.greeting, lambda *_: None)

    async def run(self) -> None:
        """Show the code until somebody claims the device."""
        await self._claimed.wait()

    def greeting(self) -> Iterator[FromAgent]:
        """What to tell a kiosk that has just come."""
        reading = self._clock.read()
        yield TimeShown(now=reading.now, rate=reading.rate, trusted=reading.trust.proves)
        yield LookShown()
        yield self._scene()

    def turned(self, *, up: bool) -> None:
        """The line stands, or does not."""
        del up
        self.panel.tell(self._scene())

    def assigned(self, frame: Assigned) -> None:
        """Somebody has claimed it."""
        self._file.keep(
            assignment=frame.assignment, generation=max(frame.generation, self._file.kept.generation), claim_used=True
        )
        self._claimed.set()

    def waiting(self, frame: Waiting) -> None:
        """A code, or a new one."""
        self._code = frame
        self.panel.tell(self._scene())

    def turned_away(self, reason: str) -> None:
        """The hub refuses the device."""
        self._code = None
        self.panel.tell(FaultShown(fault=Fault.HUB, detail=SafeText(_REASONS.get(reason, reason))))

    def look_again(self) -> None:
        """There is no door to look at."""

    def notified(self, *, healthy: bool) -> None:
        """There is no door to look at."""

    def drop(self, reason: str) -> None:
        """There is no access to forget."""

    def ordered(self, order: Order) -> None:
        """Nobody orders what nobody has claimed."""

    def _scene(self) -> FromAgent:
        if self._code is None:
            return FaultShown(fault=self._fault(), detail=SafeText(self._host))
        return PairingShown(code=self._code.code, url=self._code.url, words=self._identity.words, online=self._line.up)

    def _fault(self) -> Fault:
        if not self._line.fault:
            return Fault.STARTING
        if self._line.fault == "tls" and not self._clock.read().trust.proves:
            return Fault.CLOCK
        return Fault.HUB if self._line.fault != "network" or way_out() else network_fault()
