"""What is to be seen of every door: whether it is there, whether its glass says what it should, its worries. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from device.model.value import Value
from device.wire.hub import Beat
from hub.devices.rows import Device, DeviceState
from hub.rooms.registry import RoomRow

ONLINE = timedelta(seconds=150)
"""A device beats once a minute: two may be lost."""
OLD = timedelta(minutes=15)
"""How old what a door shows may be before somebody should look."""
WARM, HOT = 70.0, 80.0
"""Degrees Celsius; a Raspberry Pi slows down at 80."""
LITTLE_ROOM = 100_000_000
"""Bytes on its card."""


class Severity(StrEnum):
    """How much somebody should mind."""

    BAD = "bad"
    SOON = "soon"


class Worry(Value):
    """One thing that is not right."""

    severity: Severity
    text: str


class DoorSeen(Value, kw_only=True):
    """One device at its door."""

    device: Device
    room: RoomRow | None
    online: bool
    worries: tuple[Worry, ...]

    @property
    def name(self) -> str:
        """The door's name, or what stands for it."""
        return str(self.room.name) if self.room else f"without a room ({self.device.serial or self.device.id[:8]})"

    @property
    def shows(self) -> str:
        """What is on the glass."""
        beat = self.device.beat
        return beat.glass.state.value if beat and beat.glass and beat.glass.state else ""

    @property
    def should_show(self) -> str:
        """What its agent told the glass."""
        beat = self.device.beat
        return beat.told.value if beat and beat.told else ""

    @property
    def status(self) -> str:
        """In one word, for sorting and filtering: `bad`, `soon` or `good`."""
        kinds = {worry.severity.value for worry in self.worries}
        return next((kind for kind in ("bad", "soon") if kind in kinds), "good")


def seen(devices: Iterable[Device], rooms: Iterable[RoomRow], now: datetime) -> tuple[DoorSeen, ...]:
    """Every device that is not wiped or revoked for good, with its room."""
    by_id = {room.id: room for room in rooms}
    return tuple(
        look(device, by_id.get(device.room or ""), now) for device in devices if device.state is not DeviceState.REVOKED
    )


def look(device: Device, room: RoomRow | None, now: datetime) -> DoorSeen:
    """One device."""
    online = device.seen_at is not None and now - device.seen_at <= ONLINE
    worries = tuple(_worries(device, online=online, now=now))
    return DoorSeen(device=device, room=room, online=online, worries=worries)


def _worries(device: Device, *, online: bool, now: datetime) -> Iterator[Worry]:
    if device.state is DeviceState.QUARANTINED:
        yield Worry(severity=Severity.BAD, text="Quarantined: it gets nothing until somebody lets it in again")
    elif not online:
        yield Worry(severity=Severity.BAD, text="Offline")
    elif device.beat is None:
        yield Worry(severity=Severity.SOON, text="Has not told how it is yet")
    else:
        yield from _of_beat(device.beat, now)


def _of_beat(beat: Beat, now: datetime) -> Iterator[Worry]:
    if beat.fault:
        yield Worry(severity=Severity.BAD, text=f"Fault: {beat.fault}")
    if beat.glass is None:
        yield Worry(severity=Severity.BAD, text="Nothing is on the glass")
    elif beat.glass.state is not beat.told:
        shown = beat.glass.state.value if beat.glass.state else "a notice"
        told = beat.told.value if beat.told else "a notice"
        yield Worry(severity=Severity.BAD, text=f"The glass shows {shown} and should show {told}")
    if not beat.trust.proves:
        yield Worry(severity=Severity.BAD, text="Its clock is not to be trusted")
    if beat.confirmed_at is not None and now - beat.confirmed_at > OLD:
        yield Worry(severity=Severity.SOON, text="Its calendar has not been confirmed for a while")
    yield from _of_machine(beat)


def _of_machine(beat: Beat) -> Iterator[Worry]:
    if beat.temperature is not None and beat.temperature >= WARM:
        severity = Severity.BAD if beat.temperature >= HOT else Severity.SOON
        yield Worry(severity=severity, text=f"{beat.temperature:.0f} °C")
    if beat.disk_free is not None and beat.disk_free < LITTLE_ROOM:
        yield Worry(severity=Severity.SOON, text="Little room on its card")
