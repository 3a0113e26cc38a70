"""A device with a hub, from its key to its door: unclaimed until somebody claims it, then one door's agent."""

import asyncio
import logging
import platform
import random
import socket
from collections.abc import Sequence
from contextlib import AsyncExitStack
from importlib.metadata import version
from pathlib import Path

from device.agent.assembly import CLOCK_STAMP, PANEL, Door, Job, run
from device.agent.clock import Timekeeper, open_clock
from device.agent.hub.assignment import AssignmentFile
from device.agent.hub.beat import Pulse
from device.agent.hub.deeds import Deeds, erase
from device.agent.hub.door import settings_of
from device.agent.hub.identity import Identity, own_identity
from device.agent.hub.line import Line
from device.agent.hub.orders import RING, Orders
from device.agent.hub.tidings import Reassigned, Tidings
from device.agent.hub.unclaimed import Unclaimed
from device.agent.settings import HubDocument
from device.calendars.interface import AccessToken
from device.model.errors import AccessDenied
from device.wire.hub import TokenGiven, hide
from device.wire.panel import Painted, ScreenGiven

_MODEL = Path("/proc/device-tree/model")
_SERIAL = Path("/proc/device-tree/serial-number")


async def run_with_hub(told: HubDocument) -> None:
    """One device's agent, until it is cancelled or told to begin anew.

    Raises:
        SettingsError: something in the settings cannot be used on this machine.
    """
    logging.getLogger().addHandler(RING)
    state = Path(told.paths.state)
    identity, file = own_identity(state), AssignmentFile(state)
    async with AsyncExitStack() as stack:
        clock = await stack.enter_async_context(open_clock(told.clock.source, state / CLOCK_STAMP))
        line = Line(told.hub, identity, file, clock, about(), random.Random())  # noqa: S311 - jitter
        async with asyncio.TaskGroup() as group:
            dialling = group.create_task(line.run())
            while True:
                if file.kept.assignment is None:
                    await _unclaimed(Unclaimed(line, file, identity, clock, told.hub.origin), line, told)
                    continue
                link = HubLink(line, file, identity, clock, state)
                try:
                    await run(settings_of(file.kept.assignment, told), link)
                except* Reassigned:
                    pass
                if link.ended:
                    dialling.cancel()
                    return


class HubLink:
    """The hub of one door's agent (`device.agent.assembly.Link`)."""

    def __init__(self, line: Line, file: AssignmentFile, identity: Identity, clock: Timekeeper, state: Path) -> None:
        self._line, self._file, self._identity, self._state = line, file, identity, state
        self.clock = clock
        self._tidings: Tidings | None = None
        self._pulse: Pulse | None = None
        self._deeds: Deeds | None = None
        self.ended = False
        """Whether the process is to end, rather than to go on as another door's."""

    async def relay_access(self) -> AccessToken:
        """Access to the hub's relay."""
        return kept((await self._line.access()).relay)

    async def calendar_access(self) -> AccessToken:
        """Access to the provider itself.

        Raises:
            AccessDenied: this door's route is the relay.
        """
        given = (await self._line.access()).calendar
        if given is None:
            raise AccessDenied("the hub reads this calendar for its doors")
        return kept(given)

    def attach(self, door: Door) -> Sequence[Job]:
        """Listen to the hub for this door, and tell it how the door is."""
        name, panel, poller = door.knowledge.room.name, door.panel, door.poller
        deeds = Deeds(self._line, self._file, self._identity, self._state, name, panel, poller, self._leave)
        orders = Orders(self._line, deeds.table)
        pulse = Pulse(self._line, door.knowledge, door.clock, self._state, random.Random())  # noqa: S311 - jitter
        tidings = Tidings(
            self._line, self._file, door.poller, door.knowledge, door.clock, door.accesses, orders, self._revoked
        )
        door.observers.append(pulse.shown)
        self._deeds, self._pulse, self._tidings = deeds, pulse, tidings
        self._line.ear = tidings
        tidings.turned(up=self._line.up)
        return tidings, orders, pulse

    def heard(self, frame: Painted | ScreenGiven) -> None:
        """A kiosk said what is on its glass."""
        if isinstance(frame, ScreenGiven):
            if self._deeds is not None:
                self._deeds.seen(frame)
        elif self._pulse is not None:
            self._pulse.painted(frame)

    def _revoked(self) -> None:
        """Nothing of this door may be left here; what starts next is a device that nobody knows."""
        erase(self._state)
        self.ended = True

    def _leave(self) -> None:
        self.ended = True
        if self._tidings is not None:
            self._tidings.leave()


def kept(given: TokenGiven) -> AccessToken:
    """Access as it is held: in memory, and never printed."""
    return AccessToken(token=hide(given), username=given.username, expires_at=given.expires_at)


async def _unclaimed(unclaimed: Unclaimed, line: Line, told: HubDocument) -> None:
    line.ear = unclaimed
    async with unclaimed.panel.listen(Path(told.paths.runtime) / PANEL):
        await unclaimed.run()


def about() -> tuple[str, str, str]:
    """Version, model and serial number of this device."""
    return version("doorlight"), _text(_MODEL) or platform.machine(), _text(_SERIAL) or socket.gethostname()


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace").strip("\0\n ")[:80]
    except OSError:
        return ""
