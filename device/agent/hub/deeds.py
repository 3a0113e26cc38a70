"""What carries out each kind of order at a door."""

import asyncio
import logging
import secrets
import shutil
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from device.agent.hub.assignment import AssignmentFile
from device.agent.hub.identity import Identity, forget_identity
from device.agent.hub.line import Line
from device.agent.hub.orders import RING, Refused
from device.agent.panel import Panel
from device.agent.poller import Poller
from device.model.safetext import SafeText
from device.wire.hub import Order, OrderKind, Report
from device.wire.panel import IdentifyShown, ScreenGiven, ScreenWanted
from device.wire.proof import is_signed_by, wipe_statement

log = logging.getLogger(__name__)

FLASHING = 20.0
"""Seconds for which a door shows who it is."""
KIOSK_WITHIN = 5.0


class Deeds:
    """The deeds of one door.

    Args:
        leave: ends this process, cleanly, to be started anew.
    """

    def __init__(
        self,
        line: Line,
        file: AssignmentFile,
        identity: Identity,
        state: Path,
        name: SafeText,
        panel: Panel,
        poller: Poller,
        leave: Callable[[], object],
    ) -> None:
        self._line, self._file, self._identity, self._state = line, file, identity, state
        self._name, self._panel, self._poller, self._leave = name, panel, poller, leave
        self._screens: dict[str, asyncio.Future[str]] = {}
        self.table: Mapping[OrderKind, Callable[[Order], Awaitable[str]]] = {
            OrderKind.IDENTIFY: self._identify,
            OrderKind.REFRESH: self._refresh,
            OrderKind.RESTART: self._restart,
            OrderKind.LOGS: self._logs,
            OrderKind.SCREEN: self._screen,
            OrderKind.WIPE: self._wipe,
        }

    def seen(self, frame: ScreenGiven) -> None:
        """A kiosk tells what is on its glass."""
        waiting = self._screens.pop(frame.key, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(frame.text)

    async def _identify(self, _: Order) -> str:
        self._panel.tell(IdentifyShown(name=self._name, seconds=FLASHING))
        return ""

    async def _refresh(self, _: Order) -> str:
        self._poller.retry()
        return ""

    async def _restart(self, _: Order) -> str:
        asyncio.get_running_loop().call_later(1.0, self._leave)
        return ""

    async def _logs(self, _: Order) -> str:
        return "\n".join(RING.lines)

    async def _screen(self, _: Order) -> str:
        key = secrets.token_hex(8)
        self._screens[key] = waiting = asyncio.get_running_loop().create_future()
        self._panel.tell(ScreenWanted(key=key))
        try:
            async with asyncio.timeout(KIOSK_WITHIN):
                return str(await waiting)
        except TimeoutError as error:
            raise Refused("no kiosk answers") from error
        finally:
            self._screens.pop(key, None)

    async def _wipe(self, order: Order) -> str:
        """Sign the receipt, then forget everything that makes this device this door's."""
        kept, key = self._file.kept, self._identity.key
        wanted = wipe_statement(hub=kept.hub, key=key, counter=order.counter, receipt=False)
        if order.counter <= kept.wipes or not is_signed_by(kept.hub, order.signature, wanted):
            raise Refused("the order to wipe is not the hub's, or an old one")
        receipt = self._identity.sign(wipe_statement(hub=kept.hub, key=key, counter=order.counter, receipt=True))
        self._file.keep(wipes=order.counter, assignment=None, claim_used=True)
        await asyncio.to_thread(erase, self._state)
        await self._line.send(Report(order=order.id, done=True, signature=receipt, text="wiped"))
        log.warning("this device was wiped by its hub")
        self._leave()
        return ""


def erase(state: Path) -> None:
    """Remove the key and everything that was remembered, but for the file that says so."""
    forget_identity(state)
    for path in state.glob("cache*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
