"""Settings for the door that the hub assigned: the same `Settings` that a door alone reads from its file."""

from typing import Any

from device.agent.hub.settings import HubSettings
from device.agent.settings import HubDocument, Settings
from device.calendars import Providers
from device.calendars.interface import Connection
from device.calendars.relayed import Options as RelayOptions
from device.model.document import convert
from device.model.errors import SettingsError
from device.wire.hub import Assignment, Route


def settings_of(assignment: Assignment, told: HubDocument) -> Settings:
    """What this device's agent runs by.

    Raises:
        SettingsError: the hub names a provider or an option that this version does not know.
    """
    relay = RelayOptions(
        url=assignment.relay, ca_bundle=told.hub.ca_bundle, proxy=told.hub.proxy, timeout=told.hub.timeout
    )
    provider, options = (
        (Providers.RELAYED, relay) if assignment.route is Route.RELAYED else _direct(assignment, told.hub)
    )
    return Settings(
        room=assignment.room,
        look=assignment.look,
        night=assignment.night,
        paths=told.paths,
        clock=told.clock,
        polling=told.polling,
        neighbours=assignment.neighbours,
        provider=provider,
        options=options,
        relay=relay,
    )


def _direct(assignment: Assignment, hub: HubSettings) -> tuple[Providers, Connection]:
    """The provider itself, reached and trusted as this device reaches and trusts its hub."""
    try:
        provider = Providers(assignment.provider)
    except ValueError as error:
        raise SettingsError(
            "The hub names a calendar provider that this device does not know.", "Update the device."
        ) from error
    own = {key: value for key, value in (("proxy", hub.proxy), ("ca_bundle", hub.ca_bundle)) if value}
    plain: dict[str, Any] = {**own, **assignment.options}
    return provider, convert(plain, provider.load().options, "calendar")
