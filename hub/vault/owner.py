"""Whose secret it is. The names go to key services and into audit logs in clear, so they are opaque: no address, no
person's name, nothing that says anything to a stranger.
"""

import re
import secrets

from device.model.value import Value

_OPAQUE = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Owner(Value):
    """One connection of one tenant: an administrator's consent, or one room's account."""

    tenant: str
    connection: str

    def __post_init__(self) -> None:
        opaque(self.tenant)
        opaque(self.connection)

    def __str__(self) -> str:
        return f"{self.tenant}/{self.connection}"


def opaque(name: str) -> str:
    """The name, if it is 1 to 64 letters, digits, `-` and `_`.

    Raises:
        ValueError: it is something else, such as an address.
    """
    if not _OPAQUE.fullmatch(name):
        raise ValueError("an identifier has 1 to 64 letters, digits, - and _")
    return name


def fresh_id() -> str:
    """A new identifier that nobody has."""
    return secrets.token_hex(12)


AUDIT = Owner(tenant="hub", connection="audit")
"""The hub's own: what signs its audit log is sealed like any other secret."""
