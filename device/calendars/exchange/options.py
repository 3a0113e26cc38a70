"""What `[calendar]` says for `provider = "exchange"`."""

from datetime import date
from enum import StrEnum
from urllib.parse import urlsplit

from device.calendars.interface import BOOKED_HERE, Connection
from device.model.errors import SettingsError
from device.model.safetext import SafeText
from device.model.secret import Secret

SERVICES = "/EWS/Exchange.asmx"
"""Where every Exchange server has its web services."""
_MICROSOFTS = (
    "office365.com",
    "office365.us",
    "office.com",
    "office.de",
    "outlook.com",
    "outlook.cn",
    "outlook.de",
    "apps.mil",
)
"""Exchange Online and its national clouds."""


class Auth(StrEnum):
    """How the service account signs in."""

    NTLM = "ntlm"
    """Bound to the TLS connection, as Extended Protection wants it."""
    BASIC = "basic"
    OAUTH = "oauth"
    """A token from `token_endpoint`: AD FS, or Entra with hybrid modern authentication."""


class Access(StrEnum):
    """By what right the account uses a room's calendar."""

    IMPERSONATION = "impersonation"
    """It acts as the room (`ApplicationImpersonation`): the only way in which changes can be listened to."""
    DELEGATE = "delegate"
    """It has a permission on the room's calendar folder."""


class Edition(StrEnum):
    """Exchange Server, by its year."""

    V2016 = "2016"
    V2019 = "2019"
    SE = "se"


class Options(Connection):
    """A service account on an Exchange server of one's own, and how it comes to the room's calendar (facts: C1)."""

    server: str = ""
    """Its address: `mail.example.com`, or the whole URL of its web services."""
    username: str = ""
    """`DOMAIN\\user`, or an address like `user@example.com`."""
    password: Secret = Secret("")
    auth: Auth = Auth.NTLM
    access: Access = Access.IMPERSONATION
    version: Edition = Edition.V2016
    """The oldest that answers at this address."""
    mailbox: str = ""
    """Address of the room's mailbox; empty: the room's id."""
    token_endpoint: str = ""
    client_id: str = ""
    client_secret: Secret = Secret("")
    scope: str = ""
    """What a token is asked for; empty: all that was granted at the server."""
    booked_title: SafeText = SafeText(BOOKED_HERE)
    """The title of a booking made at the door."""
    declined_comment: str = "Ended at the door of the room."
    """What an organizer reads when the room declines a meeting because somebody ended it at the door."""
    streams: int = 8
    """Connections held open to hear of changes, two hundred rooms each; the server's `HangingConnectionLimit` is 10."""
    expires_on: date | None = None
    """The day on which the password or the client secret runs out, where somebody has told."""

    def __post_init__(self) -> None:
        if self.server:
            _check_server(self.endpoint)
        if self.token_endpoint and not _is_address(self.token_endpoint):
            raise ValueError("token_endpoint must be an address like https://adfs.example.com/adfs/oauth2/token")
        if not 1 <= self.streams <= 10:
            raise ValueError("streams must be from 1 to 10")

    @property
    def endpoint(self) -> str:
        """The URL of the web services."""
        return self.server if "/" in self.server else f"https://{self.server}{SERVICES}"

    @property
    def wanted_scope(self) -> str:
        """What a token is asked for."""
        return self.scope or f"https://{urlsplit(self.endpoint).netloc}/.default"


def _check_server(address: str) -> None:
    """Refuse an address that cannot be one's own Exchange server.

    Raises:
        SettingsError: it is Exchange Online's.
        ValueError: it is none.
    """
    if not _is_address(address):
        raise ValueError("server must be a host, or an address like https://mail.example.com/EWS/Exchange.asmx")
    host = urlsplit(address).hostname or ""
    if any(host == name or host.endswith(f".{name}") for name in _MICROSOFTS):
        raise SettingsError(
            "calendar.server is Exchange Online, where these web services have been switched off.",
            'Write provider = "graph".',
        )


def _is_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        usable = parts.port is None or 0 < parts.port < 65536
    except ValueError:
        return False
    return usable and parts.scheme == "https" and bool(parts.hostname) and not (parts.query or parts.fragment)
