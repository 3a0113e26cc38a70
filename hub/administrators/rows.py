"""Administrators and sessions as the store has them."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row

from device.model.value import Value
from hub.administrators.roles import Role


class Administrator(Value, kw_only=True):
    """Somebody who may use the portal."""

    id: str
    name: str
    role: Role
    password: str = ""
    """An Argon2id hash; empty: this one signs in elsewhere, or not yet."""
    totp_step: int = 0
    enrolled_at: datetime | None = None
    """Since when there is a second factor."""
    issuer: str = ""
    subject: str = ""
    made_at: datetime
    signed_in_at: datetime | None = None

    @property
    def is_local(self) -> bool:
        """Whether name, password and code are checked here."""
        return not self.issuer


class Session(Value, kw_only=True):
    """Somebody is signed in."""

    who: Administrator
    began_at: datetime
    seen_at: datetime
    proved_at: datetime


def administrator_of(row: Row[Any]) -> Administrator:
    """The administrator of a row."""
    plain = row._asdict()
    known = {field.name for field in msgspec.structs.fields(Administrator)}
    picked = {name: value for name, value in plain.items() if name in known}
    return Administrator(**picked | {"role": Role(plain["role"])})
