"""One-touch join: what an invitation tells, what a room may join, and the room systems that do it."""

from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.join.interface import Driver


class Drivers(Enum):
    """Every kind of room system; a member is its only registration."""

    BROWSER = "browser"
    COMMAND = "command"
    DISABLED = "disabled"
    POLY = "poly"
    ROOMOS = "roomos"
    SIP = "sip"
    WEBHOOK = "webhook"
    ZOOM_CLOUD = "zoom_cloud"
    ZOOM_ROOMS = "zoom_rooms"

    def load(self) -> "Driver":
        """Import the driver's module and return what it ends in."""
        driver: Driver = import_module(f"device.join.{self.value}").DRIVER
        return driver
