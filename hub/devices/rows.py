"""Devices as the store has them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Row

from device.model.value import Value, decode
from device.wire.hub import Beat


class DeviceState(StrEnum):
    """What a device may."""

    ACTIVE = "active"
    QUARANTINED = "quarantined"
    """Something about it is not right: it keeps its room and gets nothing until an administrator looks."""
    REVOKED = "revoked"


class Device(Value, kw_only=True):
    """One device."""

    id: str
    key: str
    state: DeviceState
    room: str | None = None
    model: str = ""
    serial: str = ""
    version: str = ""
    claimed_at: datetime
    claimed_by: str
    seen_at: datetime | None = None
    address: str = ""
    beat: Beat | None = None
    beat_at: datetime | None = None
    wipes: int = 0
    wiped_at: datetime | None = None


class Claim(Value, kw_only=True):
    """A seeded claim, without what makes it one."""

    room: str
    serial: str = ""
    made_at: datetime
    expires_at: datetime


def device_of(row: Row[Any]) -> Device:
    """The device of a row."""
    plain = row._asdict()
    plain["state"] = DeviceState(plain["state"])
    plain["beat"] = _beat(plain["beat"])
    return Device(**plain)


def _beat(text: str) -> Beat | None:
    """The last beat; one of another version is none."""
    if not text:
        return None
    try:
        beat: Beat = decode(text, Beat)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return beat
