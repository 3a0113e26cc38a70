"""How a connection is doing, told from its row: when its credential runs out, its reach, what failed. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from device.model.value import Value
from device.wire.hub import Route
from hub.connections.rows import Connection
from hub.vault.states import KeyState, KeyStatus

WARNED_AT = (timedelta(days=30), timedelta(days=14), timedelta(days=3))
"""Before a credential runs out: noted, soon, now."""


class Trouble(Value):
    """One thing that is not right, or soon will not be."""

    kind: str
    """`soon` or `bad`."""
    text: str


def troubles(connection: Connection, key: KeyStatus | None, now: datetime) -> tuple[Trouble, ...]:
    """What to look at, the worst first."""
    found = [*_of_key(key), *_of_expiry(connection.expires_at, now), *_of_access(connection)]
    return tuple(sorted(found, key=lambda trouble: trouble.kind != "bad"))


def warned(expires_at: datetime | None, now: datetime) -> timedelta | None:
    """The latest of the warnings that is due; None where none is."""
    if expires_at is None:
        return None
    due = [before for before in WARNED_AT if now >= expires_at - before]
    return due[-1] if due else None


def _of_expiry(expires_at: datetime | None, now: datetime) -> Iterator[Trouble]:
    warning = warned(expires_at, now)
    if expires_at is None or warning is None:
        return
    if now >= expires_at:
        yield Trouble(kind="bad", text=f"The credential ran out on {expires_at:%Y-%m-%d}. Authorise it again.")
        return
    days = (expires_at - now).days
    kind = "bad" if warning == WARNED_AT[-1] else "soon"
    left = f"in {days} days" if days > 1 else "within two days"
    yield Trouble(kind=kind, text=f"The credential runs out {left}, on {expires_at:%Y-%m-%d}.")


def _of_key(key: KeyStatus | None) -> Iterator[Trouble]:
    if key is None or key.state is KeyState.OK:
        return
    told = {
        KeyState.UNREACHABLE: "The key service does not answer.",
        KeyState.LOCKED: "The owner of the key has locked it: doors of this connection get nothing.",
        KeyState.SHREDDED: "The key is destroyed. Connect the account anew.",
    }
    yield Trouble(kind="bad", text=told[key.state])


def _of_access(connection: Connection) -> Iterator[Trouble]:
    if connection.error:
        yield Trouble(kind="bad", text="The last call to the provider failed.")
    if connection.reach and connection.route is Route.DIRECT:
        kind = "soon" if connection.reach_accepted else "bad"
        yield Trouble(kind=kind, text="The access that doors hold reaches calendars that it should not.")
