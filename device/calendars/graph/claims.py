"""What an access token says of itself. It is not for us, so nothing is proven by it: it only explains what happens.

Permissions that were consented to in Entra stand in it as `roles`; those of RBAC for Applications do not (facts: A3).
"""

import binascii
from base64 import urlsafe_b64decode

import msgspec

from device.calendars.interface import AccessToken

WRITE = frozenset(("calendars.readwrite",))
READ = WRITE | {"calendars.read"}
BASIC = frozenset(("calendars.readbasic.all", "calendars.readbasic"))


class Claims(msgspec.Struct, gc=False):
    """The claims that matter here."""

    roles: list[str] = []
    tid: str = ""

    @property
    def calendars(self) -> frozenset[str]:
        """The permissions on calendars, in lower case, that were consented to for all mailboxes at once."""
        return frozenset(map(str.lower, self.roles)) & (READ | BASIC)


def claims_of(access: AccessToken) -> Claims | None:
    """The claims of a token; None where it is not one that can be looked into."""
    parts = access.token.reveal().split(".")
    if len(parts) != 3:
        return None
    try:
        payload = urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        return msgspec.json.decode(payload, type=Claims)
    except (msgspec.DecodeError, UnicodeDecodeError, binascii.Error, ValueError, RecursionError):
        return None
