"""The calendars that Doorlight reads and writes: one module a vendor, imported only when chosen."""

from enum import Enum
from importlib import import_module

from device.calendars.interface import Provider


class Providers(Enum):
    """Every calendar provider; a member is its only registration."""

    CALDAV = "caldav"
    EXCHANGE = "exchange"
    GOOGLE = "google"
    GRAPH = "graph"
    ICS = "ics"

    def load(self) -> Provider:
        """Import the vendor's module and return what it ends in."""
        provider: Provider = import_module(f"device.calendars.{self.value}").PROVIDER
        return provider
