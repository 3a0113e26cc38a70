"""What an agent at a door of this office must be told, in the words of the agent's settings file."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from device.emulator.directory import RoomEntry
from device.emulator.google.routes import google_endpoints

if TYPE_CHECKING:
    from device.emulator.office import Office


def agent_settings(office: "Office", entry: RoomEntry) -> dict[str, Any]:
    """The tables `[room]`, `[calendar]`, `[clock]` and `[[neighbours]]`."""
    return {
        "standalone": True,
        "room": _room(entry) | {"zone": entry.room.zone, "policy": _plain(entry.room.policy)},
        "calendar": {
            "provider": entry.provider,
            "ca_bundle": str(office.ca_bundle),
            **CALENDARS[entry.provider](office),
        },
        "clock": {"source": f"unix:{office.clock_socket}"},
        "neighbours": [_room(other) for other in office.rooms if other is not entry],
    }


def _graph(office: "Office") -> dict[str, Any]:
    return {
        "tenant": office.tenant,
        "client_id": office.client_id,
        "client_secret": office.client_secret.reveal(),
        "endpoint": office.endpoint,
        "authority": office.authority,
    }


def _exchange(office: "Office") -> dict[str, Any]:
    return {
        "server": office.ews,
        "username": office.exchange.username,
        "password": office.exchange.password.reveal(),
        "version": "se",
    }


def _google(office: "Office") -> dict[str, Any]:
    return {"service_account": office.workspace.service_account(office.authority), **google_endpoints(office.authority)}


CALENDARS: Mapping[str, Callable[["Office"], dict[str, Any]]] = {
    "exchange": _exchange,
    "google": _google,
    "graph": _graph,
}
"""How a door reaches its calendar, by the provider that the scenario gives its room."""


def _room(entry: RoomEntry) -> dict[str, Any]:
    table: dict[str, Any] = {"id": entry.room.id, "name": str(entry.room.name)}
    if entry.room.place:
        table["place"] = str(entry.room.place)
    if entry.room.capacity is not None:
        table["capacity"] = entry.room.capacity
    return table


def _plain(value: object) -> Any:
    """A value as TOML has it: durations as `600s`, and nothing that is what it would be anyway."""
    if isinstance(value, timedelta):
        return f"{round(value.total_seconds())}s"
    if isinstance(value, msgspec.Struct):
        fields = msgspec.structs.fields(value)
        pairs = ((field, getattr(value, field.name)) for field in fields)
        return {field.name: _plain(item) for field, item in pairs if item is not None and item != field.default}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value
