"""Everything that one hub process is made of, by name. Made once, in `hub.assembly`; nothing here does anything."""

from dataclasses import dataclass

from device.model.clock import Clock
from hub.audit import AuditLog
from hub.connections.accounts import Accounts
from hub.connections.calendars import Calendars
from hub.connections.registry import Connections
from hub.devices.keys import HubKeys
from hub.devices.orders import Orders
from hub.devices.registry import Devices
from hub.fanout import FanOut
from hub.foundation import Foundation
from hub.relay_tokens import RelayTokens
from hub.rooms.registry import Rooms
from hub.server_settings import ServerSettings
from hub.store import Store
from hub.switchboard import Switchboard
from hub.vault.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of one process."""

    foundation: Foundation
    server: ServerSettings
    keys: HubKeys
    board: Switchboard
    fanout: FanOut
    devices: Devices
    orders: Orders
    rooms: Rooms
    connections: Connections
    accounts: Accounts
    calendars: Calendars
    tokens: RelayTokens

    @property
    def clock(self) -> Clock:
        """The hub's clock."""
        return self.foundation.clock

    @property
    def store(self) -> Store:
        """The main store."""
        return self.foundation.main

    @property
    def vault(self) -> Vault:
        """The organisation's credentials."""
        return self.foundation.vault

    @property
    def audit(self) -> AuditLog:
        """Who did what."""
        return self.foundation.audit
