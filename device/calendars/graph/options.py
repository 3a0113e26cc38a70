"""What `[calendar]` says for `provider = "graph"`."""

import re
from datetime import date
from urllib.parse import urlsplit

import msgspec

from device.calendars.graph.clouds import SERVERS, Cloud
from device.calendars.interface import BOOKED_HERE, Connection
from device.model.safetext import SafeText
from device.model.secret import Secret

_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}")


class Options(Connection):
    """An application that is registered in Entra and may use the room's calendar (facts: providers A1 to A3).

    A device that stands alone needs its credential, and so does a hub: a client secret, or a certificate with its
    private key, which is better. A device that gets its access from a hub needs none.
    """

    tenant: str = ""
    """The organisation's domain or GUID in Entra."""
    client_id: str = ""
    client_secret: Secret = Secret("")
    client_secret_expires: date | None = None
    """When the secret runs out, as Entra showed it when it was made: nothing else can tell."""
    certificate: str = ""
    """The PEM certificate that is registered with the application."""
    private_key: Secret = Secret("")
    """Its PEM private key, not encrypted."""
    mailbox: str = ""
    """Address or object id of the room's mailbox; empty: the room's id."""
    cloud: Cloud = Cloud.GLOBAL
    """Where the tenant lives."""
    endpoint: str = ""
    """Where Graph is; empty: as the cloud has it."""
    authority: str = ""
    """Where Entra is; empty: as the cloud has it."""
    booked_title: SafeText = SafeText(BOOKED_HERE)
    """The title of a booking made at the door."""
    declined_comment: str = "Ended at the door of the room."
    """What an organizer reads when the room declines a meeting because somebody ended it at the door."""

    def __post_init__(self) -> None:
        servers = SERVERS[self.cloud]
        for name, usual in (("endpoint", servers.endpoint), ("authority", servers.authority)):
            address = getattr(self, name) or usual
            parts = urlsplit(address)
            if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
                raise ValueError(f"{name} must be an address like {usual}")
            msgspec.structs.force_setattr(self, name, address)
        if self.tenant and not _TENANT.fullmatch(self.tenant):
            raise ValueError("tenant must be a domain or a GUID")
        if bool(self.certificate) != bool(self.private_key):
            raise ValueError("certificate and private_key belong together")
        if self.client_secret and self.certificate:
            raise ValueError("give either client_secret or certificate and private_key, not both")

    @property
    def scope(self) -> str:
        """All that the application was granted at `endpoint`'s host."""
        parts = urlsplit(self.endpoint)
        return f"https://{parts.netloc}/.default"
