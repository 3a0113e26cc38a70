"""What a device is told of its hub, on its card or by whoever flashed it."""

import re
from urllib.parse import urlsplit

from device.calendars.interface import Connection
from device.model.errors import SettingsError
from device.model.secret import Secret

PATH = "/device"
_PIN = re.compile(r"[A-Za-z0-9+/]{43}=")


class HubSettings(Connection):
    """The keys of `[hub]`."""

    url: str = ""
    """`https://hub.example`; plain `http` for this machine's own loopback only."""
    pins: tuple[str, ...] = ()
    """SHA-256 of the hub's public keys (SPKI), base64; empty: any certificate that the authorities vouch for."""
    claim: Secret = Secret("")
    """A seeded claim, used once."""

    @property
    def dialled(self) -> str:
        """The websocket's address."""
        return self.url.rstrip("/").replace("http", "ws", 1) + PATH

    @property
    def origin(self) -> str:
        """What a proof is bound to: the scheme and host that were dialled."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}".lower()


def check(settings: HubSettings) -> HubSettings:
    """The same settings.

    Raises:
        SettingsError: one of them cannot be right.
    """
    parts = urlsplit(settings.url)
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise SettingsError("hub.url is no address of a hub.", 'Write "https://" and the hub\'s name.')
    if parts.scheme == "http" and not local:
        raise SettingsError("hub.url is not encrypted.", 'Write "https://": access to calendars crosses this line.')
    for pin in settings.pins:
        if not _PIN.fullmatch(pin):
            raise SettingsError("hub.pins holds what is no pin.", "Write the 44 characters that the hub shows.")
    return settings
