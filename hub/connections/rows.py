"""Connections as the store has them."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from device.model.value import Value
from device.wire.hub import Route
from hub.vault.owner import Owner

TENANT = "organisation"
"""The one tenant of a hub that is run by the organisation itself."""


class Connection(Value, kw_only=True):
    """One account at a provider, without its secrets."""

    id: str
    name: str
    provider: str
    options: dict[str, Any]
    """The provider's own options, but those that are secret."""
    route: Route
    reach_accepted: str = ""
    """Who knowingly lets devices have access that reaches beyond their room; empty: nobody."""
    canaries: tuple[str, ...] = ()
    """Calendars that a room's access must not reach."""
    created_at: datetime
    expires_at: datetime | None = None
    """When its credential runs out, as far as it tells."""
    proved_at: datetime | None = None
    reach: tuple[str, ...] = ()
    """What the last proof could read and should not."""
    answered_at: datetime | None = None
    notified_at: datetime | None = None
    error: str = ""
    error_at: datetime | None = None

    @property
    def owner(self) -> Owner:
        """Whose secrets its are, in the vault."""
        return Owner(tenant=TENANT, connection=self.id)


def connection_of(row: Row[Any]) -> Connection:
    """The connection of a row."""
    plain = row._asdict()
    return Connection(
        **plain
        | {
            "options": json.loads(plain["options"]),
            "route": Route(plain["route"]),
            "canaries": tuple(json.loads(plain["canaries"])),
            "reach": tuple(json.loads(plain["reach"] or "[]")),
        }
    )
