"""What `[calendar]` says for `provider = "graph"`."""

import re
from urllib.parse import urlsplit

from device.calendars.interface import BOOKED_HERE, Connection
from device.model.safetext import SafeText
from device.model.secret import Secret

_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}")


class Options(Connection):
    """An application that is registered in Entra and may use the room's calendar (facts: providers A1 to A3).

    A device that stands alone needs its credential: a client secret, or a certificate with its private key, which is
    better. One that gets its access from a hub needs none.
    """

    tenant: str = ""
    """The organisation's domain or GUID in Entra."""
    client_id: str = ""
    client_secret: Secret = Secret("")
    certificate: str = ""
    """The PEM certificate that is registered with the application."""
    private_key: Secret = Secret("")
    """Its PEM private key, not encrypted."""
    mailbox: str = ""
    """Address or object id of the room's mailbox; empty: the room's id."""
    endpoint: str = "https://graph.microsoft.com/v1.0"
    """Where Graph is: national clouds have their own."""
    authority: str = "https://login.microsoftonline.com"
    """Where Entra is."""
    booked_title: SafeText = SafeText(BOOKED_HERE)
    """The title of a booking made at the door."""
    declined_comment: str = "Ended at the door of the room."
    """What an organizer reads when the room declines a meeting because somebody ended it at the door."""

    def __post_init__(self) -> None:
        for name, address in (("endpoint", self.endpoint), ("authority", self.authority)):
            parts = urlsplit(address)
            if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
                raise ValueError(f"{name} must be an address like https://graph.microsoft.com/v1.0")
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
