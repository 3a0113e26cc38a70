"""Where a hub listens and what it is called from outside: the table `[server]` of its settings, or flags.

[server]
url = "https://doors.example"            # what administrators and providers call it; default: where it listens
devices_url = "https://doors.example"    # what devices call it; default: the same
listen = "127.0.0.1:8080"                # portal, webhooks, relay
listen_devices = "127.0.0.1:8081"        # the devices' websocket, at the path /device
certificate = "/etc/…/fullchain.pem"     # both listeners speak TLS themselves; else a proxy in front does
private_key = "/etc/…/privkey.pem"
trusted_proxies = ["127.0.0.1"]          # whose X-Forwarded-For is believed

[server.organisation]                    # sign in with the organisation's accounts (OpenID Connect)
name = "Contoso"
issuer = "https://login.example"         # exactly as the provider calls itself
client_id = "doorlight"
client_secret_file = "/etc/…/secret"     # a file that the hub alone can read
claim = "groups"                         # what tells somebody's groups
admin = ["doorlight-admins"]             # which of them have which role
facilities = ["facility-management"]
viewer = ["staff"]
"""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from device.model.document import convert
from device.model.errors import SettingsError
from device.model.secret import Secret
from device.model.value import Value

_LOCAL = ("127.0.0.1", "localhost", "::1", "[::1]")


class Listen(Value):
    """An address to listen at."""

    host: str
    port: int


class OrganisationSettings(Value):
    """The keys of `[server.organisation]`."""

    issuer: str
    client_id: str
    name: str = "your organisation"
    client_secret_file: str = ""
    """Empty: a public client, which PKCE alone protects."""
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    claim: str = "groups"
    admin: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    viewer: tuple[str, ...] = ()
    ca_bundle: str = ""
    proxy: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.issuer)
        if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("issuer must be an address that begins with https://")
        if "openid" not in self.scopes:
            raise ValueError("scopes must hold openid")

    def secret(self) -> Secret:
        """The client's secret, read now, so that a new one needs no restart.

        Raises:
            SettingsError: the file cannot be read.
        """
        if not self.client_secret_file:
            return Secret("")
        try:
            return Secret(Path(self.client_secret_file).read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                "server.organisation.client_secret_file cannot be read.", "Name a file that the hub can read."
            ) from error


class ServerSettings(Value):
    """The keys of `[server]`."""

    url: str = ""
    """Empty: where it listens, for a hub that only its own machine reaches."""
    devices_url: str = ""
    listen: str = "127.0.0.1:8080"
    listen_devices: str = "127.0.0.1:8081"
    certificate: str = ""
    private_key: str = ""
    trusted_proxies: tuple[str, ...] = ()
    organisation: OrganisationSettings | None = None

    @property
    def portal(self) -> str:
        """The portal's address without a slash at its end."""
        return (self.url or self._own(self.listen)).rstrip("/")

    @property
    def relay(self) -> str:
        """Where devices have their calendars read and written."""
        return f"{self.portal}/relay"

    @property
    def origins(self) -> tuple[str, ...]:
        """The addresses that a device's proof may name."""
        return tuple(sorted({_origin(self.device_address), _origin(self.portal)}))

    @property
    def device_address(self) -> str:
        """What a device is told to dial: `hub.url` in its settings."""
        return (self.devices_url or self.url or self._own(self.listen_devices)).rstrip("/")

    @property
    def encrypted(self) -> bool:
        """Whether browsers reach the portal by TLS."""
        return self.portal.startswith("https:")

    def _own(self, listen: str) -> str:
        return f"{'https' if self.certificate else 'http'}://{listen}"

    def tls(self) -> ssl.SSLContext | None:
        """The hub's own TLS, where it speaks it itself.

        Raises:
            SettingsError: certificate or key cannot be used.
        """
        if not self.certificate:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.certificate, self.private_key or None)
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(
                "server.certificate or server.private_key cannot be used.",
                "Give readable PEM files that match.",
            ) from error
        return context


def server_settings(document: Mapping[str, Any]) -> ServerSettings:
    """The settings in a hub's document.

    Raises:
        SettingsError: one sentence that names the key, and one hint.
    """
    told = document.get("server", {})
    if not isinstance(told, dict):
        raise SettingsError("server is no table.", "Write [server] and its keys below it.")
    settings: ServerSettings = convert(told, ServerSettings, "server")
    for key, address in (("url", settings.portal), ("devices_url", settings.device_address)):
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise SettingsError(f"server.{key} is no address.", 'Write "https://" and the name of this hub.')
        if parts.scheme == "http" and parts.hostname not in _LOCAL:
            raise SettingsError(f"server.{key} is not encrypted.", 'Write "https://": passwords cross this line.')
    listen_at(settings.listen, "server.listen")
    listen_at(settings.listen_devices, "server.listen_devices")
    return settings


def listen_at(text: str, key: str) -> Listen:
    """Host and port of an address to listen at.

    Raises:
        SettingsError: it is none.
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise SettingsError(f"{key} is no address to listen at.", 'Write "host:port", such as "0.0.0.0:8080".')
    return Listen(host=host.strip("[]"), port=int(port))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
