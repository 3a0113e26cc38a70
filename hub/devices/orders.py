"""What administrators ask of devices, and the reports: in the store, whichever process the device's line is on."""

import re
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from device.model.clock import Clock
from device.model.safetext import SafeText
from device.model.value import Value
from device.wire.hub import Order, OrderKind, Report
from device.wire.proof import is_signed_by, wipe_statement
from hub.audit import AuditLog, Event
from hub.devices.keys import HubKeys
from hub.devices.registry import Devices
from hub.devices.rows import Device
from hub.store import Store
from hub.store.tables.devices import ORDERS
from hub.switchboard import Switchboard, Told
from hub.vault.owner import fresh_id

LONGEST = 512 << 10
"""Characters of one report, all its parts together."""
KEPT = timedelta(days=7)
_SPACES = re.compile("( +)")


class Asked(Value, kw_only=True):
    """An order as the store has it."""

    id: str
    device: str
    kind: OrderKind
    asked_at: datetime
    asked_by: str
    state: str
    text: str = ""
    ended_at: datetime | None = None


class Orders:
    """The orders of one hub."""

    def __init__(
        self, store: Store, board: Switchboard, devices: Devices, keys: HubKeys, audit: AuditLog, clock: Clock
    ) -> None:
        self._store, self._board, self._devices = store, board, devices
        self._keys, self._audit, self._clock = keys, audit, clock
        self._parts: defaultdict[str, list[str]] = defaultdict(list)

    async def ask(self, device: Device, kind: OrderKind, by: str) -> str:
        """Ask it of a device, written down first; the order's name.

        Raises:
            AuditUnavailable: nothing was asked.
        """
        named, now = fresh_id(), self._clock.read().now
        about = {"device": device.id, "order": named, "kind": kind.value}
        await self._audit.append(Event(actor=by, action="device.order", objects=about))
        values = {"device": device.id, "kind": kind.value, "asked_at": now, "asked_by": by, "state": "asked"}
        async with self._store.transaction() as connection:
            await connection.execute(delete(ORDERS).where(ORDERS.c.asked_at < now - KEPT))
            await connection.execute(insert(ORDERS).values(id=named, **values))
        await self._board.say(Told(device=device.id, word=await self._order(device, named, kind)))
        return named

    async def reported(self, device: str, report: Report) -> None:
        """A device told what became of an order; the last part ends it."""
        parts = self._parts[report.order]
        if sum(map(len, parts)) + len(report.text) <= LONGEST:
            parts.append(report.text)
        if report.more:
            return
        self._parts.pop(report.order, None)
        found = await self.get(report.order)
        if found is None or found.device != device or found.state != "asked":
            return
        done = report.done and (found.kind is not OrderKind.WIPE or await self._is_receipt(device, report))
        text = "\n".join(map(_safe_line, "".join(parts).splitlines()))
        await self._end(report.order, "done" if done else "failed", text)
        if done and found.kind is OrderKind.WIPE:
            await self._devices.wiped(device)

    async def get(self, order: str) -> Asked | None:
        """One order."""
        async with self._store.reading() as connection:
            row = (await connection.execute(select(ORDERS).where(ORDERS.c.id == order))).one_or_none()
        return _asked(row) if row else None

    async def of_device(self, device: str) -> tuple[Asked, ...]:
        """What was asked of a device, the latest first."""
        wanted = select(ORDERS).where(ORDERS.c.device == device).order_by(ORDERS.c.asked_at.desc())
        async with self._store.reading() as connection:
            found = await connection.execute(wanted)
        return tuple(map(_asked, found))

    async def _order(self, device: Device, named: str, kind: OrderKind) -> Order:
        if kind is not OrderKind.WIPE:
            return Order(id=named, kind=kind)
        counter = await self._devices.next_wipe(device.id) or 0
        signature = self._keys.sign_wipe(device.key, counter)
        return Order(id=named, kind=kind, counter=counter, signature=signature)

    async def _is_receipt(self, device: str, report: Report) -> bool:
        found = await self._devices.get(device)
        if found is None:
            return False
        receipt = wipe_statement(hub=self._keys.public, key=found.key, counter=found.wipes, receipt=True)
        return is_signed_by(found.key, report.signature, receipt)

    async def _end(self, order: str, state: str, text: str) -> None:
        values = {"state": state, "text": text, "ended_at": self._clock.read().now}
        async with self._store.transaction() as connection:
            await connection.execute(update(ORDERS).where(ORDERS.c.id == order).values(**values))


def _safe_line(line: str) -> str:
    """The line, harmless; its columns stay where they are, since a screen is reported as text."""
    return "".join(
        part if part.isspace() and part.isascii() else SafeText(part, limit=500) for part in _SPACES.split(line)
    )


def _asked(row: Row[Any]) -> Asked:
    plain = row._asdict()
    return Asked(**plain | {"kind": OrderKind(plain["kind"])})
