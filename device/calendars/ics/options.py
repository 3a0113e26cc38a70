"""What `[calendar]` says for `provider = "ics"`."""

from device.calendars.interface import Connection
from device.model.secret import Secret


class Options(Connection):
    """The keys of `[calendar]` for `provider = "ics"`: one of `url` and `path`."""

    url: Secret = Secret("")
    """`https:`, `http:` or `webcal:`, which is asked by HTTPS. Secret: who knows a private address can read it."""
    path: str = ""
    username: str = ""
    password: Secret = Secret("")
    address: str = ""
    """The room's address in invitations, where it is not the room's id."""
